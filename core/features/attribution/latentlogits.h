#pragma once

#include "core/features/directions/logittable.h"

#include <span>
#include <vector>

namespace microtome {

/// A latent that fires at a token.
struct ActiveLatent {
    std::uint32_t latent = 0;
    float value = 0;
};

/// What each active latent adds directly to the logits of some tokens at one position, with the
/// final norm's scale held at what it is there (features-and-steering.md 3.6):
///
///     c[i, t] = a_i n(W_dec_i) · W_U[:, t] / σ            n: throughFinalNorm of logittable.h
///
/// [active, tokens of the weights]. With the same taken of the decoder's bias and of the
/// reconstruction's error (one row each of a decoder, active by 1) and the constant ln_final.b ·
/// W_U
/// + b_U, they sum to the logit. Logits as they are, not centred; differences between tokens are
/// the same either way. σ is the site ln_final.hook_scale, 1 in a model without a final norm.
/// Throws Error where shapes do not fit or σ is not above 0.
Matrix latentLogits(
    const Matrix& decoder, std::span<const ActiveLatent>, const ReadOutWeights&, double scale);

} // namespace microtome
