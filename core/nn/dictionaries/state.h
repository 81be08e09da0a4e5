#pragma once

#include "core/features/save/dictionaryrecord.h"
#include "core/nn/dictionaries/source.h"
#include "core/nn/train/adamw.h"

#include <string>

namespace microtome::nn {

/// What the training of a dictionary has come to, beside weights and moments.
struct DictionaryState {
    std::int64_t step = 0; ///< taken
    std::int64_t tokens = 0; ///< seen
    DictionarySource::Place place{}; ///< of the next batch
    double inputScale = 1;
    double outputScale = 1;
    double gradientScale = 1;
    double lossSum = 0; ///< of steps since the last evaluation
    std::int64_t lossSteps = 0;
    std::vector<std::int64_t> lastFired; ///< [n]: tokens seen when each latent last fired
    DictionaryRecord record;
};

/// The state in the folder `state` of a dictionary that is being trained: one file, replaced as a
/// whole.
class DictionaryStateFile {
public:
    /// `identity`: what must be the same when it is read again (recipe and activations).
    DictionaryStateFile(std::filesystem::path out, std::string identity);

    bool exists() const;
    void write(const DictionaryState&, const DictionaryWeights&, AdamW&) const;

    /// Throws Error with a sentence when it is damaged, or of something else.
    DictionaryState read(DictionaryWeights&, AdamW&) const;
    void remove() const;

private:
    std::filesystem::path m_folder;
    std::string m_identity;
};

} // namespace microtome::nn
