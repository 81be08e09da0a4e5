#pragma once

#include "core/store/ids.h"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace microtome {

/// What of one source came into the project.
struct ImportedSource {
    SourceId source{};
    SweepId sweep{}; ///< 0: explanations only, which need none
    std::string name;
    std::uint64_t latents = 0;
    std::uint64_t features = 0; ///< with numbers, logits, ...
    std::uint64_t labels = 0;
    std::uint64_t scores = 0;
    std::uint64_t missingScores = 0; ///< of these: the judge failed
    std::uint64_t windows = 0; ///< in the corpus and the index
    std::uint64_t textWindows = 0; ///< to be searched only: their tokens cannot be told exactly
    std::uint64_t sameWindows = 0; ///< said before of the same latent
    std::uint64_t tokens = 0; ///< of the corpus of windows
    std::uint64_t unknownLogits = 0; ///< tokens of promoted and suppressed ones that cannot be told
};

/// What an import took, and what it left out and why, a sentence each.
struct ImportReport {
    RunId run{};
    bool found = false; ///< the same was imported before; nothing was done
    std::vector<ImportedSource> sources;
    std::vector<std::string> taken;
    std::vector<std::string> leftOut;
};

nlohmann::json toJson(const ImportReport&);

/// Throws Error for what toJson() did not make.
ImportReport importReportFrom(const nlohmann::json&);

} // namespace microtome
