#include "core/features/prompt/promptfeatures.h"

#include "core/features/check/fit.h"
#include "core/work/error.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace microtome {

namespace {

double squares(std::span<const float> row)
{
    double sum = 0;
    for (const float x : row)
        sum += static_cast<double>(x) * static_cast<double>(x);
    return sum;
}

/// |y|² of a token, over all that is written.
double squaresAt(const std::vector<Matrix>& targets, std::size_t token)
{
    double sum = 0;
    for (const Matrix& target : targets)
        sum += squares(target.row(token));
    return sum;
}

FiredLatents sharesOf(const SparseCoder& coder, FiredLatents fired,
    const std::vector<Matrix>& targets, std::size_t from)
{
    double lengths = 0;
    const std::size_t tokens = fired.tokens();
    for (std::size_t t = from; t < tokens; ++t)
        lengths += std::sqrt(squaresAt(targets, t));
    const double mean = lengths / static_cast<double>(tokens - from);
    for (std::size_t i = 0; i < fired.value.size(); ++i) {
        double row = 0;
        for (const CoderOutput& output : coder.outputs)
            row += squares(output.decoder.row(fired.latent[i]));
        fired.value[i]
            = static_cast<float>(static_cast<double>(fired.value[i]) * std::sqrt(row) / mean);
    }
    return fired;
}

/// |y - y'|² / |y|² of each token.
void addUnexplained(const Matrix& target, const Matrix& made, std::vector<float>& all)
{
    for (std::size_t t = 0; t < target.rows(); ++t) {
        double error = 0;
        for (std::size_t i = 0; i < target.columns(); ++i) {
            const double e = static_cast<double>(target(t, i)) - static_cast<double>(made(t, i));
            error += e * e;
        }
        all.push_back(static_cast<float>(error / squares(target.row(t))));
    }
}

} // namespace

std::vector<bool> PromptFeatures::taken(bool withBos) const
{
    std::vector<bool> taken(ids.size(), true);
    if (bos && !withBos && !taken.empty())
        taken.front() = false;
    return taken;
}

PromptFeatures promptFeatures(Model& model, const Subject& subject,
    const std::vector<std::shared_ptr<const NamedCoder>>& coders, const Encoder& encoder,
    const PlaceOptions& options, const Progress& progress)
{
    PromptFeatures found;
    found.ids = subject.prompt.ids;
    found.bos = subject.prompt.bos;
    std::vector<PlacedCoders> placed;
    std::vector<Site> wants;
    for (const auto& one : coders) {
        try {
            placed.emplace_back(model, std::span(&one->coder, 1), options);
        } catch (const Error& error) {
            found.unfit.push_back(error.what());
            continue;
        }
        found.names.push_back(one->name);
        for (const Site& site : placed.back().wants())
            if (std::ranges::find(wants, site) == wants.end())
                wants.push_back(site);
    }
    const std::size_t tokens = found.ids.size();
    std::vector<float> unexplained;
    if (!placed.empty()) {
        const Trace trace = model.run(subject.request(wants));
        for (std::size_t i = 0; i < placed.size(); ++i) {
            progress.step(static_cast<double>(i) / static_cast<double>(placed.size()),
                "Reading with " + found.names[i]);
            const Readings readings = readingsOf(placed[i], trace, std::vector<bool>(tokens, true));
            found.fired.push_back(encoder(placed[i].coder(0), readings.inputs[0], {}));
            found.shares.push_back(sharesOf(placed[i].coder(0), found.fired.back(),
                readings.targets, found.bos && tokens > 1 ? 1 : 0));
            if (placed[i].written().size() == 1)
                addUnexplained(readings.targets[0],
                    reconstructions(placed[i], readings.inputs, {found.fired.back()})[0],
                    unexplained);
            else
                unexplained.insert(
                    unexplained.end(), tokens, std::numeric_limits<float>::quiet_NaN());
        }
    }
    found.unexplained = Matrix(placed.size(), tokens, std::move(unexplained));
    return found;
}

} // namespace microtome
