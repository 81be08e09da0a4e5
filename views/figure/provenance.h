#pragma once

#include "views/style/colourscale.h"

#include <nlohmann/json_fwd.hpp>

#include <QString>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace microtome {

/// What made a figure: enough to say in a paper how its numbers came about, and to open the same
/// view again. Written beside a figure as JSON and into PDF, SVG and PNG themselves.
struct Provenance {
    std::string model;
    std::string weightHash;
    std::string tokenizerHash;
    std::string prompt;
    std::vector<std::int32_t> ids;
    bool bos = false;
    std::string site; ///< TransformerLens hook name
    std::string method;
    std::string parametersJson = "{}"; ///< a JSON object
    std::string dtype = "float32";
    std::string device = "cpu";
    int threads = 0;
    std::string blas;
    std::uint64_t seed = 0;
    std::string version; ///< of the program
    std::optional<ColourRange> colours;
    std::string date; ///< ISO 8601, UTC
    std::string view; ///< name of the view
    std::string viewStateJson = "{}"; ///< a JSON object: what the view needs to show the same again

    nlohmann::json toJson() const;

    /// Throws Error with a sentence when `json` is no provenance of a figure.
    static Provenance fromJson(const nlohmann::json& json);

    /// From a sidecar, or from an SVG, PNG or PDF written by this program.
    static Provenance read(const QString& path);

    /// Now, as `date` has it.
    static std::string now();
};

} // namespace microtome
