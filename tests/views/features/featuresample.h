#pragma once

#include "core/store/project.h"

#include <filesystem>

namespace microtome {

/// A project with a source of features that was swept over a small text of the fake vocabulary, and
/// one that was not. Of the first one, latents up to 50 fire at one token each (latent l at the id
/// l + 3), the others at one token where another comes before it; the last one never fires.
struct FeatureSample {
    static constexpr std::uint32_t latents = 400;
    static constexpr std::uint32_t dead = latents - 1;
    static constexpr std::uint32_t names = 12; ///< fires at " Mary"
    static constexpr std::uint32_t ends = 0; ///< fires at line ends

    std::filesystem::path path; ///< of the project
    std::filesystem::path files; ///< of index and corpus
    SourceId source{};
    SourceId unswept{};

    /// Makes it at this path.
    explicit FeatureSample(const std::filesystem::path& project);
};

} // namespace microtome
