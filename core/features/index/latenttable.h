#pragma once

#include "core/features/corpus/corpus.h"
#include "core/features/index/featureindex.h"

#include <array>
#include <vector>

namespace microtome {

/// The numbers of all latents of an index, each a column [latents], for whoever stores or sorts
/// them. With T tokens in the corpus, a latent that fires at n of them, with values v:
struct LatentTable {
    std::uint64_t tokens = 0; ///< T

    std::vector<std::uint32_t> count; ///< n
    std::vector<double> density; ///< n / T
    std::vector<double> logDensity; ///< log10(n / T + 1e-10), as SAELens has it
    std::vector<double> mean; ///< Σ v / n
    std::vector<double> deviation; ///< sqrt(Σ v² / n - mean²)
    std::vector<float> max, min, skew, q50, q90, q99; ///< as in ValueNumbers

    std::vector<std::uint32_t>
        topToken; ///< the commonest id where it fires, the smallest of several
    std::vector<float> topTokenShare; ///< c / n with c the firings at that id
    std::vector<float> tokenEntropy; ///< -Σ p log2 p, p = c / n over all ids, in bits

    /// The commonest ids that end where it fires, within a document. Shares are of the firings
    /// looked at: all up to 65,536, else every k-th with the smallest k that takes no more.
    std::vector<std::array<std::uint32_t, 2>> topBigram;
    std::vector<std::array<std::uint32_t, 3>> topTrigram;
    std::vector<float> topBigramShare, topTrigramShare; ///< 0 where there is none
};

/// Goes through the index once. Memory: the table, and counts of the vocabulary's size. Throws
/// Error where the index was made over another corpus or is damaged.
LatentTable latentTable(const FeatureIndex&, const Corpus&, const Progress& = {});

} // namespace microtome
