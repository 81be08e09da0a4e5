#pragma once

#include "core/nn/dictionaries/select.h"

namespace microtome::nn {

/// Activations of some tokens in the scale of training, contiguous float32.
struct DictionaryRows {
    at::Tensor inputs; ///< [tokens, d_in]
    at::Tensor targets; ///< [tokens, d_out]; the same tensor where nothing is transcoded
    at::Tensor gradients; ///< [tokens, d_out] of the model's loss by the targets; may be undefined

    std::int64_t tokens() const { return inputs.size(0); }
};

/// What a pass with gradients came to.
struct DictionaryLoss {
    double total = 0; ///< all terms
    double squared = 0; ///< mean over tokens of |y - y^|²
    std::vector<std::uint8_t> fired; ///< [n]: in some token of the batch
};

/// The formulas of every kind of dictionary: what is made of activations, and the loss with its
/// gradient in closed form, over the latents that fire alone.
class DictionaryPass {
public:
    explicit DictionaryPass(const DictionaryRecipe& recipe)
        : m_recipe(recipe)
    {
    }

    /// The latents as the saved dictionary has them. `threshold`: of BatchTopK.
    Entries encode(
        const DictionaryWeights&, const at::Tensor& inputs, std::optional<float> threshold) const;

    /// y^ [tokens, d_out]
    at::Tensor decode(const DictionaryWeights&, const Entries&, const at::Tensor& inputs) const;

    /// The mean loss over a batch, and its gradient, which is written over what `gradient` holds.
    /// `dead` are the latents that have not fired for long.
    DictionaryLoss differentiate(const DictionaryWeights&, const DictionaryRows&,
        const std::vector<std::int32_t>& dead, double sparsity, DictionaryWeights& gradient) const;

private:
    at::Tensor centred(const DictionaryWeights&, const at::Tensor& inputs) const;

    const DictionaryRecipe& m_recipe;
};

} // namespace microtome::nn
