#include "core/text/csv.h"

#include "core/work/error.h"

#include <algorithm>

namespace microtome {

CsvReader::CsvReader(std::string_view content, std::string name, std::size_t cellBytes)
    : m_content(content)
    , m_name(std::move(name))
    , m_cellBytes(cellBytes)
{
}

void CsvReader::refuse(std::size_t line, const std::string& why) const
{
    throw Error(m_name + ", line " + std::to_string(line) + ": " + why + ".");
}

void CsvReader::skipEmptyLines()
{
    while (m_at < m_content.size() && (m_content[m_at] == '\n' || m_content[m_at] == '\r')) {
        m_line += m_content[m_at] == '\n';
        ++m_at;
    }
}

std::string CsvReader::quotedCell()
{
    const std::size_t begun = m_line;
    std::string cell;
    for (++m_at; m_at < m_content.size(); ++m_at) {
        const char c = m_content[m_at];
        if (c == '"') {
            if (m_at + 1 >= m_content.size() || m_content[m_at + 1] != '"') {
                ++m_at;
                return cell;
            }
            ++m_at;
        }
        m_line += c == '\n';
        cell += c;
        if (cell.size() > m_cellBytes)
            refuse(begun, "a cell is too long (is a closing quote missing?)");
    }
    refuse(begun, "a quote is opened and never closed");
}

std::string CsvReader::plainCell()
{
    const auto end = std::min(m_content.find_first_of(",\r\n\"", m_at), m_content.size());
    if (end < m_content.size() && m_content[end] == '"')
        refuse(m_line, "a quote stands inside a cell; put the whole cell in quotes and double it");
    if (end - m_at > m_cellBytes)
        refuse(m_line, "a cell is too long");
    std::string cell(m_content.substr(m_at, end - m_at));
    m_at = end;
    return cell;
}

bool CsvReader::next(CsvRecord& record)
{
    skipEmptyLines();
    if (m_at >= m_content.size())
        return false;
    record.cells.clear();
    record.line = m_line;
    while (true) {
        const bool quoted = m_at < m_content.size() && m_content[m_at] == '"';
        record.cells.push_back(quoted ? quotedCell() : plainCell());
        if (m_at >= m_content.size())
            return true;
        const char c = m_content[m_at];
        if (c == ',') {
            ++m_at;
            continue;
        }
        if (c != '\n' && c != '\r')
            refuse(m_line, "something stands behind a closing quote");
        m_at += c == '\r' ? 1 : 0;
        if (m_at < m_content.size() && m_content[m_at] == '\n') {
            ++m_line;
            ++m_at;
        }
        return true;
    }
}

} // namespace microtome
