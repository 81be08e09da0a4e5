#include "core/nn/dictionaries/weights.h"

#include "core/nn/dictionaries/kernels.h"
#include "core/nn/train/random.h"
#include "core/work/error.h"

#include <ATen/Parallel.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <cmath>

namespace microtome::nn {

namespace {

using Kind = DictionaryRecipe::Kind;

constexpr std::int64_t mostNumbers = 1LL << 34;
constexpr std::uint64_t startStream = 7;
constexpr std::int64_t rowsTogether = 64; ///< that a thread takes at once

std::vector<float> scaled(const float* values, std::int64_t count, double factor)
{
    std::vector<float> made(values, values + count);
    if (factor != 1)
        for (float& value : made)
            value = static_cast<float>(static_cast<double>(value) * factor);
    return made;
}

Matrix matrixOf(const float* values, std::int64_t rows, std::int64_t columns, double factor = 1)
{
    return {static_cast<std::size_t>(rows), static_cast<std::size_t>(columns),
        scaled(values, rows * columns, factor)};
}

std::int64_t latentsOf(const DictionaryRecipe& recipe, std::int64_t dIn, std::int64_t dOut)
{
    const std::int64_t n = recipe.latents > 0 ? recipe.latents : recipe.expansion * dIn;
    if (n > mostNumbers / (dIn + dOut))
        throw Error("A dictionary of " + std::to_string(n)
            + " latents is more than can be trained here; take fewer.");
    if (recipe.topKind() && recipe.k > static_cast<double>(n))
        throw Error("The recipe wants more latents to fire (k) than the dictionary has ("
            + std::to_string(n) + "); take a smaller k.");
    return n;
}

} // namespace

DictionaryWeights::DictionaryWeights(
    const DictionaryRecipe& recipe, std::int64_t dIn, std::int64_t dOut)
    : m_n(latentsOf(recipe, dIn, dOut))
    , m_in(dIn)
    , m_out(dOut)
{
    std::int64_t count = m_n * (dIn + dOut + 1) + dOut;
    const auto take = [&](std::int64_t numbers) {
        count += numbers;
        return count - numbers;
    };
    if (recipe.kind == Kind::JumpRelu)
        m_threshold = take(m_n);
    if (recipe.kind == Kind::Gated)
        m_gated = take(2 * m_n);
    if (recipe.skip)
        m_skip = take(dIn * dOut);
    m_all = at::zeros({count}, at::kFloat);
    m_data = m_all.data_ptr<float>();
}

void DictionaryWeights::begin(const DictionaryRecipe& recipe, const at::Tensor& mean)
{
    TrainRandom random(recipe.seed, startStream);
    const auto draw = [&](float* rows, std::int64_t d, double length) {
        for (std::int64_t i = 0; i < m_n; ++i, rows += d) {
            double squares = 0;
            for (std::int64_t j = 0; j < d; ++j) {
                const double value = random.normal();
                rows[j] = static_cast<float>(value);
                squares += value * value;
            }
            const double factor = length / std::sqrt(std::max(squares, 1e-300));
            for (std::int64_t j = 0; j < d; ++j)
                rows[j] = static_cast<float>(static_cast<double>(rows[j]) * factor);
        }
    };
    draw(decoder(), m_out, 1);
    if (recipe.target.empty())
        for (std::int64_t i = 0; i < m_n * m_in; ++i)
            encoder()[i] = static_cast<float>(recipe.encoderStart) * decoder()[i];
    else
        draw(encoder(), m_in, recipe.encoderStart);
    std::copy_n(mean.data_ptr<float>(), m_out, outputBias());
    if (threshold())
        std::fill_n(threshold(), m_n, static_cast<float>(recipe.jump.threshold));
}

void DictionaryWeights::removeAlong(const DictionaryWeights& gradient) const
{
    at::parallel_for(0, m_n, rowsTogether, [&](std::int64_t from, std::int64_t to) {
        for (std::int64_t i = from; i < to; ++i) {
            const float* const row = decoder() + i * m_out;
            float* const own = gradient.decoder() + i * m_out;
            kernels::addTimes(m_out, -kernels::dot(m_out, own, row), row, own);
        }
    });
}

void DictionaryWeights::normaliseDecoder()
{
    at::parallel_for(0, m_n, rowsTogether, [&](std::int64_t from, std::int64_t to) {
        for (std::int64_t i = from; i < to; ++i) {
            float* const row = decoder() + i * m_out;
            const float length = std::sqrt(kernels::dot(m_out, row, row));
            if (length > 0)
                for (std::int64_t j = 0; j < m_out; ++j)
                    row[j] /= length;
        }
    });
}

void DictionaryWeights::keepThresholds()
{
    if (float* const theta = threshold())
        for (std::int64_t i = 0; i < m_n; ++i)
            theta[i] = std::max(theta[i], 0.0f);
}

SparseCoder DictionaryWeights::coder(
    const DictionaryRecipe& recipe, double inputScale, double outputScale, double threshold) const
{
    const double in = inputScale / outputScale;
    const double out = 1 / outputScale;
    SparseCoder made;
    CoderInput input;
    CoderOutput output;
    input.point = recipe.site.empty() ? "input" : recipe.site;
    output.point = recipe.target.empty() ? input.point : recipe.target;
    input.encoder = matrixOf(encoder(), m_n, m_in, in);
    output.decoder = matrixOf(decoder(), m_n, m_out);
    output.bias = scaled(outputBias(), m_out, out);
    if (recipe.subtract)
        input.subtracted = output.bias;
    if (skip())
        output.skip = matrixOf(skip(), m_in, m_out, in);
    made.inputs.push_back(std::move(input));
    made.outputs.push_back(std::move(output));
    if (recipe.kind != Kind::Gated)
        made.bias = scaled(bias(), m_n, out);
    switch (recipe.kind) {
    case Kind::Standard:
        made.activation = ReluActivation{};
        break;
    case Kind::TopK:
        made.activation = TopKActivation{static_cast<int>(recipe.k), false, false};
        break;
    case Kind::BatchTopK:
        made.activation = JumpReluActivation{
            std::vector<float>(static_cast<std::size_t>(m_n), static_cast<float>(threshold * out))};
        break;
    case Kind::JumpRelu:
        made.activation = JumpReluActivation{scaled(this->threshold(), m_n, out)};
        break;
    case Kind::Gated:
        made.activation = GatedActivation{scaled(bias(), m_n, out),
            scaled(magnitudeBias(), m_n, out), scaled(magnitude(), m_n, 1)};
        break;
    }
    return made;
}

} // namespace microtome::nn
