#pragma once

#include "core/store/database.h"
#include "core/store/ids.h"
#include "core/store/numbers.h"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

namespace microtome {

/// A direction in the network's space: where it acts, and how it was made.
struct StoredVector {
    VectorId id{};
    std::string name;
    std::string site; ///< TransformerLens name of the point
    std::vector<float> values;
    nlohmann::json provenance = nlohmann::json::object();
};

/// The vectors of a project.
class Vectors {
public:
    explicit Vectors(Database& database)
        : m_database(database)
    {
    }

    /// With F16 the numbers are rounded.
    VectorId add(const StoredVector& vector, Dtype dtype = Dtype::F32);
    std::optional<StoredVector> get(VectorId id);
    std::vector<StoredVector> list();
    void rename(VectorId id, const std::string& name);
    void remove(VectorId id);

private:
    Database& m_database;
};

} // namespace microtome
