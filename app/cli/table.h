#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace microtome::cli {

/// Rows of text in aligned columns.
class Table {
public:
    /// `alignment`: one letter for each column, l or r; the last letter holds for all further ones.
    explicit Table(std::string alignment)
        : m_alignment(std::move(alignment))
    {
    }

    void row(std::vector<std::string> cells) { m_rows.push_back(std::move(cells)); }
    std::string text() const;

private:
    std::string m_alignment;
    std::vector<std::vector<std::string>> m_rows;
};

/// A number with `digits` behind the point; nothing for null.
std::string fixed(const nlohmann::json& number, int digits);

} // namespace microtome::cli
