#pragma once

#include "core/analysis/training.h"
#include "core/nn/train/adamw.h"
#include "core/nn/train/batches.h"
#include "core/nn/train/leaves.h"

#include <optional>

namespace microtome::nn {

/// What training has come to, beside weights and moments.
struct TrainState {
    std::int64_t step = 0; ///< taken
    std::int64_t tokens = 0; ///< predicted so far
    Batches::Cursor cursor; ///< the next batch
    double lossSum = 0; ///< of tokens since the last evaluation, nats
    std::int64_t lossTokens = 0;
    double gradientNorm = 0; ///< of the last step
    double best = 0; ///< lowest held-out loss that counted as progress
    std::int64_t waited = 0; ///< evaluations since then
    TrainingRecord record;
};

/// The state in the folder `state` of a model that is being trained: one file, replaced as a whole.
class StateFile {
public:
    /// `identity`: what must be the same when it is read again (recipe and text).
    StateFile(std::filesystem::path out, std::string identity);

    bool exists() const;
    void write(const TrainState&, const Leaves&, AdamW&) const;

    /// Throws Error with a sentence when it is damaged, or of another recipe or text.
    TrainState read(Leaves&, AdamW&) const;
    void remove() const;

private:
    std::filesystem::path m_folder;
    std::string m_identity;
};

} // namespace microtome::nn
