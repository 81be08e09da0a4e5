#pragma once

#include "core/features/corpus/corpus.h"
#include "core/features/index/featureindex.h"
#include "core/features/sweep/sweep.h"
#include "core/store/features/contexts.h"
#include "core/text/tokenizer.h"

namespace microtome {

/// Stores the text around the strongest firings of every latent, so that contexts can be searched.
void putContextTexts(FeatureContexts, SweepId, const FeatureIndex&, const Corpus&, const Tokenizer&,
    const Progress&);

/// Runs of the first batches of a corpus with what a source reads.
std::vector<Trace> firstRuns(Model&, const Corpus&, const SweepSource&, const SweepSettings&,
    std::size_t batches, const Progress&);

} // namespace microtome
