#pragma once

#include "core/model/model.h"
#include "data/world/task.h"

namespace microtome::zoo {

/// The share of the prompts after which the most probable token is the first one of an answer.
/// Throws Error where the model has no tokenizer.
double accuracy(Model&, const std::vector<world::Pair>&);

/// What each head's output, put from the clean into the corrupted run at every position, restores
/// of the difference of logits between answer and wrong answer (circuits 2.6): the sum over the
/// pairs, divided by the sum of what there is to restore, [layers, heads]. 0: nothing, 1: all.
Matrix headEffects(Model&, const std::vector<world::Pair>&);

} // namespace microtome::zoo
