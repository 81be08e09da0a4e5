#pragma once

#include "core/features/corpus/corpus.h"
#include "core/features/index/featureindex.h"
#include "core/store/features/sources.h"

#include <filesystem>
#include <memory>
#include <string>

namespace microtome {

/// What lies beside a project for one of its sweeps: where every latent fires, and the text.
struct SweepFiles {
    std::unique_ptr<FeatureIndex> index;
    std::unique_ptr<Corpus> corpus;
    std::string missing; ///< a sentence about what is gone; empty: both are there
};

/// Opens them. The corpus is the one in the folder of the index with the content that the sweep was
/// made over, whatever its name. A damaged index throws Error.
SweepFiles openSweepFiles(const std::filesystem::path& project, const FeatureSweep&);

} // namespace microtome
