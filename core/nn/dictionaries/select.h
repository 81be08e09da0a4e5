#pragma once

#include "core/nn/dictionaries/entries.h"
#include "core/nn/dictionaries/weights.h"

#include <optional>

namespace microtome::nn {

/// What is chosen of some tokens' latents.
struct Selected {
    Entries main;
    Entries aux; ///< dead latents that the auxiliary loss revives
};

/// What choosing depends on beside weights and tokens.
struct SelectSettings {
    const float* gradients = nullptr; ///< [tokens, d_out] dL/dx in the dictionary's scale, or null
    std::vector<std::int32_t> dead; ///< latents that the auxiliary loss is to revive
    std::int64_t deadChosen = 0; ///< of them for each token
    std::optional<float> threshold; ///< BatchTopK as it is saved: one threshold, no batch
    float margin = 0; ///< JumpReLU: entries this far below their threshold are kept too
};

/// The encoder's product and the choice of latents, some tokens at a time while their products are
/// in cache: memory does not grow with tokens x latents. `x` [tokens, d_in]: less what is
/// subtracted.
///
/// TopK: the k largest, those above 0; BatchTopK: the tokens x k largest of the batch, those above
/// 0. With a gradient g the order is by z + beta z |W_dec g| (methods.md #27), and values stay z.
/// ReLU and JumpReLU: those above 0 or their threshold. Gated: those whose gate is open.
Selected selectLatents(const DictionaryRecipe&, const DictionaryWeights&, const float* x,
    std::int64_t tokens, const SelectSettings&);

} // namespace microtome::nn
