#pragma once

#include "core/features/coder/coder.h"
#include "core/nn/dictionaries/recipe.h"

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace microtome::nn {

/// The numbers of a dictionary in one stretch of memory, so that one optimiser step moves them all:
/// a row of encoder and decoder is a latent. Gradients have the same form.
class DictionaryWeights {
public:
    /// All zero.
    DictionaryWeights(const DictionaryRecipe&, std::int64_t dIn, std::int64_t dOut);

    std::int64_t latents() const { return m_n; }
    std::int64_t dIn() const { return m_in; }
    std::int64_t dOut() const { return m_out; }
    const at::Tensor& all() const { return m_all; } ///< [count]

    float* encoder() const { return m_data; } ///< [n, d_in]
    float* decoder() const { return m_data + m_n * m_in; } ///< [n, d_out]
    float* bias() const
    {
        return decoder() + m_n * m_out;
    } ///< [n]: before the latents, or the gate
    float* outputBias() const { return bias() + m_n; } ///< [d_out]
    float* threshold() const { return part(m_threshold); } ///< [n] of JumpReLU, else null
    float* magnitudeBias() const { return part(m_gated); } ///< [n] of gated, else null
    float* magnitude() const { return m_gated < 0 ? nullptr : part(m_gated) + m_n; } ///< [n]
    float* skip() const { return part(m_skip); } ///< [d_in, d_out], else null

    /// Decoder rows drawn from the sphere, the encoder's the same (where widths are equal) or their
    /// own, `encoderStart` long; biases 0 but for the output's, which is the mean [d_out] of some
    /// targets.
    void begin(const DictionaryRecipe&, const at::Tensor& mean);

    /// Takes from the gradient of each decoder row what lies along the row: it would only change
    /// the row's length.
    void removeAlong(const DictionaryWeights& gradient) const;
    void normaliseDecoder(); ///< rows of length 1 again
    void keepThresholds(); ///< at 0 or above

    /// What it computes of activations as they are: scales are folded in, so that decoder rows keep
    /// their length of 1 and latents are in units of the output. `threshold` (in units of
    /// training): the one of all latents of BatchTopK. What was trained with input and output
    /// scales s, t has latents f = t f', encoder s/t W, biases b/t (before the latents and behind),
    /// skip s/t.
    SparseCoder coder(
        const DictionaryRecipe&, double inputScale, double outputScale, double threshold) const;

private:
    float* part(std::int64_t offset) const { return offset < 0 ? nullptr : m_data + offset; }

    std::int64_t m_n;
    std::int64_t m_in;
    std::int64_t m_out;
    std::int64_t m_threshold = -1;
    std::int64_t m_gated = -1;
    std::int64_t m_skip = -1;
    at::Tensor m_all;
    float* m_data;
};

} // namespace microtome::nn
