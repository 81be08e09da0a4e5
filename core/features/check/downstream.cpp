#include "core/features/check/downstream.h"

#include "core/features/check/fit.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace microtome {

namespace {

Matrix logProbabilities(const Matrix& logits)
{
    std::vector<float> values;
    values.reserve(logits.size());
    for (std::size_t t = 0; t < logits.rows(); ++t) {
        const auto row = logits.row(t);
        const double most = *std::ranges::max_element(row);
        double sum = 0;
        for (const double x : row)
            sum += std::exp(x - most);
        const double norm = most + std::log(sum);
        for (const double x : row)
            values.push_back(static_cast<float>(x - norm));
    }
    return {logits.rows(), logits.columns(), std::move(values)};
}

/// What stands at a place once the tokens that were taken have `made` (empty: zeros): row by row of
/// the sequence. Of a place that is centred, the mean stays as it was.
Edit replacement(const CoderSite& place, const Matrix& original, const Matrix* made,
    const std::vector<bool>& taken)
{
    std::vector<float> values(original.values().begin(), original.values().end());
    std::size_t row = 0;
    for (std::size_t t = 0; t < original.rows(); ++t) {
        if (!taken[t])
            continue;
        const auto before = original.row(t);
        const double mean = place.centred && made
            ? std::accumulate(before.begin(), before.end(), 0.0)
                / static_cast<double>(before.size())
            : 0;
        for (std::size_t i = 0; i < before.size(); ++i)
            values[t * before.size() + i] = made ? static_cast<float>((*made)(row, i) + mean) : 0.F;
        ++row;
    }
    Edit edit;
    edit.site = place.site;
    edit.operation = Operation::Set;
    edit.bos = true;
    edit.values = {original.rows(), original.columns(), std::move(values)};
    return edit;
}

} // namespace

bool canReplace(const PlacedCoders& coders)
{
    return std::ranges::none_of(coders.written(), &CoderSite::afterGain);
}

Downstream downstream(Model& model, const PlacedCoders& coders,
    const std::vector<std::vector<TokenId>>& sequences, const std::vector<std::vector<bool>>& taken,
    const Encoder& encode, const Progress& progress)
{
    Downstream sums;
    double positions = 0;
    for (std::size_t s = 0; s < sequences.size(); ++s) {
        progress.step(static_cast<double>(s) / static_cast<double>(sequences.size()));
        const auto& ids = sequences[s];
        if (ids.size() < 2)
            continue;
        RunRequest request{ids, coders.wants(), {}, {}, true, {}};
        request.want.push_back({Point::Logits, {}, {}});
        const Trace trace = model.run(request, progress);
        const Readings readings = readingsOf(coders, trace, taken[s]);
        std::vector<FiredLatents> fired;
        for (std::size_t c = 0; c < coders.count(); ++c)
            fired.push_back(encode(coders.coder(c), readings.inputs[c], progress));
        const auto made = reconstructions(coders, readings.inputs, fired);

        Edits replaced;
        Edits ablated;
        for (std::size_t o = 0; o < made.size(); ++o) {
            const CoderSite& place = coders.written()[o];
            const Matrix original = trace.at(place.site);
            replaced.push_back(replacement(place, original, &made[o], taken[s]));
            ablated.push_back(replacement(place, original, nullptr, taken[s]));
        }
        MeasureRequest measure{ids, {{}, replaced, ablated}, {}, trace.base};
        measure.metric.kind = Metric::Kind::Loss;
        const auto loss = model.measure(measure, progress);
        measure.metric.kind = Metric::Kind::Kl;
        measure.metric.reference = logProbabilities(trace.at({Point::Logits, {}, {}}));
        const auto kl = model.measure(measure, progress);

        const auto predicted = static_cast<double>(ids.size() - 1);
        sums.tokens += ids.size() - 1;
        sums.original += loss[0] * predicted;
        sums.replaced += loss[1] * predicted;
        sums.ablated += loss[2] * predicted;
        sums.klReplaced += kl[1] * static_cast<double>(ids.size());
        sums.klAblated += kl[2] * static_cast<double>(ids.size());
        positions += static_cast<double>(ids.size());
    }
    for (double* sum : {&sums.original, &sums.replaced, &sums.ablated})
        *sum /= static_cast<double>(sums.tokens);
    sums.klReplaced /= positions;
    sums.klAblated /= positions;
    return sums;
}

} // namespace microtome
