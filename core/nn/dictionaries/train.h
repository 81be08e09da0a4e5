#pragma once

#include "core/features/save/dictionaryrecord.h"
#include "core/model/model.h"
#include "core/nn/dictionaries/recipe.h"

#include <atomic>
#include <functional>
#include <memory>

namespace microtome {

struct DictionaryTrainOptions {
    int threads = 0; ///< 0: as the recipe says
    bool resume = false; ///< go on from the state that an interrupted training left
    std::shared_ptr<std::atomic<bool>> stop; ///< set: save the state, throw Error
};

/// Where training is.
struct DictionaryProgress {
    std::int64_t step = 0; ///< taken
    std::int64_t steps = 0; ///< planned
    double loss = 0; ///< of the last step's batch, all terms
    bool evaluated = false; ///< this is the report of an evaluation, and `point` is filled in
    DictionaryRecord::Point point;
    double tokensPerSecond = 0; ///< lately, the model's runs included, evaluations left aside
    double secondsLeft = 0;
};

using OnDictionaryProgress = std::function<void(const DictionaryProgress&)>;

/// Activations in memory to train on: [tokens, d_in] and, for a transcoder, [tokens, d_out].
/// Gradient-aware kinds need the gradients of the loss by what is written, too.
struct ActivationRows {
    Matrix inputs;
    Matrix targets; ///< empty: the inputs
    Matrix gradients; ///< [tokens, d_out]; empty: none
};

/// Trains a sparse dictionary on activations of a model's site, which are streamed through a buffer
/// in memory, and writes it to the folder `out` in SAELens 6's form beside its record:
/// cfg.json, sae_weights.safetensors, sparsity.safetensors, dictionary.json. `report` is called on
/// the computing thread, at most every half second and at every evaluation. The same recipe, model,
/// device and threads give the same bytes, however often it was interrupted and resumed. Throws
/// Error with a sentence; what was saved stays.
DictionaryRecord trainDictionary(const DictionaryRecipe&, Model&, const std::filesystem::path& out,
    const DictionaryTrainOptions& = {}, const OnDictionaryProgress& report = {});

/// The same of activations in memory, in an order drawn anew for every epoch. `heldout`: what it is
/// evaluated on; with no rows, the last `evaluateTokens` of the others.
DictionaryRecord trainDictionary(const DictionaryRecipe&, const ActivationRows&,
    const ActivationRows& heldout, const std::filesystem::path& out,
    const DictionaryTrainOptions& = {}, const OnDictionaryProgress& report = {});

} // namespace microtome
