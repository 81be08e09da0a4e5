#include "core/features/directions/directions.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

namespace microtome {

std::size_t Directions::width() const
{
    return std::accumulate(parts.begin(), parts.end(), std::size_t(0),
        [](std::size_t sum, const Matrix& part) { return sum + part.columns(); });
}

Directions decoderDirections(const SparseCoder& coder)
{
    Directions all;
    for (const CoderOutput& output : coder.outputs)
        all.parts.push_back(output.decoder);
    return all;
}

Directions encoderDirections(const SparseCoder& coder)
{
    Directions all;
    for (const CoderInput& input : coder.inputs) {
        if (input.encoder.empty())
            throw Error("This dictionary has no encoder: its latents are chosen by their decoder "
                        "rows, so ask for those.");
        all.parts.push_back(input.encoder);
    }
    return all;
}

void check(const Directions& directions)
{
    if (directions.count() == 0 || directions.width() == 0)
        throw Error("There are no directions: choose a dictionary with at least one latent.");
    for (const Matrix& part : directions.parts) {
        if (part.rows() != directions.count())
            throw Error("The dictionary's parts have different numbers of latents: "
                + std::to_string(directions.count()) + " and " + std::to_string(part.rows()) + ".");
        if (!std::all_of(part.values().begin(), part.values().end(),
                [](float x) { return std::isfinite(x); }))
            throw Error("A direction of the dictionary holds a number that is not finite, so the "
                        "file is damaged or its training failed.");
    }
}

std::vector<double> directionNorms(const Directions& directions)
{
    std::vector<double> norms(directions.count());
    for (std::size_t i = 0; i < norms.size(); ++i)
        norms[i] = std::sqrt(dot(directions, i, directions, i));
    return norms;
}

double dot(const Directions& v, std::size_t i, const Directions& w, std::size_t j)
{
    constexpr std::size_t lanes = 4; // sums that do not wait for each other
    std::array<double, lanes> sums{};
    for (std::size_t part = 0; part < v.parts.size(); ++part) {
        const auto a = v.parts[part].row(i);
        const auto b = w.parts[part].row(j);
        const std::size_t whole = a.size() / lanes * lanes;
        for (std::size_t d = 0; d < whole; d += lanes)
            for (std::size_t lane = 0; lane < lanes; ++lane)
                sums[lane] += static_cast<double>(a[d + lane]) * static_cast<double>(b[d + lane]);
        for (std::size_t d = whole; d < a.size(); ++d)
            sums[0] += static_cast<double>(a[d]) * static_cast<double>(b[d]);
    }
    return (sums[0] + sums[1]) + (sums[2] + sums[3]);
}

std::optional<std::vector<double>> encoderDecoderCosines(const SparseCoder& coder)
{
    if (coder.inputs.size() != coder.outputs.size())
        return {};
    for (std::size_t i = 0; i < coder.inputs.size(); ++i)
        if (coder.inputs[i].encoder.empty()
            || coder.inputs[i].encoder.columns() != coder.outputs[i].decoder.columns())
            return {};
    const Directions read = encoderDirections(coder);
    const Directions written = decoderDirections(coder);
    const auto readNorms = directionNorms(read);
    std::vector<double> cosines = directionNorms(written);
    for (std::size_t i = 0; i < cosines.size(); ++i) {
        const double norms = cosines[i] * readNorms[i];
        cosines[i] = norms > 0 ? dot(read, i, written, i) / norms : 0;
    }
    return cosines;
}

} // namespace microtome
