#include "app/cli/table.h"

#include <algorithm>
#include <cstdio>

namespace microtome::cli {

namespace {

/// Characters of UTF-8 text: bytes that do not continue one.
std::size_t width(const std::string& text)
{
    return static_cast<std::size_t>(std::count_if(text.begin(), text.end(),
        [](char c) { return (static_cast<unsigned char>(c) & 0xc0u) != 0x80u; }));
}

} // namespace

std::string Table::text() const
{
    std::vector<std::size_t> widths;
    for (const auto& cells : m_rows) {
        widths.resize(std::max(widths.size(), cells.size()));
        for (std::size_t c = 0; c < cells.size(); ++c)
            widths[c] = std::max(widths[c], width(cells[c]));
    }
    std::string out;
    for (const auto& cells : m_rows) {
        std::string line;
        for (std::size_t c = 0; c < cells.size(); ++c) {
            const std::string space(widths[c] - width(cells[c]), ' ');
            const bool right = m_alignment[std::min(c, m_alignment.size() - 1)] == 'r';
            line += (c > 0 ? "  " : "") + (right ? space + cells[c] : cells[c] + space);
        }
        line.erase(line.find_last_not_of(' ') + 1);
        out += line + '\n';
    }
    return out;
}

std::string fixed(const nlohmann::json& number, int digits)
{
    if (!number.is_number())
        return {};
    char text[64];
    std::snprintf(text, sizeof text, "%.*f", digits, number.get<double>());
    return text;
}

} // namespace microtome::cli
