#include "core/text/promptset.h"

#include "core/text/csv.h"
#include "core/text/unicode.h"
#include "core/work/error.h"
#include "core/work/mappedfile.h"

#include <nlohmann/json.hpp>

#include <array>
#include <charconv>
#include <optional>

namespace microtome {

namespace {

using json = nlohmann::json;

struct FieldPlace {
    const char* name;
    PromptColumns::Column PromptColumns::*column;
    PromptField PromptItem::*field;
};

constexpr std::array<FieldPlace, 4> places{{
    {"clean", &PromptColumns::clean, &PromptItem::clean},
    {"corrupted", &PromptColumns::corrupted, &PromptItem::corrupted},
    {"answer", &PromptColumns::answer, &PromptItem::answer},
    {"wrong", &PromptColumns::wrong, &PromptItem::wrong},
}};

[[noreturn]] void refuse(const std::string& name, std::size_t line, const std::string& why)
{
    throw Error(name + ", line " + std::to_string(line) + ": " + why + ".");
}

/// Reads "12 7,9" or "[12, 7]"; nothing when a part is no id.
std::optional<std::vector<std::int32_t>> readIds(std::string_view text)
{
    constexpr std::string_view between = " \t,;[]";
    std::vector<std::int32_t> ids;
    while (true) {
        const auto begin = text.find_first_not_of(between);
        if (begin == std::string_view::npos)
            return ids;
        text.remove_prefix(begin);
        const auto word = text.substr(0, text.find_first_of(between));
        std::int32_t id = -1;
        const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), id);
        if (error != std::errc() || end != word.data() + word.size() || id < 0)
            return {};
        ids.push_back(id);
        text.remove_prefix(word.size());
    }
}

void setField(PromptItem& item, const FieldPlace& place, bool byIds, std::string cell,
    const std::string& name)
{
    PromptField& field = item.*place.field;
    field.byIds = byIds;
    if (text::validUtf8(cell) != cell)
        refuse(name, item.line, "the text is not UTF-8; save the file as UTF-8");
    if (!byIds) {
        field.text = std::move(cell);
        return;
    }
    auto ids = readIds(cell);
    if (!ids)
        refuse(name, item.line,
            std::string("the column for ") + place.name + " should hold token ids, it holds \""
                + cell.substr(0, 40) + "\"");
    field.ids = std::move(*ids);
}

/// Takes a finished item; false when no more are wanted.
bool keep(PromptSet& set, PromptItem item, const std::string& name, const PromptSetLimits& limits)
{
    if (item.clean.empty())
        refuse(name, item.line, "the clean prompt is empty");
    if (set.items.size() >= limits.items) {
        set.truncated = true;
        return false;
    }
    set.items.push_back(std::move(item));
    return true;
}

/// Where the columns stand in the header; -1: absent.
std::array<int, 4> findColumns(
    const CsvRecord& header, const PromptColumns& columns, const std::string& name)
{
    std::array<int, 4> at{-1, -1, -1, -1};
    for (std::size_t p = 0; p < places.size(); ++p)
        for (std::size_t c = 0; c < header.cells.size(); ++c)
            if (header.cells[c] == (columns.*places[p].column).name) {
                if (at[p] >= 0)
                    refuse(
                        name, header.line, "the column \"" + header.cells[c] + "\" stands twice");
                at[p] = static_cast<int>(c);
            }
    if (at[0] < 0)
        refuse(name, header.line,
            "there is no column \"" + columns.clean.name
                + "\"; name the columns with --columns clean=...,answer=...");
    return at;
}

PromptSet parseCsv(std::string_view content, const std::string& name, const PromptColumns& columns,
    const PromptSetLimits& limits)
{
    CsvReader reader(content, name, limits.cellBytes);
    CsvRecord record;
    if (!reader.next(record))
        throw Error(name + " is empty: a prompt set needs a header row and prompts.");
    const auto at = findColumns(record, columns, name);
    const std::size_t width = record.cells.size();
    PromptSet set;
    set.hasCorrupted = at[1] >= 0;
    set.hasAnswer = at[2] >= 0;
    set.hasWrong = at[3] >= 0;
    while (reader.next(record)) {
        if (record.cells.size() != width)
            refuse(name, record.line,
                "there are " + std::to_string(record.cells.size()) + " cells, the header has "
                    + std::to_string(width));
        PromptItem item;
        item.line = record.line;
        for (std::size_t p = 0; p < places.size(); ++p)
            if (at[p] >= 0)
                setField(item, places[p], (columns.*places[p].column).byIds,
                    std::move(record.cells[static_cast<std::size_t>(at[p])]), name);
        if (!keep(set, std::move(item), name, limits))
            break;
    }
    return set;
}

