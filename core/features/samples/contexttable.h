#pragma once

#include "core/features/index/featureindex.h"

#include <vector>

namespace microtome {

/// Some token ids in a row and how a latent fires at the last of them.
struct ContextRow {
    std::vector<std::uint32_t> ids;
    std::uint32_t firings = 0;
    double mean = 0; ///< of the values there
    float max = 0; ///< of the values there

    /// How often the ids stand in the corpus, within one document: firings / occurrences is the
    /// chance that the latent fires there.
    std::uint64_t occurrences = 0;
};

/// The commonest n-grams, n = 1, 2 or 3, that end where a latent fires, within a document: the
/// first `most` by firings, then by ascending ids. Reads the corpus once, for the occurrences.
/// Throws Error where corpus and index do not fit or are damaged.
std::vector<ContextRow> contextTable(const FeatureIndex&, const Corpus&, std::uint32_t latent,
    std::size_t n, std::size_t most, const Progress& = {});

} // namespace microtome
