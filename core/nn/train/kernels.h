#pragma once

#include <cstdint>

/// Plain loops over float32 numbers in memory, which the compiler turns into vector instructions of
/// the machine at hand. Rows are contiguous unless a stride is given. None of them starts threads.
namespace microtome::nn::kernels {

/// y[i, :] = bias + base[i, :]; either may be null (zeros).
void begin(std::int64_t rows, std::int64_t d, const float* bias, const float* base, float* y);

/// sums[c] = Σᵢ x[i, c]
void columnSums(std::int64_t rows, std::int64_t d, const float* x, float* sums);

/// y = x̂ gain + bias with x̂ = (x - mean) inverse, inverse = 1 / √(var + eps); gain and bias may be
/// null.
void layerNorm(std::int64_t rows, std::int64_t d, const float* x, const float* gain,
    const float* bias, float epsilon, float* y, float* mean, float* inverse);

/// dx = pass + inverse (g - mean(g) - x̂ mean(g x̂)) with g = dy gain; dGain += Σ dy x̂, dBias += Σ
/// dy. `pass`, gain, dGain and dBias may be null.
void layerNormGradient(std::int64_t rows, std::int64_t d, const float* x, const float* gain,
    const float* mean, const float* inverse, const float* dy, const float* pass, float* dx,
    float* dGain, float* dBias);

/// y = x inverse gain with inverse = 1 / √(mean(x²) + eps)
void rmsNorm(std::int64_t rows, std::int64_t d, const float* x, const float* gain, float epsilon,
    float* y, float* inverse);

/// dx = pass + inverse (g - x̂ mean(g x̂)) with g = dy gain, x̂ = x inverse; dGain += Σ dy x̂.
void rmsNormGradient(std::int64_t rows, std::int64_t d, const float* x, const float* gain,
    const float* inverse, const float* dy, const float* pass, float* dx, float* dGain);

/// 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³)))
void gelu(std::int64_t n, const float* x, float* y);
void geluGradient(std::int64_t n, const float* x, const float* dy, float* dx);

/// y = silu(gate) linear
void gatedSilu(std::int64_t n, const float* gate, const float* linear, float* y);
void gatedSiluGradient(std::int64_t n, const float* gate, const float* linear, const float* dy,
    float* dGate, float* dLinear);

/// Rows of scores of the queries at positions first, first + 1, ... become probabilities of the
/// keys 0 ... position; those behind become 0. `logSums`: log Σ exp of each row.
void causalSoftmax(
    std::int64_t rows, std::int64_t keys, std::int64_t first, float* scores, float* logSums);

/// The same probabilities from scores and the logarithms of their sums.
void causalProbabilities(
    std::int64_t rows, std::int64_t keys, std::int64_t first, float* scores, const float* logSums);

/// dp becomes the gradient of the scores before scaling: p (dp - Σ p dp) scale.
void softmaxGradient(std::int64_t rows, std::int64_t keys, float scale, const float* p, float* dp);

/// Logits become the gradient of their mean loss, (softmax - [target]) factor; returns the sum of
/// -log softmax[target].
double lossGradient(std::int64_t rows, std::int64_t outputs, const std::int64_t* targets,
    float factor, float* logits);

/// The sum of -log softmax[target].
double loss(
    std::int64_t rows, std::int64_t outputs, const std::int64_t* targets, const float* logits);

/// Turns the pairs (first[i], second[i]) of one head by angles; `sign` -1 turns them back. `step`:
/// from one pair to the next.
void turn(std::int64_t pairs, std::int64_t step, const float* cosine, const float* sine, float sign,
    float* first, float* second);

/// θ ← keep θ - size m / (√v second + ε) after m ← β₁ m + (1-β₁) g, v ← β₂ v + (1-β₂) g².
struct AdamFactors {
    float gradient; ///< g is what is in memory times this
    float beta1;
    float beta2;
    float keep; ///< 1 - η λ
    float size; ///< η / (1 - β₁ᵗ)
    float second; ///< 1 / √(1 - β₂ᵗ)
    float epsilon;
};
void adam(std::int64_t n, const AdamFactors&, float* w, const float* g, float* m, float* v);

/// Σ x², in doubles.
double sumOfSquares(std::int64_t n, const float* x);

} // namespace microtome::nn::kernels
