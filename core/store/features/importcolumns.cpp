#include "core/store/features/importcolumns.h"

#include <algorithm>
#include <cmath>
#include <set>

namespace microtome {

namespace {

using enum FeatureNumber;

constexpr float nothing = std::numeric_limits<float>::quiet_NaN();

void putReal(FeatureColumns& columns, RunId run, const FeatureScope& scope, FeatureNumber number,
    const std::vector<float>& values)
{
    if (std::ranges::any_of(values, [](float value) { return !std::isnan(value); }))
        columns.put(run, scope, number, values);
}

void putNumbers(FeatureColumns& columns, RunId run, const FeatureScope& sweep,
    std::uint64_t latents, const ImportPile& pile)
{
    const auto column = [&](float PiledFeature::*member) {
        std::vector<float> values(latents, nothing);
        for (const PiledFeature& feature : pile.features)
            values[feature.latent] = feature.*member;
        return values;
    };
    std::vector<float> most = column(&PiledFeature::max);
    for (const auto& [latent, value] : pile.largest)
        if (std::isnan(most[latent]))
            most[latent] = value;
    putReal(columns, run, sweep, Density, column(&PiledFeature::density));
    putReal(columns, run, sweep, Max, most);
    const FeatureScope source{sweep.source, {}};
    putReal(columns, run, source, X, column(&PiledFeature::x));
    putReal(columns, run, source, Y, column(&PiledFeature::y));
    std::vector<std::int32_t> clusters(latents, -1);
    for (const PiledFeature& feature : pile.features)
        clusters[feature.latent] = feature.cluster;
    if (std::ranges::any_of(clusters, [](std::int32_t cluster) { return cluster >= 0; }))
        columns.put(run, source, Cluster, clusters);
}

void putRanking(FeatureColumns& columns, RunId run, const FeatureScope& scope, Ranking ranking,
    std::uint64_t latents, const ImportPile& pile, std::vector<Ranked> PiledFeature::*member)
{
    std::size_t size = 0;
    for (const PiledFeature& feature : pile.features)
        size = std::max(size, (feature.*member).size());
    if (size == 0)
        return;
    std::vector<std::int32_t> ids(latents * size, -1);
    std::vector<float> values(latents * size);
    for (const PiledFeature& feature : pile.features)
        for (std::size_t i = 0; i < (feature.*member).size(); ++i) {
            const std::size_t at = feature.latent * size + i;
            ids[at] = static_cast<std::int32_t>((feature.*member)[i].id);
            values[at] = (feature.*member)[i].value;
        }
    columns.put(run, scope, ranking, size, ids, values);
}

void putHistograms(FeatureColumns& columns, RunId run, const FeatureScope& scope,
    std::uint64_t latents, const ImportPile& pile, LeftOut& leftOut)
{
    const auto first = std::ranges::find_if(
        pile.features, [](const PiledFeature& feature) { return !feature.logits.counts.empty(); });
    if (first == pile.features.end())
        return;
    const std::size_t bins = first->logits.counts.size();
    std::vector<float> bounds(latents * 2);
    std::vector<std::int32_t> counts(latents * bins);
    for (const PiledFeature& feature : pile.features) {
        const LogitHistogram& logits = feature.logits;
        if (logits.counts.size() != bins) {
            leftOut["histogram of another size"] += !logits.counts.empty();
            continue;
        }
        bounds[feature.latent * 2] = logits.least;
        bounds[feature.latent * 2 + 1] = logits.greatest;
        std::ranges::copy(
            logits.counts, counts.begin() + static_cast<std::ptrdiff_t>(feature.latent * bins));
    }
    columns.putHistogram(run, scope, bins, bounds, counts);
}

LabelScore stored(const ImportedScore& score, LabelId label, RunId run)
{
    LabelScore stored{.label = label,
        .run = run,
        .scorer = score.scorer,
        .value = score.value,
        .n = score.examples,
        .low = score.low,
        .high = score.high};
    if (score.missing > 0)
        stored.detail["missing"] = score.missing;
    if (!score.judge.empty())
        stored.detail["judge"] = score.judge;
    if (!score.detail.empty())
        stored.detail["imported"] = score.detail;
    return stored;
}

} // namespace

void putImportedColumns(FeatureColumns columns, RunId run, const FeatureScope& sweep,
    std::uint64_t latents, const ImportPile& pile, LeftOut& leftOut)
{
    putNumbers(columns, run, sweep, latents, pile);
    const FeatureScope source{sweep.source, {}};
    putRanking(columns, run, source, Ranking::TopLogits, latents, pile, &PiledFeature::promoted);
    putRanking(
        columns, run, source, Ranking::BottomLogits, latents, pile, &PiledFeature::suppressed);
    putRanking(
        columns, run, source, Ranking::DecoderNeighbours, latents, pile, &PiledFeature::nearest);
    putRanking(columns, run, sweep, Ranking::Partners, latents, pile, &PiledFeature::correlated);
    putHistograms(columns, run, source, latents, pile, leftOut);
}

void putImportedLabels(FeatureLabels labels, RunId run, SourceId source, const ImportPile& pile,
    ImportedSource& counts, LeftOut& leftOut)
{
    std::unordered_map<std::uint32_t, std::size_t> places; // of a feature
    std::set<std::pair<std::uint32_t, std::string>> said;
    std::unordered_map<std::uint32_t, LabelId> newest;
    const auto score = [&](const ImportedScore& one, LabelId label) {
        labels.addScore(stored(one, label, run));
        ++counts.scores;
        counts.missingScores += !one.value;
    };
    for (const ImportedLabel& label : pile.labels) {
        if (label.text.empty()) {
            ++leftOut["empty explanation"];
            continue;
        }
        const std::string all
            = label.text + '\0' + label.method + '\0' + label.author + '\0' + label.model;
        if (!said.emplace(label.latent, all).second) {
            ++leftOut["same explanation"];
            continue;
        }
        const FeatureKey key{source, label.latent};
        const auto at = places.try_emplace(label.latent, labels.of(key).size()).first;
        if (at->second >= static_cast<std::size_t>(FeatureLabels::mostPerFeature)) {
            ++leftOut["too many explanations"];
            continue;
        }
        ++at->second;
        const LabelId id = labels.add({.feature = key,
            .run = run,
            .text = label.text,
            .method = label.method,
            .author = label.author,
            .model = label.model});
        newest[label.latent] = id;
        ++counts.labels;
        for (const ImportedScore& one : label.scores)
            score(one, id);
    }
    for (const auto& [latent, all] : pile.scores) {
        const auto label = newest.find(latent);
        for (const ImportedScore& one : all)
            if (label != newest.end())
                score(one, label->second);
            else
                ++leftOut["score without explanation"];
    }
}

} // namespace microtome
