#include "core/features/coder/activation.h"
#include "core/features/coder/norm.h"
#include "core/work/error.h"

#include <cstdint>
#include <numeric>

namespace microtome {

std::size_t tokensOf(const SparseCoder& coder, const std::vector<Matrix>& inputs)
{
    if (inputs.size() != coder.inputs.size())
        throw Error("The dictionary reads " + std::to_string(coder.inputs.size())
            + " places, but activations of " + std::to_string(inputs.size()) + " were given.");
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        const std::size_t width = coder.inputs[i].encoder.empty()
            ? coder.outputs.front().decoder.columns()
            : coder.inputs[i].encoder.columns();
        if (inputs[i].columns() != width)
            throw Error("The dictionary reads " + std::to_string(width)
                + " numbers of a token, but its activations have "
                + std::to_string(inputs[i].columns()) + ".");
        if (inputs[i].rows() != inputs.front().rows())
            throw Error("The places that the dictionary reads were given different tokens.");
    }
    return inputs.front().rows();
}

namespace {

std::vector<double> seen(const CoderInput& input, std::span<const float> token)
{
    std::vector<double> x = normed(input.norm, token).values;
    for (std::size_t i = 0; i < input.subtracted.size(); ++i)
        x[i] -= static_cast<double>(input.subtracted[i]);
    return x;
}

Preactivation preactivation(
    const SparseCoder& coder, const std::vector<Matrix>& inputs, std::size_t token)
{
    Preactivation made;
    made.pre.assign(coder.bias.begin(), coder.bias.end());
    made.pre.resize(coder.latents());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        std::vector<double> x = seen(coder.inputs[i], inputs[i].row(token));
        const Matrix& encoder = coder.inputs[i].encoder;
        for (std::size_t latent = 0; latent < encoder.rows(); ++latent) {
            const auto row = encoder.row(latent);
            made.pre[latent] += std::inner_product(row.begin(), row.end(), x.begin(), 0.0);
        }
        if (i == 0)
            made.x = std::move(x);
    }
    return made;
}

bool dividesByDecoderNorm(const SparseCoder& coder)
{
    const auto* topK = std::get_if<TopKActivation>(&coder.activation);
    return topK && topK->byDecoderNorm;
}

/// The input in whose scale an output is written: its own place's, or the only one.
std::size_t scaledAs(const SparseCoder& coder, std::size_t output)
{
    return coder.inputs.size() == coder.outputs.size() ? output : 0;
}

/// y += x skip
void addSkip(std::vector<double>& y, const Matrix& skip, std::span<const float> x)
{
    for (std::size_t i = 0; i < skip.rows(); ++i) {
        const auto row = skip.row(i);
        for (std::size_t j = 0; j < y.size(); ++j)
            y[j] += static_cast<double>(x[i]) * static_cast<double>(row[j]);
    }
}

/// y = f decoder + bias of one token, f divided by `norms` [n] unless there are none.
std::vector<double> written(const CoderOutput& output, const FiredLatents& fired, std::size_t token,
    std::span<const double> norms)
{
    std::vector<double> y(output.bias.begin(), output.bias.end());
    y.resize(output.decoder.columns());
    for (std::size_t i = fired.starts[token]; i < fired.starts[token + 1]; ++i) {
        const std::size_t latent = fired.latent[i];
        double f = fired.value[i];
        if (!norms.empty())
            f = norms[latent] > 0 ? f / norms[latent] : 0;
        const auto row = output.decoder.row(latent);
        for (std::size_t j = 0; j < y.size(); ++j)
            y[j] += f * static_cast<double>(row[j]);
    }
    return y;
}

} // namespace

std::size_t SparseCoder::latents() const
{
    if (!inputs.empty() && !inputs.front().encoder.empty())
        return inputs.front().encoder.rows();
    return outputs.empty() ? 0 : outputs.front().decoder.rows();
}

Matrix encode(const SparseCoder& coder, const std::vector<Matrix>& inputs)
{
    const std::size_t tokens = tokensOf(coder, inputs);
    const std::size_t n = coder.latents();
    std::vector<double> norms;
    if (dividesByDecoderNorm(coder))
        norms = decoderNorms(coder);
    std::vector<float> latents(tokens * n);
    for (std::size_t t = 0; t < tokens; ++t)
        activate(
            coder, preactivation(coder, inputs, t), norms, std::span(latents).subspan(t * n, n));
    return {tokens, n, std::move(latents)};
}

std::vector<Matrix> decode(
    const SparseCoder& coder, const FiredLatents& fired, const std::vector<Matrix>& inputs)
{
    if (tokensOf(coder, inputs) != fired.tokens() || fired.latents != coder.latents())
        throw Error("The latents are not those of the tokens that were given.");
    std::vector<double> norms;
    if (dividesByDecoderNorm(coder))
        norms = decoderNorms(coder);

    std::vector<Matrix> made;
    for (std::size_t o = 0; o < coder.outputs.size(); ++o) {
        const CoderOutput& output = coder.outputs[o];
        const std::size_t own = scaledAs(coder, o);
        const std::size_t width = output.decoder.columns();
        std::vector<float> values;
        values.reserve(fired.tokens() * width);
        for (std::size_t t = 0; t < fired.tokens(); ++t) {
            std::vector<double> y = written(output, fired, t, norms);
            if (output.scaledBack) {
                const NormedToken back = normed(coder.inputs[own].norm, inputs[own].row(t));
                for (double& value : y)
                    value = value * back.scale + back.shift;
            }
            if (!output.skip.empty())
                addSkip(y, output.skip, inputs.front().row(t));
            for (const double value : y)
                values.push_back(static_cast<float>(value));
        }
        made.emplace_back(fired.tokens(), width, std::move(values));
    }
    return made;
}

} // namespace microtome
