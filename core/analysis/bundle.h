#pragma once

#include "core/model/matrix.h"

#include <nlohmann/json.hpp>

#include <map>
#include <string>

namespace microtome {

/// What a result is stored as: small fields as JSON, numbers as named matrices. A stored run is
/// drawn again from it without any computation.
struct Bundle {
    nlohmann::json fields = nlohmann::json::object();
    std::map<std::string, Matrix> matrices;

    /// The named matrix; throws Error when it is missing.
    const Matrix& matrix(const std::string& name) const;

    /// Throws Error unless the bundle holds a result of this kind (the field `kind`).
    void expect(const std::string& kind) const;
};

} // namespace microtome
