#pragma once

#include "core/work/error.h"

#include <nlohmann/json.hpp>

#include <set>
#include <string>
#include <utility>
#include <vector>

namespace microtome::nn {

/// A group of a recipe's settings, read with sentences for what is missing, of the wrong kind, out
/// of range or (by finish()) not known.
class Settings {
public:
    /// `path`: what the group is called in sentences, `optimizer.`; empty for the whole recipe.
    Settings(nlohmann::json form, std::string path);

    bool has(const std::string& key) const;
    std::string need(const std::string& key); ///< a text that must be there
    std::string text(const std::string& key, const std::string& otherwise);
    bool flag(const std::string& key, bool otherwise);
    double number(const std::string& key, double otherwise, double low, double high);
    std::int64_t integer(
        const std::string& key, std::int64_t otherwise, std::int64_t low, std::int64_t high);
    std::vector<std::int64_t> integers(const std::string& key, std::int64_t low, std::int64_t high);
    nlohmann::json object(const std::string& key); ///< an empty one when missing
    Settings group(const std::string& key, bool needed = false);

    template <class E>
    E choice(
        const std::string& key, const std::vector<std::pair<std::string, E>>& choices, E otherwise)
    {
        const std::string given = text(key, "");
        std::string known;
        for (const auto& [name, value] : choices) {
            if (name == given)
                return value;
            known += (known.empty() ? "" : ", ") + name;
        }
        if (has(key))
            throw Error(
                m_path + key + " is \"" + given.substr(0, 40) + "\"; known are " + known + ".");
        return otherwise;
    }

    /// Throws Error naming a key that nobody asked for.
    void finish() const;

private:
    const nlohmann::json* find(const std::string& key);

    nlohmann::json m_form;
    std::string m_path;
    std::set<std::string> m_known;
};

} // namespace microtome::nn
