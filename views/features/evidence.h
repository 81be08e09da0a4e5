#pragma once

#include "core/features/index/featureindex.h"
#include "core/features/samples/samples.h"
#include "core/model/tokens.h"

#include <cstdint>
#include <string>
#include <vector>

namespace microtome {

/// A piece of text in which a feature fires, or not.
struct Example {
    float strength = 0; ///< the largest |value|
    double weight = 0; ///< pieces of the corpus that it stands for
    std::uint64_t first = 0; ///< place of its first token in the corpus
    std::size_t peak = 0; ///< token of the largest |value|, from the first one
    std::vector<TokenId> ids;
    std::vector<float> values; ///< one for each id; 0 where it does not fire
    bool cutBefore = false; ///< its document goes on at this side
    bool cutAfter = false;
};

/// Examples that were chosen in one way.
struct ExampleGroup {
    float from = 0; ///< strengths
    float to = 0;
    std::uint64_t windows = 0; ///< pieces of the corpus that belong here
    std::vector<Example> examples;
};

/// How often a number lies in each of as many equal parts of [low, high]; `high` is in the last.
struct Histogram {
    double low = 0;
    double high = 0;
    std::vector<std::uint64_t> counts;
};

/// What an index and its corpus show of one feature.
struct FeatureEvidence {
    std::string missing; ///< a sentence about what there is no evidence of; empty: all is there
    Histogram values; ///< of every firing; no counts where it never fires
    std::uint64_t firings = 0;
    std::uint64_t windows = 0; ///< pieces the corpus was cut into
    std::uint64_t firing = 0; ///< those in which it fires
    ExampleGroup strongest;
    std::vector<ExampleGroup> quantiles; ///< groups of equally many
    std::vector<ExampleGroup> intervals; ///< of equally wide ranges of strength
    ExampleGroup silent;
};

/// Every firing counted, from 0 or the least value to the largest.
Histogram valueHistogram(const FeatureIndex&, std::uint32_t latent, std::size_t bins);

/// Examples of one latent with their tokens, and those around them as far as a reader needs them,
/// into `evidence`.
void takeEvidence(
    const FeatureIndex&, const Windows&, std::uint32_t latent, FeatureEvidence& evidence);

} // namespace microtome
