#pragma once

#include "core/features/index/featureindex.h"

#include <vector>

namespace microtome {

/// Another latent that fires at the same tokens. With n_a and n_b the firings of the two, n_ab the
/// tokens at which both fire and T the tokens of the corpus:
struct Partner {
    std::uint32_t latent = 0;
    std::uint32_t count = 0; ///< n_b
    std::uint32_t joint = 0; ///< n_ab, at least 1
    double jaccard = 0; ///< n_ab / (n_a + n_b - n_ab)
    double pmi = 0; ///< log2(n_ab T / (n_a n_b)), in bits
};

/// What partners are ordered by.
enum class PartnerOrder { Joint, Jaccard, Pmi };

/// The first `most` partners of a latent, largest first, those with smaller numbers first of
/// several; only those with n_ab >= `least`. Exact: goes through the whole index once. Memory: a
/// bit for each token. Throws Error where it is damaged.
std::vector<Partner> partners(const FeatureIndex&, std::uint32_t latent, PartnerOrder,
    std::size_t most, std::uint32_t least = 1, const Progress& = {});

} // namespace microtome
