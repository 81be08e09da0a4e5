#pragma once

#include "core/features/index/firing.h"
#include "core/features/sweep/sequences.h"
#include "core/features/sweep/sweepsource.h"
#include "core/model/model.h"

#include <filesystem>
#include <span>

namespace microtome {

struct SweepSettings {
    SequenceSettings sequences; ///< the context is cut to the model's
    std::size_t memory = 512 << 20; ///< bytes that wait for the disk, of all indices together
};

/// What a sweep writes of one source: the inverted index.
struct SweepTarget {
    const SweepSource* source = nullptr;
    std::filesystem::path index;
};

/// Where a sweep is.
struct SweepProgress {
    std::uint64_t tokens = 0; ///< done
    std::uint64_t of = 0;
    std::uint64_t firings = 0; ///< seen since it began or went on, of all sources
    double tokensPerSecond = 0;
    double secondsLeft = 0;
};

using OnSweep = std::function<void(const SweepProgress&)>;

/// What an index says that it is of: the source with the settings that decide the values.
IndexSource indexSourceOf(const SweepSource&, const Corpus&, const SweepSettings&);

/// Runs the corpus through the model once and writes where the features of all sources fire. Time
/// is linear in tokens; memory does not grow with them. Interrupted, by Cancelled or a kill, the
/// same call goes on and ends with the same bytes. An index that is there already is made anew only
/// where it is of something else. Throws Error with a sentence, and Cancelled.
void sweep(Model&, const Corpus&, std::span<const SweepTarget>, const SweepSettings& = {},
    const Progress& = {}, const OnSweep& = {});

/// What it will take, from the first batches: seconds, and bytes of all indices.
struct SweepEstimate {
    double seconds = 0;
    std::uint64_t bytes = 0;
};
SweepEstimate estimateSweep(Model&, const Corpus&, std::span<const SweepTarget>,
    const SweepSettings& = {}, const Progress& = {});

} // namespace microtome
