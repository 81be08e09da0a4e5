#include "core/store/results.h"

#include "core/store/json.h"

#include <algorithm>
#include <limits>

namespace microtome {

namespace {

// A result whose chunks do not agree with each other or with its shape gives no row's worth of
// trust.
const std::string infoQuery
    = "SELECT name, min(dtype), min(rows), min(columns), sum(length(data)), min(least),"
      " max(greatest), min(dtype) = max(dtype) AND min(rows) = max(rows)"
      " AND min(columns) = max(columns) AND min(chunk) = 0 AND max(chunk) = count(*) - 1,"
      " count(*)"
      " FROM result JOIN run ON run.id = result.run AND run.status = 'done' WHERE run.id = ?1 ";

ResultInfo infoFrom(const Statement& row)
{
    const std::string name = row.text(0);
    const std::optional<Dtype> dtype = dtypeNamed(row.text(1));
    const std::int64_t rows = row.integer(2);
    const std::int64_t columns = row.integer(3);
    const std::int64_t bytes = row.integer(4);
    bool whole = dtype && rows >= 0 && columns >= 0 && row.integer(7) != 0;
    if (whole) {
        const auto width = static_cast<std::int64_t>(dtypeSize(*dtype));
        const bool fits
            = rows == 0 || columns <= std::numeric_limits<std::int64_t>::max() / rows / width;
        const auto chunk = static_cast<std::int64_t>(Results::chunkBytes);
        whole = fits && rows * columns * width == bytes
            && row.integer(8) == std::max<std::int64_t>(1, (bytes + chunk - 1) / chunk);
    }
    if (!whole)
        throw Error("The result “" + name + "” is damaged; run it again.");
    return {.name = name,
        .dtype = *dtype,
        .rows = static_cast<std::size_t>(rows),
        .columns = static_cast<std::size_t>(columns),
        .bytes = static_cast<std::size_t>(bytes),
        .least = row.optionalReal(5),
        .greatest = row.optionalReal(6)};
}

void requireKind(const ResultInfo& info, bool fits)
{
    if (!fits)
        throw Error("The result “" + info.name + "” is of another kind ("
            + std::string(dtypeName(info.dtype)) + "); update Microtome or run it again.");
}

bool isReal(const ResultInfo& info)
{
    return info.dtype == Dtype::F32 || info.dtype == Dtype::F16;
}

} // namespace

void Results::put(RunId run, const std::string& name, const Matrix& matrix, Dtype dtype)
{
    if (dtype != Dtype::F32 && dtype != Dtype::F16)
        throw Error("A matrix can be kept as f32 or f16 only.");
    store(run, name, dtype, matrix.rows(), matrix.columns(), encode(matrix.values(), dtype));
}

void Results::putIntegers(RunId run, const std::string& name, std::size_t rows, std::size_t columns,
    std::span<const std::int32_t> values)
{
    if (values.size() != rows * columns)
        throw Error("The result “" + name + "” was given the wrong number of values.");
    store(run, name, Dtype::I32, rows, columns, encode(values));
}

void Results::putJson(RunId run, const std::string& name, const nlohmann::json& json)
{
    const std::string text = jsonText(json);
    store(run, name, Dtype::Json, 1, text.size(), std::as_bytes(std::span(text)));
}

void Results::store(RunId run, const std::string& name, Dtype dtype, std::size_t rows,
    std::size_t columns, std::span<const std::byte> bytes)
{
    Transaction transaction(m_database);
    {
        Statement row
            = m_database.prepare("SELECT 1 FROM run WHERE id = ?1 AND status = 'running'");
        if (!row.bind(run).step())
            throw Error("Results can be added to a running run only; run it again.");
    }
    m_database.prepare("DELETE FROM result WHERE run = ?1 AND name = ?2").bind(run, name).run();
    std::size_t chunk = 0;
    std::size_t begin = 0;
    do {
        const auto part = bytes.subspan(begin, std::min(chunkBytes, bytes.size() - begin));
        const Summary summary = summarize(part, dtype);
        m_database
            .prepare("INSERT INTO result (run, name, chunk, dtype, rows, columns, least, greatest,"
                     " mean, data) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")
            .bind(run, name, chunk, dtypeName(dtype), rows, columns, summary.least,
                summary.greatest, summary.mean, part)
            .run();
        ++chunk;
        begin += part.size();
    } while (begin < bytes.size());
    transaction.commit();
}

std::optional<ResultInfo> Results::info(RunId run, const std::string& name)
{
    Statement row = m_database.prepare(infoQuery + "AND name = ?2 GROUP BY name").bind(run, name);
    return row.step() ? std::optional(infoFrom(row)) : std::nullopt;
}

std::vector<ResultInfo> Results::list(RunId run)
{
    std::vector<ResultInfo> results;
    Statement row
        = m_database.prepare(infoQuery + "GROUP BY name ORDER BY min(result.id)").bind(run);
    while (row.step())
        results.push_back(infoFrom(row));
    return results;
}

ResultInfo Results::require(RunId run, const std::string& name)
{
    std::optional<ResultInfo> found = info(run, name);
    if (!found)
        throw Error("This run has no result “" + name + "”; run it again.");
    return *found;
}

ResultInfo Results::claimed(RunId run, const std::string& name)
{
    Statement row = m_database.prepare(
        "SELECT dtype, rows, columns FROM result JOIN run ON run.id = result.run"
        " AND run.status = 'done' WHERE result.run = ?1 AND name = ?2 AND chunk = 0");
    if (!row.bind(run, name).step())
        throw Error("This run has no result “" + name + "”; run it again.");
    const std::optional<Dtype> dtype = dtypeNamed(row.text(0));
    const std::int64_t rows = row.integer(1);
    const std::int64_t columns = row.integer(2);
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    const auto width = static_cast<std::int64_t>(dtype ? dtypeSize(*dtype) : 1);
    if (!dtype || rows < 0 || columns < 0 || columns > static_cast<std::int64_t>(chunkBytes) / width
        || (rows > 0 && columns * width > most / rows))
        throw Error("The result “" + name + "” is damaged; run it again.");
    return {.name = name,
        .dtype = *dtype,
        .rows = static_cast<std::size_t>(rows),
        .columns = static_cast<std::size_t>(columns),
        .bytes = static_cast<std::size_t>(rows * columns * width),
        .least = std::nullopt,
        .greatest = std::nullopt};
}

std::vector<std::byte> Results::loadRow(RunId run, const ResultInfo& info, std::size_t index)
{
    if (index >= info.rows)
        throw Error(
            "The result “" + info.name + "” has only " + std::to_string(info.rows) + " rows.");
    const std::size_t width = info.columns * dtypeSize(info.dtype);
    return load(run, info, index * width, (index + 1) * width);
}

std::vector<float> Results::row(RunId run, const std::string& name, std::size_t index)
{
    const ResultInfo info = claimed(run, name);
    requireKind(info, isReal(info));
    std::vector<float> values;
    decode(loadRow(run, info, index), info.dtype, values);
    return values;
}

std::vector<std::int32_t> Results::integerRow(RunId run, const std::string& name, std::size_t index)
{
    const ResultInfo info = claimed(run, name);
    requireKind(info, info.dtype == Dtype::I32);
    return decodeIntegers(loadRow(run, info, index));
}

std::vector<std::byte> Results::load(
    RunId run, const ResultInfo& info, std::size_t begin, std::size_t end)
{
    std::vector<std::byte> bytes;
    if (begin == end)
        return bytes;
    const std::size_t first = begin / chunkBytes;
    const std::size_t last = (end - 1) / chunkBytes;
    Statement row = m_database.prepare("SELECT data FROM result WHERE run = ?1 AND name = ?2"
                                       " AND chunk BETWEEN ?3 AND ?4 ORDER BY chunk");
    row.bind(run, info.name, first, last);
    bytes.reserve(end - begin);
    for (std::size_t chunk = first; chunk <= last; ++chunk) {
        const std::size_t expected = std::min(chunkBytes, info.bytes - chunk * chunkBytes);
        if (!row.step() || row.blob(0).size() != expected)
            throw Error("The result “" + info.name + "” is damaged; run it again.");
        const std::size_t from = std::max(begin, chunk * chunkBytes) - chunk * chunkBytes;
        const std::size_t to = std::min(end - chunk * chunkBytes, expected);
        const auto part = row.blob(0).subspan(from, to - from);
        bytes.insert(bytes.end(), part.begin(), part.end());
    }
    return bytes;
}

Matrix Results::get(RunId run, const std::string& name)
{
    const ResultInfo info = require(run, name);
    return rows(run, name, 0, info.rows);
}

Matrix Results::rows(RunId run, const std::string& name, std::size_t first, std::size_t count)
{
    const ResultInfo info = require(run, name);
    requireKind(info, isReal(info));
    if (first > info.rows || count > info.rows - first)
        throw Error("The result “" + name + "” has only " + std::to_string(info.rows) + " rows.");
    const std::size_t width = info.columns * dtypeSize(info.dtype);
    std::vector<float> values;
    values.reserve(count * info.columns);
    decode(load(run, info, first * width, (first + count) * width), info.dtype, values);
    return {count, info.columns, std::move(values)};
}

std::vector<std::int32_t> Results::integers(RunId run, const std::string& name)
{
    const ResultInfo info = require(run, name);
    requireKind(info, info.dtype == Dtype::I32);
    return decodeIntegers(load(run, info, 0, info.bytes));
}

nlohmann::json Results::json(RunId run, const std::string& name)
{
    const ResultInfo info = require(run, name);
    requireKind(info, info.dtype == Dtype::Json);
    const std::vector<std::byte> bytes = load(run, info, 0, info.bytes);
    return jsonFrom({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

} // namespace microtome
