#include "core/features/import/saedashboard.h"

#include "core/features/import/dashboardfields.h"
#include "core/features/import/jsonfields.h"

#include <algorithm>

namespace microtome::saedashboard {

namespace {

using nlohmann::json;

/// "0-res-jb": the layer and the set, as Neuronpedia calls the source. The layer may be spelt out
/// so already.
ImportedName nameOf(const json& batch)
{
    if (!batch.is_object())
        return {{}, "dashboard"};
    ImportedName name{textIn(batch, "model_id"), {}};
    const auto layer = batch.find("layer");
    if (layer != batch.end() && layer->is_number_integer())
        name.source = layer->dump();
    else
        name.source = textIn(batch, "layer");
    for (const char* key : {"sae_set", "sae_id_suffix"})
        if (const std::string part = textIn(batch, key); !part.empty() && part != name.source)
            name.source += (name.source.empty() ? "" : "-") + part;
    if (name.source.empty())
        name.source = "dashboard";
    return name;
}

} // namespace

bool isFeature(const json& record)
{
    return record.is_object() && record.contains("feature_index");
}

void read(const json& record, const json& around, ImportSink& sink, LeftOut& leftOut)
{
    const ImportedName name = nameOf(around);
    const std::uint32_t latent = indexIn(record, "feature_index");
    ImportedFeature feature = dashboardFields(record, latent, leftOut);
    for (const json& activation : objectsIn(record, "activations"))
        feature.windows.push_back(windowIn(activation, latent, leftOut));
    const auto whole = [&](const char* key) {
        return static_cast<std::uint64_t>(std::clamp(numberIn(record, key).value_or(0), 0.0, 1e12));
    };
    sink.about(name,
        {textIn(record, "hook_name"), textIn(record, "dataset"), whole("n_prompts_total"),
            whole("n_tokens_in_prompt")});
    sink.feature(name, std::move(feature));
}

} // namespace microtome::saedashboard
