#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace microtome {

struct CsvRecord {
    std::vector<std::string> cells;
    std::size_t line = 0; ///< where it begins, from 1
};

/// Reads CSV (RFC 4180) record by record: cells in double quotes may hold commas, line breaks and
/// doubled quotes; lines end with LF or CRLF. Empty lines are skipped.
class CsvReader {
public:
    CsvReader(std::string_view content, std::string name, std::size_t cellBytes);

    /// False at the end. Throws Error naming the line for an unfinished or stray quote or a cell of
    /// more than `cellBytes`.
    bool next(CsvRecord&);

private:
    std::string quotedCell();
    std::string plainCell();
    [[noreturn]] void refuse(std::size_t line, const std::string& why) const;
    void skipEmptyLines();

    std::string_view m_content;
    std::string m_name;
    std::size_t m_cellBytes;
    std::size_t m_at = 0;
    std::size_t m_line = 1;
};

} // namespace microtome
