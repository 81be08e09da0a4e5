#include "core/features/load/yamllines.h"

#include <vector>

namespace microtome {

namespace {

constexpr std::size_t deepest = 32;
constexpr std::string_view space = " \t\r";

/// A key or a list under which lines stand that are indented deeper.
struct Level {
    std::size_t indent = 0;
    std::string path; ///< with a dot behind it, or empty
    int entries = 0; ///< of a list under this path, so far
};

std::string_view trimmed(std::string_view text)
{
    const auto first = text.find_first_not_of(space);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(space) - first + 1);
}

/// A value without quotes or the comment behind it; empty where it is no plain one.
std::string plainValue(std::string_view text)
{
    text = trimmed(text);
    if (text.empty())
        return {};
    if (text[0] == '"' || text[0] == '\'') {
        const auto end = text.find(text[0], 1);
        return end == std::string_view::npos ? std::string() : std::string(text.substr(1, end - 1));
    }
    if (std::string_view("[]{}&*!|>%@`#").find(text[0]) != std::string_view::npos)
        return {};
    return std::string(trimmed(text.substr(0, text.find(" #"))));
}

/// Where a key ends: at ':' before a space or at the end. Keys in quotes are not read.
std::size_t keyEnd(std::string_view line)
{
    if (line.empty() || line[0] == '"' || line[0] == '\'')
        return std::string_view::npos;
    for (std::size_t i = 0; i < line.size(); ++i)
        if (line[i] == ':' && (i + 1 == line.size() || line[i + 1] == ' '))
            return i;
    return std::string_view::npos;
}

class Reader {
public:
    void read(std::string_view line)
    {
        const auto indent = line.find_first_not_of(' ');
        const std::string_view content = trimmed(line);
        if (content.empty() || content[0] == '#' || content.starts_with("---"))
            return;
        while (m_levels.size() > 1 && m_levels.back().indent >= indent
            && !(content.starts_with("- ") && m_levels.back().indent == indent))
            m_levels.pop_back();
        if (content.starts_with("- "))
            readEntry(indent, content.substr(2));
        else
            readKey(indent, content);
    }

    std::map<std::string, std::string> values;

private:
    void readEntry(std::size_t indent, std::string_view content)
    {
        if (m_levels.size() >= deepest)
            return;
        Level& list = m_levels.back();
        const std::string path = list.path + std::to_string(list.entries++);
        const std::string_view entry = trimmed(content);
        if (keyEnd(entry) == std::string_view::npos) {
            keep(path, plainValue(entry));
            return;
        }
        m_levels.push_back({indent + 1, path + ".", 0});
        readKey(indent + 2, entry);
    }

    void readKey(std::size_t indent, std::string_view content)
    {
        const auto end = keyEnd(content);
        if (end == std::string_view::npos || m_levels.size() >= deepest)
            return;
        const std::string path
            = m_levels.back().path + std::string(trimmed(content.substr(0, end)));
        const std::string_view rest = trimmed(content.substr(end + 1));
        if (rest.empty() || rest[0] == '#')
            m_levels.push_back({indent, path + ".", 0});
        else
            keep(path, plainValue(rest));
    }

    void keep(const std::string& path, std::string value)
    {
        if (!value.empty())
            values.emplace(path, std::move(value));
    }

    std::vector<Level> m_levels{Level{}};
};

} // namespace

std::map<std::string, std::string> readYamlLines(std::string_view text)
{
    Reader reader;
    while (!text.empty()) {
        const auto end = text.find('\n');
        reader.read(text.substr(0, end));
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return std::move(reader.values);
}

} // namespace microtome
