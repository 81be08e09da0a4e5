#include "tests/fakeformulas.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace microtome {

double activated(Activation kind, double x)
{
    switch (kind) {
    case Activation::Relu:
        return std::max(x, 0.0);
    case Activation::GeluErf:
        return 0.5 * x * (1 + std::erf(x / std::numbers::sqrt2));
    case Activation::GeluTanh:
        return 0.5 * x
            * (1 + std::tanh(std::sqrt(2 / std::numbers::pi) * (x + 0.044715 * x * x * x)));
    case Activation::QuickGelu:
        return x / (1 + std::exp(-1.702 * x));
    case Activation::Silu:
        return x / (1 + std::exp(-x));
    case Activation::Tanh:
        return std::tanh(x);
    case Activation::Square:
        return x * x;
    }
    return x;
}

double ropeFrequency(const Architecture& a, int i)
{
    const double plain = std::pow(a.ropeTheta, -2.0 * i / a.rotaryDims);
    if (a.ropeScaling == RopeScaling::Linear)
        return plain / a.ropeFactor;
    if (a.ropeScaling != RopeScaling::Llama3)
        return plain;
    // Llama 3.1: long waves are slowed by the factor, short ones kept, between them a mixture.
    const double wave = 2 * std::numbers::pi / plain;
    const double longest = a.ropeOriginalContext / a.ropeLowFrequency;
    const double shortest = a.ropeOriginalContext / a.ropeHighFrequency;
    if (wave < shortest)
        return plain;
    if (wave > longest)
        return plain / a.ropeFactor;
    const double smooth = (a.ropeOriginalContext / wave - a.ropeLowFrequency)
        / (a.ropeHighFrequency - a.ropeLowFrequency);
    return (1 - smooth) * plain / a.ropeFactor + smooth * plain;
}

void multiply(const double* x, std::size_t in, const Matrix& w, std::size_t first, double* out)
{
    for (std::size_t i = 0; i < in; ++i) {
        const auto row = w.row(first + i);
        for (std::size_t o = 0; o < row.size(); ++o)
            out[o] += x[i] * static_cast<double>(row[o]);
    }
}

std::vector<double> readOutRow(
    const Architecture& a, const FakeWeights& weights, std::span<const double> row, bool normalise)
{
    std::vector<double> x(row.begin(), row.end());
    if (normalise && a.finalNorm && a.norm != Norm::None) {
        const auto n = static_cast<double>(x.size());
        double mean = 0;
        if (a.norm == Norm::LayerNorm)
            for (const double v : x)
                mean += v / n;
        double square = 0;
        for (double& v : x) {
            v -= mean;
            square += v * v / n;
        }
        const double scale = std::sqrt(square + static_cast<double>(a.normEpsilon));
        for (std::size_t i = 0; i < x.size(); ++i) {
            x[i] = x[i] / scale * static_cast<double>(weights.at("ln_final.w").values(0, i));
            if (a.norm == Norm::LayerNorm)
                x[i] += static_cast<double>(weights.at("ln_final.b").values(0, i));
        }
    }
    const auto bias = weights.at("unembed.b_U").values.row(0);
    std::vector<double> logits(bias.begin(), bias.end());
    multiply(x.data(), x.size(), weights.at("unembed.W_U").values, 0, logits.data());
    return logits;
}

double logSumExp(const std::vector<double>& logits)
{
    const double highest = *std::max_element(logits.begin(), logits.end());
    double sum = 0;
    for (const double x : logits)
        sum += std::exp(x - highest);
    return highest + std::log(sum);
}

std::vector<double> logProbabilities(const std::vector<double>& logits)
{
    const double whole = logSumExp(logits);
    std::vector<double> p = logits;
    for (double& x : p)
        x -= whole;
    return p;
}

} // namespace microtome
