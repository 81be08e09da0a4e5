#pragma once

#include "core/model/model.h"
#include "data/world/task.h"

namespace microtome::zoo {

/// A pair as the model reads it.
struct Read {
    std::vector<TokenId> clean;
    std::vector<TokenId> corrupted;
    std::vector<TokenId> answers; ///< the first tokens of each
    std::vector<TokenId> wrong;
};

/// Throws Error where the model has no tokenizer.
Read readPair(const Model&, const world::Pair&);

/// The share of the prompts after which the most probable token is the first one of an answer.
double accuracy(Model&, const std::vector<world::Pair>&);

/// What each head's output, put from the clean into the corrupted run at every position, restores
/// of the difference of logits between answer and wrong answer (circuits 2.6): the sum over the
/// pairs, divided by the sum of what there is to restore, [layers, heads]. 0: nothing, 1: all.
Matrix headEffects(Model&, const std::vector<world::Pair>&);

} // namespace microtome::zoo
