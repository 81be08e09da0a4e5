#include "core/features/attribution/reading.h"

#include <cmath>
#include <numeric>

namespace microtome {

namespace {

double dot(std::span<const double> a, std::span<const double> b)
{
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

/// Takes the mean from each number; gives it.
double centre(std::span<double> values)
{
    const double mean
        = std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
    for (double& value : values)
        value -= mean;
    return mean;
}

void multiply(std::span<double> values, double factor)
{
    for (double& value : values)
        value *= factor;
}

/// w -> what stands before x of one group under LayerNorm.
void throughLayerNorm(const InputNorm& norm, std::span<double> row, std::span<double> x)
{
    centre(x);
    centre(row);
    const auto d = static_cast<double>(x.size());
    const double divisor
        = std::sqrt(dot(x, x) / (norm.unbiased ? d - 1 : d)) + static_cast<double>(norm.epsilon);
    multiply(row, divisor > 0 ? 1 / divisor : 0);
}

void throughNorm(const InputNorm& norm, std::span<double> row, std::vector<double> x)
{
    switch (norm.kind) {
    case InputNorm::Kind::None:
        return;
    case InputNorm::Kind::Scale:
        multiply(row, norm.scale);
        return;
    case InputNorm::Kind::PerToken: {
        const double length = std::sqrt(dot(x, x));
        multiply(row, length > 0 ? std::sqrt(static_cast<double>(x.size())) / length : 0);
        return;
    }
    case InputNorm::Kind::LayerNorm:
        const std::size_t size = x.size() / static_cast<std::size_t>(norm.groups);
        for (std::size_t begin = 0; size > 0 && begin + size <= x.size(); begin += size)
            throughLayerNorm(norm, row.subspan(begin, size), std::span(x).subspan(begin, size));
    }
}

} // namespace

LinearReading readingOf(const SparseCoder& coder, std::size_t latent, std::span<const float> token)
{
    if (coder.inputs.size() != 1 || coder.inputs.front().encoder.empty())
        throw Error("Only a dictionary that reads one place through an encoder can be attributed "
                    "to what stands there.");
    const CoderInput& input = coder.inputs.front();
    if (latent >= coder.latents())
        throw Error("The dictionary has no latent " + std::to_string(latent) + "; its last is "
            + std::to_string(coder.latents() - 1) + ".");
    if (token.size() != input.encoder.columns())
        throw Error("The dictionary reads " + std::to_string(input.encoder.columns())
            + " numbers of a token, but " + std::to_string(token.size()) + " were given.");
    const auto encoder = input.encoder.row(latent);
    LinearReading reading;
    reading.row.assign(encoder.begin(), encoder.end());
    const std::vector<double> subtracted(input.subtracted.begin(), input.subtracted.end());
    reading.constant = coder.bias.empty() ? 0 : static_cast<double>(coder.bias[latent]);
    if (!subtracted.empty())
        reading.constant -= dot(reading.row, subtracted);
    throughNorm(input.norm, reading.row, {token.begin(), token.end()});
    return reading;
}

} // namespace microtome
