#include "core/features/directions/logittable.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace microtome {

namespace {

/// L of one latent, in f64.
std::vector<double> directLogits(const ReadOutWeights& weights, std::span<const float> direction)
{
    const auto seen = throughFinalNorm(weights, direction);
    std::vector<double> logits(weights.vocabulary());
    for (std::size_t token = 0; token < logits.size(); ++token) {
        const auto row = weights.unembedding.row(token);
        logits[token] = std::inner_product(seen.begin(), seen.end(), row.begin(), 0.0);
    }
    const double mean
        = std::accumulate(logits.begin(), logits.end(), 0.0) / static_cast<double>(logits.size());
    for (double& logit : logits)
        logit -= mean;
    return logits;
}

/// The first `most` entries in the order `before`.
template <class Before>
std::vector<ReadOut::Entry> first(std::vector<ReadOut::Entry> all, std::size_t most, Before before)
{
    std::stable_sort(all.begin(), all.end(), before);
    all.resize(std::min(most, all.size()));
    return all;
}

/// (mean L^k) of all logits.
double moment(const std::vector<double>& logits, int k)
{
    double sum = 0;
    for (const double logit : logits)
        sum += std::pow(logit, k);
    return sum / static_cast<double>(logits.size());
}

} // namespace

std::vector<LatentLogits> logitTable(const Matrix& decoder, const ReadOutWeights& weights,
    const LogitTableSettings& settings, const Progress& progress)
{
    check(decoder, weights, settings);
    std::vector<LatentLogits> table;
    for (std::size_t i = 0; i < decoder.rows(); ++i) {
        progress.step(static_cast<double>(i) / static_cast<double>(decoder.rows()), "logits");
        const auto logits = directLogits(weights, decoder.row(i));
        std::vector<ReadOut::Entry> entries;
        for (std::size_t token = 0; token < logits.size(); ++token)
            entries.push_back({static_cast<TokenId>(token), static_cast<float>(logits[token])});
        LatentLogits& made = table.emplace_back();
        made.promoted = first(
            entries, settings.most, [](const auto& a, const auto& b) { return a.logit > b.logit; });
        made.suppressed = first(
            entries, settings.most, [](const auto& a, const auto& b) { return a.logit < b.logit; });
        const auto [low, high] = std::minmax_element(logits.begin(), logits.end());
        made.least = static_cast<float>(*low);
        made.greatest = static_cast<float>(*high);
        made.histogram.resize(settings.bins);
        const double width = (*high - *low) / static_cast<double>(settings.bins);
        for (const double logit : logits) {
            const double bin = width > 0 ? (logit - *low) / width : 0;
            ++made.histogram[std::min(static_cast<std::size_t>(bin), settings.bins - 1)];
        }
        made.deviation = std::sqrt(moment(logits, 2));
        if (made.deviation > 0) {
            made.skew = moment(logits, 3) / std::pow(made.deviation, 3);
            made.kurtosis = moment(logits, 4) / std::pow(made.deviation, 4);
        }
    }
    progress.step(1, "logits");
    return table;
}

} // namespace microtome
