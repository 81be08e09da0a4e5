#pragma once

#include "core/nn/dictionaries/entries.h"
#include "core/nn/dictionaries/weights.h"

namespace microtome::nn {

/// A batch on the way back.
struct BatchView {
    const DictionaryWeights& weights;
    at::Tensor inputs; ///< [tokens, d_in], less what is subtracted
    at::Tensor outer; ///< 2/B (y^ - y) [tokens, d_out]
    at::Tensor gateOuter; ///< the same of what the open gates make (gated), else undefined
    double sparsity = 0; ///< λ
    const DictionaryRecipe& recipe;
    const std::vector<std::int32_t>& dead;
};

/// Adds the gradient of the squared error and of the kind's own terms by all but the output's bias,
/// and returns those terms' value; tells which latents fire. Decoder rows have length 1, which is
/// why no term multiplies by it. z: pre-activation, B: tokens, Θ: 1 above 0 else 0, K: 1 within
/// ±1/2 else 0.
///
///   standard  λ/B Σ f  (Bricken et al. 2023, SAELens 6: L1)
///   topk, batchtopk  none of their own (Gao et al. 2406.04093; Bussmann et al. 2412.06410)
///   jumprelu  λ/B Σ Θ(z - θ), or λ/B Σ tanh(c f) (Rajamanoharan et al. 2407.14435; Conerly et al.,
///     Anthropic, January 2025), with the straight-through derivatives
///     df/dθ = -θ/ε K((z - θ)/ε), dΘ/dθ = -1/ε K((z - θ)/ε), and with `to_input` their negatives
///     for z; plus λₚ/B Σ of dead latents max(θ - z, 0) (SAELens 6: pre-activation loss)
///   gated  λ/B Σ max(π, 0) + 1/B Σ |max(π, 0) W_dec + b_dec - y|², the decoder held fixed there;
///     π = u + b_gate, f = Θ(π) max(exp(r) u + b_mag, 0) (Rajamanoharan et al. 2404.16014)
double addTerms(const BatchView&, const EntriesByLatent&, DictionaryWeights& gradient,
    std::vector<std::uint8_t>& fired);

/// Adds the gradient of the auxiliary loss α s/B Σ |ê - e|², e = y - y^ held fixed, ê = Σ z W_dec
/// over the d_in/2 dead latents of largest z, s = min(1, dead / (d_in/2)) (Gao et al. 2406.04093
/// A.2; SAELens 6, calculate_topk_aux_loss). `outer`: 2αs/B (ê - e).
void addRevival(
    const BatchView&, const EntriesByLatent&, const at::Tensor& outer, DictionaryWeights& gradient);

/// What reaches the output's bias because it is subtracted from the input: - W_enc^T Σ dz.
void subtractThroughInput(const DictionaryWeights&, DictionaryWeights& gradient);

} // namespace microtome::nn
