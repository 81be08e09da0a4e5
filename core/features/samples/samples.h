#pragma once

#include "core/features/index/featureindex.h"
#include "core/features/samples/windows.h"

#include <cstdint>
#include <vector>

namespace microtome {

/// How many examples of a latent are taken, and from where.
struct SampleSettings {
    Split split = Split::All;
    std::size_t top = 20;
    std::size_t quantiles = 10; ///< groups of equally many windows
    std::size_t perQuantile = 5;
    std::size_t intervals = 10; ///< groups of equally wide ranges of strength
    std::size_t perInterval = 5;
    std::size_t silent = 20;
    std::size_t near = 20;
    std::uint64_t seed = 22;
};

/// One window as an example of a latent.
struct Sample {
    TokenRange tokens; ///< of the window
    std::uint64_t document = 0;
    std::uint64_t peak = 0; ///< the token with that strength; of a silent one the first
    float strength
        = 0; ///< that |value|; of a near miss the largest pre-activation, of a silent one 0

    /// How many windows of the split it stands for: the sum of weight g over the samples of a group
    /// estimates the sum of g over the group's windows.
    double weight = 0;

    std::vector<float> values; ///< of each token of the window; 0 where the latent does not fire
};

/// Samples of one kind.
struct SampleGroup {
    float from = 0; ///< the least and the largest strength in the group (intervals: their bounds)
    float to = 0;
    std::uint64_t windows = 0; ///< of the split, that belong to the group
    std::vector<Sample> samples;
};

/// Examples of one latent by all ways of choosing (features-and-steering.md 3.3).
struct Samples {
    std::uint64_t windows = 0; ///< of the split
    std::uint64_t firing = 0; ///< those in which the latent fires

    /// The strongest windows, strongest first. Of those whose 8 tokens up to the peak are the same,
    /// within the document, only the strongest is kept; its weight counts the others that are as
    /// strong as the last one kept, or stronger. `windows`: all of these.
    SampleGroup top;

    /// Firing windows by ascending strength, group q being those with rank in qN/G ... (q+1)N/G;
    /// drawn at random within each, weight windows / samples.
    std::vector<SampleGroup> quantiles;

    /// Firing windows with strength in im/G ... (i+1)m/G, where m is the largest; upper bounds
    /// belong to the interval above, but m itself to the last. Drawn like quantiles.
    std::vector<SampleGroup> intervals;

    /// Windows in which it does not fire, at random.
    SampleGroup silent;

    /// Windows in which it does not fire but nearly does, at random, from an index of near misses.
    SampleGroup near;
};

/// Samples of one latent. The same for the same seed on every machine. `near`: an index over the
/// same corpus and dictionary whose values are pre-activations that stayed just below the
/// threshold. Time: linear in the windows of the corpus. Throws Error where indices and corpus do
/// not fit or are damaged.
Samples takeSamples(const FeatureIndex&, const Windows&, std::uint32_t latent,
    const SampleSettings& = {}, const FeatureIndex* near = nullptr);

} // namespace microtome
