#pragma once

#include "core/features/index/featureindex.h"
#include "core/features/samples/windows.h"

#include <cstdint>
#include <span>
#include <vector>

namespace microtome {

/// Why a window is asked about.
enum class WindowGroup {
    Firing,
    Silent, ///< drawn at random from those in which the latent does not fire
    SameToken, ///< it does not fire, though a token stands there on which it often does
    Near, ///< it nearly fires
    Partner ///< a latent fires that often fires together with it, but it does not
};
constexpr std::size_t windowGroups = 5;

/// A window whose truth is known.
struct ScoringWindow {
    TokenRange tokens;
    WindowGroup group = WindowGroup::Firing;
    std::size_t quantile = 0; ///< of firing ones: 0 are the weakest
    float strength = 0; ///< the largest |value|
    std::vector<float> values; ///< of each token
    std::vector<std::uint32_t> lookalikes; ///< tokens of SameToken: from the window's beginning

    bool fires() const { return group == WindowGroup::Firing; }
};

/// How many windows a latent is scored on.
struct ScoringSettings {
    std::size_t quantiles = 10; ///< of firing windows by strength, equally many in each
    std::size_t perQuantile = 5;
    std::size_t sameToken = 15;
    std::size_t near = 10;
    std::size_t partners = 10;
    /// Windows count as firing above this value; those that fire below it are not asked about.
    float above = 0;
    std::uint64_t seed = 22;
};

/// Windows of Split::Scoring in random order: firing ones of all strengths and as many others, the
/// hard kinds first as far as there are enough, random silent ones for the rest. `partners`:
/// latents of the index; `near`: as in takeSamples(). No window comes twice. Time: linear in the
/// corpus. Throws Error where indices and corpus do not fit or are damaged.
std::vector<ScoringWindow> scoringWindows(const FeatureIndex&, const Windows&, std::uint32_t latent,
    const ScoringSettings& = {}, std::span<const std::uint32_t> partners = {},
    const FeatureIndex* near = nullptr);

} // namespace microtome