/// Text of a JSON value for a column; a list of ids is allowed where ids are wanted.
std::optional<std::string> cellText(const json& value, bool byIds)
{
    if (value.is_string())
        return value.get<std::string>();
    if (value.is_number() || (byIds && value.is_array()))
        return value.dump();
    if (value.is_null())
        return std::string();
    return {};
}

PromptItem parseJsonLine(std::string_view text, std::size_t line, const std::string& name,
    const PromptColumns& columns, PromptSet& set)
{
    const json object = json::parse(text, nullptr, false);
    if (!object.is_object())
        refuse(name, line, "this is not a JSON object");
    PromptItem item;
    item.line = line;
    const std::array<bool PromptSet::*, 4> seen{
        nullptr, &PromptSet::hasCorrupted, &PromptSet::hasAnswer, &PromptSet::hasWrong};
    for (std::size_t p = 0; p < places.size(); ++p) {
        const auto& column = columns.*places[p].column;
        const auto found = object.find(column.name);
        if (found == object.end()) {
            if (p == 0)
                refuse(name, line,
                    "there is no field \"" + column.name
                        + "\"; name the fields with --columns clean=...,answer=...");
            continue;
        }
        auto cell = cellText(*found, column.byIds);
        if (!cell)
            refuse(name, line, "the field \"" + column.name + "\" is neither text nor ids");
        if (p > 0)
            set.*seen[p] = true;
        setField(item, places[p], column.byIds, std::move(*cell), name);
    }
    return item;
}

PromptSet parseJsonLines(std::string_view content, const std::string& name,
    const PromptColumns& columns, const PromptSetLimits& limits)
{
    PromptSet set;
    std::size_t line = 0;
    while (!content.empty()) {
        ++line;
        const auto end = content.find('\n');
        const auto text = content.substr(0, end);
        content.remove_prefix(end == std::string_view::npos ? content.size() : end + 1);
        if (text.find_first_not_of(" \t\r") == std::string_view::npos)
            continue;
        if (text.size() > limits.cellBytes * 4)
            refuse(name, line, "the line is too long");
        if (!keep(set, parseJsonLine(text, line, name, columns, set), name, limits))
            break;
    }
    return set;
}

} // namespace

PromptColumns PromptColumns::parse(std::string_view text)
{
    PromptColumns columns;
    while (!text.empty()) {
        const auto comma = text.find(',');
        const auto part = text.substr(0, comma);
        text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
        const auto equals = part.find('=');
        const FieldPlace* place = nullptr;
        for (const FieldPlace& p : places)
            if (part.substr(0, equals) == p.name)
                place = &p;
        std::string_view name
            = equals == std::string_view::npos ? std::string_view() : part.substr(equals + 1);
        const bool byIds = name.ends_with(":id");
        if (byIds)
            name.remove_suffix(3);
        if (!place || name.empty())
            throw Error("\"" + std::string(part)
                + "\" names no column: write clean=..., corrupted=..., answer=... or wrong=..., "
                  "with :id behind the name where the column holds token ids.");
        columns.*place->column = {std::string(name), byIds};
    }
    return columns;
}

PromptSet parsePromptSet(std::string_view content, const std::string& name,
    const PromptColumns& columns, const PromptSetLimits& limits)
{
    if (content.starts_with("\xef\xbb\xbf"))
        content.remove_prefix(3);
    const auto first = content.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos)
        throw Error(name + " is empty: a prompt set needs a header row and prompts.");
    PromptSet set = content[first] == '{' ? parseJsonLines(content, name, columns, limits)
                                          : parseCsv(content, name, columns, limits);
    if (set.items.empty())
        throw Error(name + " holds no prompts.");
    return set;
}

PromptSet readPromptSet(
    const std::filesystem::path& path, const PromptColumns& columns, const PromptSetLimits& limits)
{
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    if (error)
        throw Error(path.string() + " cannot be read: " + error.message() + ".");
    const std::string name = path.filename().string();
    if (size > limits.fileBytes)
        throw Error(name + " is too large for a prompt set (" + std::to_string(size >> 20)
            + " MB); take a part of it.");
    if (size == 0)
        return parsePromptSet({}, name, columns, limits);
    const MappedFile file(path);
    const auto bytes = file.bytes();
    return parsePromptSet(
        {reinterpret_cast<const char*>(bytes.data()), bytes.size()}, name, columns, limits);
}

} // namespace microtome
