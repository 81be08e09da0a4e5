#include "core/nn/train/kernels.h"

#include <bit>
#include <cmath>

// One function for each kind of machine, chosen when the program starts; sanitizers are not ready
// that early.
#if defined(__x86_64__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)                   \
    && !defined(__SANITIZE_THREAD__)
#define MACHINES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define MACHINES
#endif
#define INLINE __attribute__((always_inline)) inline

namespace microtome::nn::kernels {

namespace {

/// exp(x) within 2 units of the last place, for -87 <= x <= 88 (what lies outside counts as the
/// bound): 2^k times a polynomial in x - k ln 2 (Cephes).
INLINE float expOf(float x)
{
    x = x < -87.0f ? -87.0f : x;
    x = x > 88.0f ? 88.0f : x;
    const float k = std::floor(x * 1.44269504f + 0.5f);
    const float r = x - k * 0.693147182f;
    float p = 1.9875691500e-4f;
    p = p * r + 1.3981999507e-3f;
    p = p * r + 8.3334519073e-3f;
    p = p * r + 4.1665795894e-2f;
    p = p * r + 1.6666665459e-1f;
    p = p * r + 5.0000001201e-1f;
    p = p * r * r + r + 1.0f;
    return p * std::bit_cast<float>((static_cast<std::int32_t>(k) + 127) << 23);
}

constexpr float geluInner = 0.7978845608f; // √(2/π)
constexpr float geluCube = 0.044715f;

/// (1 + tanh(u)) / 2 = 1 / (1 + exp(-2u))
INLINE float geluShare(float x)
{
    return 1.0f / (1.0f + expOf(-2.0f * geluInner * (x + geluCube * x * x * x)));
}

INLINE float logistic(float x)
{
    return 1.0f / (1.0f + expOf(-x));
}

INLINE float largest(std::int64_t n, const float* x)
{
    float m = x[0];
    for (std::int64_t i = 1; i < n; ++i)
        m = x[i] > m ? x[i] : m;
    return m;
}

} // namespace

MACHINES void begin(
    std::int64_t rows, std::int64_t d, const float* bias, const float* base, float* __restrict y)
{
    for (std::int64_t i = 0; i < rows; ++i) {
        float* __restrict out = y + i * d;
        const float* from = base ? base + i * d : nullptr;
        if (bias && from)
            for (std::int64_t c = 0; c < d; ++c)
                out[c] = from[c] + bias[c];
        else if (bias || from)
            for (std::int64_t c = 0; c < d; ++c)
                out[c] = from ? from[c] : bias[c];
        else
            for (std::int64_t c = 0; c < d; ++c)
                out[c] = 0;
    }
}

MACHINES void columnSums(std::int64_t rows, std::int64_t d, const float* x, float* __restrict sums)
{
    for (std::int64_t c = 0; c < d; ++c)
        sums[c] = 0;
    for (std::int64_t i = 0; i < rows; ++i)
        for (std::int64_t c = 0; c < d; ++c)
            sums[c] += x[i * d + c];
}

MACHINES void layerNorm(std::int64_t rows, std::int64_t d, const float* x, const float* gain,
    const float* bias, float epsilon, float* __restrict y, float* __restrict mean,
    float* __restrict inverse)
{
    const float share = 1.0f / static_cast<float>(d);
    for (std::int64_t i = 0; i < rows; ++i) {
        const float* in = x + i * d;
        float* __restrict out = y + i * d;
        float sum = 0;
        for (std::int64_t c = 0; c < d; ++c)
            sum += in[c];
        const float m = sum * share;
        float squares = 0;
        for (std::int64_t c = 0; c < d; ++c)
            squares += (in[c] - m) * (in[c] - m);
        const float r = 1.0f / std::sqrt(squares * share + epsilon);
        mean[i] = m;
        inverse[i] = r;
        if (gain && bias)
            for (std::int64_t c = 0; c < d; ++c)
                out[c] = (in[c] - m) * r * gain[c] + bias[c];
        else
            for (std::int64_t c = 0; c < d; ++c)
                out[c] = (in[c] - m) * r * (gain ? gain[c] : 1.0f);
    }
}

MACHINES void layerNormGradient(std::int64_t rows, std::int64_t d, const float* x,
    const float* gain, const float* mean, const float* inverse, const float* dy, const float* pass,
    float* __restrict dx, float* __restrict dGain, float* __restrict dBias)
{
    const float share = 1.0f / static_cast<float>(d);
    for (std::int64_t i = 0; i < rows; ++i) {
        const float* in = x + i * d;
        const float* g = dy + i * d;
        float* __restrict out = dx + i * d;
        const float m = mean[i];
        const float r = inverse[i];
        float sum = 0;
        float product = 0;
        if (gain)
            for (std::int64_t c = 0; c < d; ++c) {
                const float h = g[c] * gain[c];
                sum += h;
                product += h * (in[c] - m);
            }
        else
            for (std::int64_t c = 0; c < d; ++c) {
                sum += g[c];
                product += g[c] * (in[c] - m);
            }
        const float a = sum * share;
        const float b = product * share * r * r;
        for (std::int64_t c = 0; c < d; ++c)
            out[c] = r * (g[c] * (gain ? gain[c] : 1.0f) - a - (in[c] - m) * b)
                + (pass ? pass[i * d + c] : 0.0f);
        if (dGain)
            for (std::int64_t c = 0; c < d; ++c)
                dGain[c] += g[c] * (in[c] - m) * r;
        if (dBias)
            for (std::int64_t c = 0; c < d; ++c)
                dBias[c] += g[c];
    }
}

MACHINES void rmsNorm(std::int64_t rows, std::int64_t d, const float* x, const float* gain,
    float epsilon, float* __restrict y, float* __restrict inverse)
{
    const float share = 1.0f / static_cast<float>(d);
    for (std::int64_t i = 0; i < rows; ++i) {
        const float* in = x + i * d;
        float* __restrict out = y + i * d;
        float squares = 0;
        for (std::int64_t c = 0; c < d; ++c)
            squares += in[c] * in[c];
        const float r = 1.0f / std::sqrt(squares * share + epsilon);
        inverse[i] = r;
        for (std::int64_t c = 0; c < d; ++c)
            out[c] = in[c] * r * (gain ? gain[c] : 1.0f);
    }
}

MACHINES void rmsNormGradient(std::int64_t rows, std::int64_t d, const float* x, const float* gain,
    const float* inverse, const float* dy, const float* pass, float* __restrict dx,
    float* __restrict dGain)
{
    const float share = 1.0f / static_cast<float>(d);
    for (std::int64_t i = 0; i < rows; ++i) {
        const float* in = x + i * d;
        const float* g = dy + i * d;
        float* __restrict out = dx + i * d;
        const float r = inverse[i];
        float product = 0;
        for (std::int64_t c = 0; c < d; ++c)
            product += g[c] * (gain ? gain[c] : 1.0f) * in[c];
        const float b = product * share * r * r;
        for (std::int64_t c = 0; c < d; ++c)
            out[c] = r * (g[c] * (gain ? gain[c] : 1.0f) - in[c] * b)
                + (pass ? pass[i * d + c] : 0.0f);
        if (dGain)
            for (std::int64_t c = 0; c < d; ++c)
                dGain[c] += g[c] * in[c] * r;
    }
}

MACHINES void gelu(std::int64_t n, const float* x, float* __restrict y)
{
    for (std::int64_t i = 0; i < n; ++i)
        y[i] = x[i] * geluShare(x[i]);
}

MACHINES void geluGradient(std::int64_t n, const float* x, const float* dy, float* __restrict dx)
{
    for (std::int64_t i = 0; i < n; ++i) {
        const float s = geluShare(x[i]);
        const float inner = 2.0f * geluInner * (1.0f + 3.0f * geluCube * x[i] * x[i]);
        dx[i] = dy[i] * (s + x[i] * s * (1.0f - s) * inner);
    }
}

MACHINES void gatedSilu(std::int64_t n, const float* gate, const float* linear, float* __restrict y)
{
    for (std::int64_t i = 0; i < n; ++i)
        y[i] = gate[i] * logistic(gate[i]) * linear[i];
}

MACHINES void gatedSiluGradient(std::int64_t n, const float* gate, const float* linear,
    const float* dy, float* __restrict dGate, float* __restrict dLinear)
{
    for (std::int64_t i = 0; i < n; ++i) {
        const float s = logistic(gate[i]);
        const float silu = gate[i] * s;
        dLinear[i] = dy[i] * silu;
        dGate[i] = dy[i] * linear[i] * (s + silu * (1.0f - s));
    }
}

MACHINES void causalSoftmax(std::int64_t rows, std::int64_t keys, std::int64_t first,
    float* __restrict scores, float* __restrict logSums)
{
    for (std::int64_t i = 0; i < rows; ++i) {
        float* __restrict row = scores + i * keys;
        const std::int64_t seen = first + i + 1;
        const float most = largest(seen, row);
        float sum = 0;
        for (std::int64_t j = 0; j < seen; ++j) {
            row[j] = expOf(row[j] - most);
            sum += row[j];
        }
        const float inverse = 1.0f / sum;
        for (std::int64_t j = 0; j < seen; ++j)
            row[j] *= inverse;
        for (std::int64_t j = seen; j < keys; ++j)
            row[j] = 0;
        logSums[i] = most + std::log(sum);
    }
}

MACHINES void causalProbabilities(std::int64_t rows, std::int64_t keys, std::int64_t first,
    float* __restrict scores, const float* logSums)
{
    for (std::int64_t i = 0; i < rows; ++i) {
        float* __restrict row = scores + i * keys;
        const std::int64_t seen = first + i + 1;
        for (std::int64_t j = 0; j < seen; ++j)
            row[j] = expOf(row[j] - logSums[i]);
        for (std::int64_t j = seen; j < keys; ++j)
            row[j] = 0;
    }
}

MACHINES void softmaxGradient(
    std::int64_t rows, std::int64_t keys, float scale, const float* p, float* __restrict dp)
{
    for (std::int64_t i = 0; i < rows; ++i) {
        const float* own = p + i * keys;
        float* __restrict d = dp + i * keys;
        float sum = 0;
        for (std::int64_t j = 0; j < keys; ++j)
            sum += own[j] * d[j];
        for (std::int64_t j = 0; j < keys; ++j)
            d[j] = own[j] * (d[j] - sum) * scale;
    }
}

MACHINES double lossGradient(std::int64_t rows, std::int64_t outputs, const std::int64_t* targets,
    float factor, float* __restrict logits)
{
    double total = 0;
    for (std::int64_t i = 0; i < rows; ++i) {
        float* __restrict row = logits + i * outputs;
        const float most = largest(outputs, row);
        const float own = row[targets[i]];
        float sum = 0;
        for (std::int64_t j = 0; j < outputs; ++j) {
            row[j] = expOf(row[j] - most);
            sum += row[j];
        }
        total += static_cast<double>(std::log(sum)) + most - own;
        const float share = factor / sum;
        for (std::int64_t j = 0; j < outputs; ++j)
            row[j] *= share;
        row[targets[i]] -= factor;
    }
    return total;
}

MACHINES double loss(
    std::int64_t rows, std::int64_t outputs, const std::int64_t* targets, const float* logits)
{
    double total = 0;
    for (std::int64_t i = 0; i < rows; ++i) {
        const float* row = logits + i * outputs;
        const float most = largest(outputs, row);
        float sum = 0;
        for (std::int64_t j = 0; j < outputs; ++j)
            sum += expOf(row[j] - most);
        total += static_cast<double>(std::log(sum)) + most - row[targets[i]];
    }
    return total;
}

MACHINES void turn(std::int64_t pairs, std::int64_t step, const float* cosine, const float* sine,
    float sign, float* first, float* second)
{
    for (std::int64_t i = 0; i < pairs; ++i) {
        const float a = first[i * step];
        const float b = second[i * step];
        first[i * step] = a * cosine[i] - b * sine[i] * sign;
        second[i * step] = b * cosine[i] + a * sine[i] * sign;
    }
}

MACHINES void adam(std::int64_t n, const AdamFactors& factors, float* __restrict w,
    const float* __restrict g, float* __restrict m, float* __restrict v)
{
    const AdamFactors f = factors;
    for (std::int64_t i = 0; i < n; ++i) {
        const float gradient = g[i] * f.gradient;
        m[i] = f.beta1 * m[i] + (1 - f.beta1) * gradient;
        v[i] = f.beta2 * v[i] + (1 - f.beta2) * gradient * gradient;
        w[i] = f.keep * w[i] - f.size * m[i] / (std::sqrt(v[i]) * f.second + f.epsilon);
    }
}

MACHINES double sumOfSquares(std::int64_t n, const float* x)
{
    double sum = 0;
    for (std::int64_t i = 0; i < n; ++i)
        sum += static_cast<double>(x[i]) * x[i];
    return sum;
}

} // namespace microtome::nn::kernels
