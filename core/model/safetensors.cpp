#include "core/model/safetensors.h"

#include "core/model/half.h"
#include "core/work/error.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <bit>
#include <cstring>
#include <fstream>
#include <set>

namespace microtome {

static_assert(std::endian::native == std::endian::little, "safetensors data is little-endian");

namespace {

using nlohmann::json;

constexpr std::uint64_t longestHeader = 100'000'000;

std::size_t sizeOf(const std::string& dtype)
{
    static const std::map<std::string, std::size_t> sizes {{"F64", 8}, {"I64", 8}, {"U64", 8},
        {"F32", 4}, {"I32", 4}, {"U32", 4}, {"F16", 2}, {"BF16", 2}, {"I16", 2}, {"U16", 2},
        {"I8", 1}, {"U8", 1}, {"BOOL", 1}, {"F8_E4M3", 1}, {"F8_E5M2", 1}, {"F8_E8M0", 1}};
    const auto found = sizes.find(dtype);
    return found == sizes.end() ? 0 : found->second;
}

/// Parses the header and refuses a name that stands in it twice (a JSON reader would keep one).
json parseHeader(std::string_view text)
{
    std::set<std::string> names;
    bool twice = false;
    const auto watch = [&](int depth, json::parse_event_t event, json& value) {
        if (depth == 1 && event == json::parse_event_t::key)
            twice |= !names.insert(value.get<std::string>()).second;
        if (depth > 4)
            throw Error("nested too deeply");
        return true;
    };
    json header = json::parse(text.begin(), text.end(), watch);
    if (twice)
        throw Error("a name stands in it twice");
    if (!header.is_object())
        throw Error("it is not an object");
    return header;
}

std::int64_t unsignedNumber(const json& value)
{
    if (!value.is_number_unsigned() || value.get<std::uint64_t>() > (1ULL << 62))
        throw Error("a size in it is not a plain number");
    return static_cast<std::int64_t>(value.get<std::uint64_t>());
}

SafeTensors::Entry readEntry(const json& form, std::span<const std::byte> data)
{
    if (!form.is_object() || !form.contains("dtype") || !form["dtype"].is_string()
        || !form.contains("shape") || !form["shape"].is_array() || !form.contains("data_offsets")
        || !form["data_offsets"].is_array() || form["data_offsets"].size() != 2)
        throw Error("it lacks a dtype, a shape or data_offsets");
    SafeTensors::Entry entry;
    entry.dtype = form["dtype"].get<std::string>();
    std::uint64_t bytes = sizeOf(entry.dtype);
    if (bytes == 0)
        throw Error("its type " + entry.dtype.substr(0, 20) + " is not known");
    if (form["shape"].size() > 16)
        throw Error("it has too many dimensions");
    for (const json& axis : form["shape"]) {
        const auto size = unsignedNumber(axis);
        if (__builtin_mul_overflow(bytes, static_cast<std::uint64_t>(size), &bytes))
            throw Error("its shape overflows");
        entry.shape.push_back(size);
    }
    const auto begin = static_cast<std::uint64_t>(unsignedNumber(form["data_offsets"][0]));
    const auto end = static_cast<std::uint64_t>(unsignedNumber(form["data_offsets"][1]));
    if (begin > end || end > data.size())
        throw Error("it lies outside the file (the file may be cut short: download it again)");
    if (end - begin != bytes)
        throw Error("its shape does not match its size");
    entry.bytes = data.subspan(begin, end - begin);
    return entry;
}

template <class T, class Convert>
std::vector<float> convert(std::span<const std::byte> bytes, Convert to)
{
    std::vector<float> values(bytes.size() / sizeof(T));
    for (std::size_t i = 0; i < values.size(); ++i) {
        T raw;
        std::memcpy(&raw, bytes.data() + i * sizeof(T), sizeof(T));
        values[i] = to(raw);
    }
    return values;
}

} // namespace

std::int64_t SafeTensors::Entry::count() const
{
    std::int64_t n = 1;
    for (const auto axis : shape)
        n *= axis;
    return n;
}

std::shared_ptr<const SafeTensors> SafeTensors::open(const std::filesystem::path& path)
{
    std::error_code error; // a pipe would be waited for
    if (std::filesystem::exists(path, error) && !std::filesystem::is_regular_file(path, error))
        throw Error("Cannot read " + path.string() + ": it is not a regular file.");
    return std::make_shared<const SafeTensors>(path);
}

SafeTensors::SafeTensors(const std::filesystem::path& path)
    : m_file(path)
{
    try {
        readHeader(path.filename().string());
    } catch (const json::exception& e) {
        throw Error(path.filename().string()
                + " is not a safetensors file: its header is not valid JSON.",
            e.what());
    }
}

void SafeTensors::readHeader(const std::string& name)
{
    const auto refuse = [&](const std::string& why) {
        throw Error(name + " is not a sound safetensors file: " + why + ".");
    };
    const auto bytes = m_file.bytes();
    std::uint64_t length = 0;
    if (bytes.size() < 8)
        refuse("it is too short for a header");
    std::memcpy(&length, bytes.data(), 8);
    if (length > longestHeader || length > bytes.size() - 8)
        refuse("its header claims to be longer than the file or than 100 MB");
    const auto text = std::string_view(reinterpret_cast<const char*>(bytes.data()) + 8, length);
    const auto data = bytes.subspan(8 + length);

    json header;
    try {
        header = parseHeader(text);
    } catch (const Error& e) {
        refuse(std::string("its header is damaged, ") + e.what());
    }
    for (const auto& [key, form] : header.items()) {
        if (key == "__metadata__") {
            if (form.is_object())
                for (const auto& [k, v] : form.items())
                    if (v.is_string())
                        m_metadata[k] = v.get<std::string>();
            continue;
        }
        try {
            m_entries[key] = readEntry(form, data);
        } catch (const Error& e) {
            refuse("the tensor " + key.substr(0, 100) + " is damaged, " + e.what());
        }
    }

    std::vector<std::span<const std::byte>> parts;
    for (const auto& [key, entry] : m_entries)
        if (!entry.bytes.empty())
            parts.push_back(entry.bytes);
    std::sort(parts.begin(), parts.end(),
        [](const auto& a, const auto& b) { return a.data() < b.data(); });
    const std::byte* expected = data.data();
    for (const auto& part : parts) {
        if (part.data() != expected)
            refuse("its tensors overlap or leave holes");
        expected = part.data() + part.size();
    }
    if (expected != data.data() + data.size())
        refuse("there is data behind its last tensor");
}

Matrix SafeTensors::matrix(const std::string& name) const
{
    const auto found = m_entries.find(name);
    if (found == m_entries.end())
        throw Error("The file holds no tensor named " + name + ".");
    const Entry& e = found->second;
    std::vector<float> values;
    if (e.dtype == "F32")
        values = convert<float>(e.bytes, [](float x) { return x; });
    else if (e.dtype == "F64")
        values = convert<double>(e.bytes, [](double x) { return static_cast<float>(x); });
    else if (e.dtype == "F16")
        values = convert<std::uint16_t>(e.bytes, fromHalf);
    else if (e.dtype == "BF16")
        values = convert<std::uint16_t>(e.bytes, fromBfloat);
    else if (e.dtype == "I64")
        values = convert<std::int64_t>(e.bytes, [](std::int64_t x) { return static_cast<float>(x); });
    else
        throw Error("The tensor " + name + " has the type " + e.dtype
            + ", which cannot be read as numbers here.");
    const auto columns = e.shape.empty() ? 1 : static_cast<std::size_t>(e.shape.back());
    const auto rows = columns == 0 ? 0 : values.size() / columns;
    return {rows, columns, std::move(values)};
}

void writeSafeTensors(const std::filesystem::path& path, const std::vector<TensorToWrite>& tensors,
    const std::map<std::string, std::string>& metadata)
{
    json header = json::object();
    if (!metadata.empty())
        header["__metadata__"] = metadata;
    std::size_t offset = 0;
    for (const auto& t : tensors) {
        header[t.name] = {{"dtype", t.dtype}, {"shape", t.shape},
            {"data_offsets", {offset, offset + t.bytes.size()}}};
        offset += t.bytes.size();
    }
    std::string text = header.dump();
    text.resize((text.size() + 7) / 8 * 8, ' ');
    const std::uint64_t length = text.size();

    auto beside = path;
    beside += ".part";
    {
        std::ofstream out(beside, std::ios::binary | std::ios::trunc);
        out.write(reinterpret_cast<const char*>(&length), 8);
        out.write(text.data(), static_cast<std::streamsize>(text.size()));
        for (const auto& t : tensors)
            out.write(reinterpret_cast<const char*>(t.bytes.data()),
                static_cast<std::streamsize>(t.bytes.size()));
        out.flush();
        if (!out) {
            std::error_code ignored;
            std::filesystem::remove(beside, ignored);
            throw Error("Cannot write " + path.string() + ": is the folder there and the disk not full?");
        }
    }
    std::error_code error;
    std::filesystem::rename(beside, path, error);
    if (error) {
        std::error_code ignored;
        std::filesystem::remove(beside, ignored);
        throw Error("Cannot write " + path.string() + ": " + error.message() + ".");
    }
}

} // namespace microtome
