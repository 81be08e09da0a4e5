#include "core/store/features/explanations.h"

namespace microtome {

namespace {

using nlohmann::json;

json scoreRow(const LabelScore& score)
{
    json row{{"explanationScoreTypeName", score.scorer}, {"value", nullptr}};
    if (score.value)
        row["value"] = *score.value;
    if (score.detail.contains("judge"))
        row["explanationScoreModelName"] = score.detail.at("judge");
    json detail = score.detail;
    detail["n"] = score.n;
    if (score.low && score.high)
        detail["interval"] = {*score.low, *score.high};
    row["jsonDetails"] = detail.dump(-1, ' ', false, json::error_handler_t::replace);
    return row;
}

} // namespace

void eachExplanation(
    ProjectAccess& project, SourceId source, const std::function<void(const json& row)>& take)
{
    const auto from = project.featureSources().get(source);
    if (!from)
        throw Error("The project has no such source of features; choose one that it has.");
    const auto model = project.models().get(from->model);
    FeatureQuery query;
    query.scopes = {{source}};
    query.labelled = true;
    FeatureLabels labels = project.labels();
    for (const FeatureKey key : project.featureBrowser().find(query)) {
        const auto all = labels.of(key);
        for (auto label = all.rbegin(); label != all.rend(); ++label) {
            json row{{"modelId", model ? model->name : ""}, {"layer", from->name},
                {"index", std::to_string(key.latent)}, {"description", label->text},
                {"typeName", label->method}, {"authorId", label->author},
                {"explanationModelName", label->model}, {"scores", json::array()}};
            for (const LabelScore& score : labels.scores(label->id))
                row["scores"].push_back(scoreRow(score));
            take(row);
        }
    }
}

} // namespace microtome
