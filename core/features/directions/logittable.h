#pragma once

#include "core/model/model.h"

#include <cstdint>
#include <span>
#include <vector>

namespace microtome {

/// What stands between the residual stream and the logits: the final norm's gain and the
/// unembedding, without their biases.
struct ReadOutWeights {
    Matrix unembedding; ///< [vocabulary, dModel]: a row is W_U[:, token]
    std::vector<float> gain; ///< [dModel], γ of the final norm; empty: ones
    bool centred = false; ///< the final norm is a LayerNorm, which removes the mean over dModel

    std::size_t vocabulary() const { return unembedding.rows(); }
    std::size_t width() const { return unembedding.columns(); }
};

/// Of an open model; one copy of the unembedding is made (4 bytes x vocabulary x dModel).
ReadOutWeights readOutWeights(const Model&);

/// The same for some tokens only, in their order.
ReadOutWeights readOutWeights(const Model&, const std::vector<TokenId>&);

/// A direction v as the unembedding sees it, without the division by the norm's scale:
/// (v - mean(v)) ⊙ γ behind a LayerNorm, v ⊙ γ behind an RMSNorm, v where there is no norm.
std::vector<double> throughFinalNorm(const ReadOutWeights&, std::span<const float> direction);

struct LogitTableSettings {
    std::size_t most = 20; ///< promoted, and as many suppressed, tokens of a latent
    std::size_t bins = 50; ///< of the histogram
};

/// What one latent's direction does to the logits by itself, in logits for one unit of the latent
/// where the final norm's scale is 1 (divide by the scale at a position for the effect there).
struct LatentLogits {
    std::vector<ReadOut::Entry> promoted; ///< highest first; of equal ones the lower id
    std::vector<ReadOut::Entry> suppressed; ///< lowest first; of equal ones the lower id
    std::vector<std::uint32_t> histogram; ///< tokens in bins of equal width from least to greatest
    float least = 0;
    float greatest = 0;

    // Over the vocabulary; the mean is 0. Of a latent without any effect all are 0.
    double deviation = 0; ///< sqrt(mean L²)
    double skew = 0; ///< mean L³ / deviation³
    double kurtosis = 0; ///< mean L⁴ / deviation⁴; 3 for a normal distribution
};

/// Direct logits of decoder rows that write to the residual stream, for each latent
///
///     L_i = n(W_dec_i) W_U, less its mean over the vocabulary (features-and-steering.md 3.6)
///
/// with n = throughFinalNorm. The decoder row of a latent is centred, where the model's last norm
/// is a LayerNorm, because that norm removes the mean of all it reads: what a row adds to every
/// coordinate alike never reaches the logits. The gain γ is applied, the biases of norm and
/// unembedding are not (no latent writes them), and the mean over the vocabulary is removed because
/// softmax does not see it. [n] in the latents' order. Plain and slow, in f64: what the engine's
/// fast one is held against. Throws Error where the decoder's width is not the model's.
std::vector<LatentLogits> logitTable(const Matrix& decoder, const ReadOutWeights&,
    const LogitTableSettings& = {}, const Progress& = {});

/// Throws Error with a sentence where these do not fit together.
void check(const Matrix& decoder, const ReadOutWeights&, const LogitTableSettings&);

} // namespace microtome
