#include "core/features/coder/norm.h"

#include <cmath>
#include <numeric>

namespace microtome {

namespace {

double squared(std::span<const double> values)
{
    return std::inner_product(values.begin(), values.end(), values.begin(), 0.0);
}

void multiply(std::span<double> values, double factor)
{
    for (double& value : values)
        value *= factor;
}

/// One part of the input, and the scale and shift of it.
void layerNorm(const InputNorm& norm, std::span<double> part, NormedToken& made)
{
    const auto d = static_cast<double>(part.size());
    made.shift = std::accumulate(part.begin(), part.end(), 0.0) / d;
    for (double& value : part)
        value -= made.shift;
    made.scale = std::sqrt(squared(part) / (norm.unbiased ? d - 1 : d));
    const double divisor = made.scale + static_cast<double>(norm.epsilon);
    multiply(part, divisor > 0 ? 1 / divisor : 0);
}

} // namespace

/// features-and-steering.md 2.1: x s and back by 1 / s; x sqrt(d) / |x| and back; (x - mean) /
/// (std + epsilon) and back by std (without epsilon, as SAELens does) and mean. A token that does
/// not vary stays 0.
NormedToken normed(const InputNorm& norm, std::span<const float> token)
{
    NormedToken made;
    made.values.assign(token.begin(), token.end());
    const auto d = static_cast<double>(token.size());
    switch (norm.kind) {
    case InputNorm::Kind::None:
        break;
    case InputNorm::Kind::Scale:
        made.scale = 1 / static_cast<double>(norm.scale);
        multiply(made.values, norm.scale);
        break;
    case InputNorm::Kind::PerToken:
        made.scale = std::sqrt(squared(made.values) / d);
        multiply(made.values, made.scale > 0 ? 1 / made.scale : 0);
        break;
    case InputNorm::Kind::LayerNorm: {
        const std::size_t size = token.size() / static_cast<std::size_t>(norm.groups);
        for (std::size_t begin = 0; begin + size <= token.size() && size > 0; begin += size)
            layerNorm(norm, std::span(made.values).subspan(begin, size), made);
        break;
    }
    }
    return made;
}

std::vector<double> decoderNorms(const SparseCoder& coder)
{
    std::vector<double> norms(coder.latents());
    for (const CoderOutput& output : coder.outputs)
        for (std::size_t i = 0; i < norms.size(); ++i)
            for (const double weight : output.decoder.row(i))
                norms[i] += weight * weight;
    for (double& norm : norms)
        norm = std::sqrt(norm);
    return norms;
}

Matrix scaledRows(const Matrix& matrix, std::span<const double> factors)
{
    std::vector<float> values(matrix.values().begin(), matrix.values().end());
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i]
            = static_cast<float>(static_cast<double>(values[i]) * factors[i / matrix.columns()]);
    return {matrix.rows(), matrix.columns(), std::move(values)};
}

} // namespace microtome
