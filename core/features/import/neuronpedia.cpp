#include "core/features/import/neuronpedia.h"

#include "core/features/import/dashboardfields.h"
#include "core/features/import/jsonfields.h"
#include "core/features/load/unreadable.h"

#include <algorithm>
#include <cmath>

namespace microtome::neuronpedia {

namespace {

using nlohmann::json;

ImportedName nameOf(const json& record)
{
    ImportedName name{textIn(record, "modelId"), textIn(record, "layer")};
    if (name.source.empty())
        throw Unreadable("has a row without the name of its source (“layer”); export it again");
    return name;
}

std::string firstText(const json& record, std::initializer_list<const char*> keys)
{
    for (const char* key : keys)
        if (std::string text = textIn(record, key); !text.empty())
            return text;
    return {};
}

/// A score that is absent, or below anything that a scorer can give, is of a judge that failed.
ImportedScore scoreIn(const json& record)
{
    ImportedScore score;
    score.scorer = firstText(record, {"explanationScoreTypeName", "typeName", "scoreTypeName"});
    score.judge = firstText(record, {"explanationScoreModelName", "modelName"});
    score.value = numberIn(record, "value");
    if (score.value && (!std::isfinite(*score.value) || std::abs(*score.value) > 1))
        score.value.reset();
    const auto detail = record.find("jsonDetails");
    if (detail != record.end() && detail->is_string())
        score.detail = detail->get<std::string>();
    return score;
}

ImportedLabel labelIn(const json& record, std::uint32_t latent, LeftOut& leftOut)
{
    ImportedLabel label;
    label.latent = latent;
    label.text = textIn(record, "description");
    label.method = firstText(record, {"typeName", "explanationTypeName"});
    label.author = firstText(record, {"authorName", "authorId"});
    label.model = textIn(record, "explanationModelName");
    for (const json& score : objectsIn(record, "scores"))
        label.scores.push_back(scoreIn(score));
    leftOut["embedding"] += saysAnything(record, "embedding");
    return label;
}

/// Numbers that nobody measured are 0 in the export (columns there are never null): a density of 0
/// beside values, or without a histogram and logits, says nothing; so does a largest value of 0.
void dropDefaults(const json& record, ImportedFeature& feature)
{
    if (feature.max == 0.0)
        feature.max.reset();
    const bool measured
        = saysAnything(record, "pos_str") || saysAnything(record, "freq_hist_data_bar_heights");
    if (feature.density == 0.0 && (feature.max || !measured))
        feature.density.reset();
    if (feature.x == 0.0 && feature.y == 0.0)
        for (auto* place : {&feature.x, &feature.y, &feature.cluster})
            place->reset();
}

ImportedFeature featureIn(const json& record, std::uint32_t latent, LeftOut& leftOut)
{
    ImportedFeature feature = dashboardFields(record, latent, leftOut);
    feature.max = numberIn(record, "maxActApprox");
    feature.x = numberIn(record, "umap_x");
    feature.y = numberIn(record, "umap_y");
    feature.cluster = numberIn(record, "umap_cluster");
    dropDefaults(record, feature);
    const auto nearest = indicesIn(record, "topkCosSimIndices");
    const auto cosines = numbersIn(record, "topkCosSimValues");
    if (nearest.size() != cosines.size())
        throw Unreadable("has neighbours without a cosine for feature " + std::to_string(latent)
            + "; it is damaged");
    for (std::size_t i = 0; i < nearest.size(); ++i)
        if (nearest[i] != latent)
            feature.nearest.emplace_back(nearest[i], cosines[i]);
    leftOut["vector"] += saysAnything(record, "vector");
    for (const json& activation : objectsIn(record, "activations"))
        feature.windows.push_back(windowIn(activation, latent, leftOut));
    return feature;
}

} // namespace

bool isRow(const json& record)
{
    return record.is_object() && record.contains("modelId") && record.contains("layer")
        && record.contains("index");
}

bool isDescription(const json& record)
{
    if (!record.is_object() || isRow(record) || !record.contains("id"))
        return false;
    return std::ranges::any_of(std::initializer_list<const char*>{"modelId", "setName",
                                   "releaseName", "defaultSourceId", "displayName", "creatorName"},
        [&](const char* key) { return record.contains(key); });
}

void read(const json& record, ImportSink& sink, LeftOut& leftOut)
{
    if (isDescription(record)) {
        if (record.contains("setName"))
            sink.about({textIn(record, "modelId"), textIn(record, "id")},
                {textIn(record, "hookName"), textIn(record, "dataset"), 0, 0});
        else
            ++leftOut["description"];
        return;
    }
    const ImportedName name = nameOf(record);
    const std::uint32_t latent = indexIn(record, "index");
    if (record.contains("description")) {
        sink.label(name, labelIn(record, latent, leftOut));
    } else if (record.contains("tokens")) {
        sink.window(name, latent, windowIn(record, latent, leftOut));
    } else {
        sink.about(name, {textIn(record, "hookName"), {}, 0, 0});
        sink.feature(name, featureIn(record, latent, leftOut));
        for (const json& explanation : objectsIn(record, "explanations"))
            if (!explanation.contains("index") || indexIn(explanation, "index") == latent)
                sink.label(name, labelIn(explanation, latent, leftOut));
    }
}

} // namespace microtome::neuronpedia
