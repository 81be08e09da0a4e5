#pragma once

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace townrules {

/// Whether what decides a token, as its label tells, really does: by the words before it alone, and
/// by what the same words were followed by elsewhere.
class Reasons {
public:
    /// Whether the i-th word follows from those before it for the reason `why`; `sentence` is where
    /// its sentence begins, `previous` where the one before does. Facts are only held against each
    /// other.
    bool holds(const std::string& why, const std::vector<std::string>& words, std::size_t i,
        std::size_t sentence, std::size_t previous);

    /// Answers over two facts, once all facts are told: the first one that is wrong, else nothing.
    std::string wrongOverTwo() const;
    std::size_t countedOverTwo() const { return m_overTwo.size(); }
    std::size_t facts() const { return m_facts.size(); }

private:
    using Words = std::vector<std::string>;

    /// The same key always has the same value.
    bool same(const std::string& kind, const std::string& key, const std::string& value);
    bool fact(const Words&, std::size_t i, std::size_t sentence, std::size_t previous);
    bool overTwo(const Words&, std::size_t i, std::size_t sentence, std::size_t previous);

    std::map<std::string, std::string> m_known; ///< kind, key
    std::map<std::pair<std::string, std::string>, std::string> m_facts; ///< country, relation
    struct OverTwo {
        std::string country; ///< where it is told; else its capital or stream is
        std::string by, value;
        std::string relation, answer;
    };
    std::vector<OverTwo> m_overTwo;
};

} // namespace townrules
