#pragma once

#include "core/model/matrix.h"
#include "core/store/database.h"
#include "core/store/ids.h"
#include "core/store/numbers.h"

#include <nlohmann/json.hpp>

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace microtome {

/// A named result of a run, without its numbers: enough to draw an empty picture with its scale.
struct ResultInfo {
    std::string name;
    Dtype dtype = Dtype::F32;
    std::size_t rows = 0;
    std::size_t columns = 0;
    std::size_t bytes = 0;
    std::optional<double> least; ///< of the finite numbers
    std::optional<double> greatest;
};

/// The numbers of runs, in chunks of 128 KB. Reading sees done runs only; a damaged result is
/// refused with a sentence before anything of its claimed size is held.
class Results {
public:
    explicit Results(Database& database)
        : m_database(database)
    {
    }

    /// Bytes of every chunk but the last.
    static constexpr std::size_t chunkBytes = 128 * 1024;

    /// Stores a result under a running run, replacing one of the same name; all of it or nothing.
    /// With F16 the numbers are rounded.
    void put(RunId run, const std::string& name, const Matrix& matrix, Dtype dtype = Dtype::F32);
    void putIntegers(RunId run, const std::string& name, std::size_t rows, std::size_t columns,
        std::span<const std::int32_t> values);
    void putJson(RunId run, const std::string& name, const nlohmann::json& json);

    /// Throws a sentence when the run has no result of this name and kind.
    Matrix get(RunId run, const std::string& name);
    Matrix rows(RunId run, const std::string& name, std::size_t first, std::size_t count);
    std::vector<std::int32_t> integers(RunId run, const std::string& name);
    nlohmann::json json(RunId run, const std::string& name);

    /// One row, without looking at more of the result than the chunk or chunks it lies in.
    std::vector<float> row(RunId run, const std::string& name, std::size_t index);
    std::vector<std::int32_t> integerRow(RunId run, const std::string& name, std::size_t index);

    std::optional<ResultInfo> info(RunId run, const std::string& name);

    /// In the order in which they were put.
    std::vector<ResultInfo> list(RunId run);

private:
    void store(RunId run, const std::string& name, Dtype dtype, std::size_t rows,
        std::size_t columns, std::span<const std::byte> bytes);
    ResultInfo require(RunId run, const std::string& name);
    /// What the first chunk says, held against nothing but the length of a row.
    ResultInfo claimed(RunId run, const std::string& name);
    std::vector<std::byte> loadRow(RunId run, const ResultInfo& info, std::size_t index);
    std::vector<std::byte> load(
        RunId run, const ResultInfo& info, std::size_t begin, std::size_t end);

    Database& m_database;
};

} // namespace microtome
