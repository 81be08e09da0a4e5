#include "core/features/load/saelensdeclaration.h"

#include <array>

namespace microtome {

namespace {

using nlohmann::json;

constexpr std::uint64_t mostCounted = 1'000'000'000;

/// Fields of version 6 (in metadata) or of an older one (flat). None is computed with: one of
/// another kind than it should be counts as absent.
class Declared {
public:
    Declared(const SaeLensFields& fields, const SaeLensFields& metadata)
        : m_fields(fields)
        , m_metadata(metadata)
    {
    }

    /// Null where neither says it.
    const json& at(const char* key) const
    {
        return m_metadata.has(key) ? m_metadata.at(key) : m_fields.at(key);
    }

    std::string text(const char* key) const
    {
        const json& value = at(key);
        return value.is_string() ? value.get<std::string>() : std::string();
    }

    std::optional<int> count(const char* key) const
    {
        const json& value = at(key);
        if (!value.is_number_unsigned() || value.get<std::uint64_t>() > mostCounted)
            return {};
        return value.get<int>();
    }

private:
    const SaeLensFields& m_fields;
    const SaeLensFields& m_metadata;
};

/// Versions before 3 write a place as "blocks.{layer}.hook_resid_pre" and the layer beside it.
std::string withLayer(std::string hook, const Declared& said)
{
    const auto at = hook.find("{layer}");
    const auto layer = said.count("hook_point_layer");
    return at == std::string::npos || !layer ? hook : hook.replace(at, 7, std::to_string(*layer));
}

std::string shortText(const json& value)
{
    return value.dump(-1, ' ', true, json::error_handler_t::replace).substr(0, 400);
}

/// How the model was loaded decides what its activations are: TransformerLens can fold norms into
/// weights and centre what is written.
void noteProcessing(const json& how, CoderDeclaration& declared)
{
    if (!how.is_object() || how.empty())
        return;
    declared.other["model_from_pretrained_kwargs"] = shortText(how);
    for (const char* key : {"center_writing_weights", "fold_ln"})
        if (how.value(key, json(false)) == json(true))
            declared.notes.push_back("It was trained on a model loaded with " + std::string(key)
                + ", whose activations differ from those of the model as it is.");
}

} // namespace

void declareSaeLens(
    const SaeLensFields& fields, const SaeLensFields& metadata, bool old, SaeLensConfig& config)
{
    const Declared said(fields, metadata);
    CoderDeclaration& declared = config.declared;
    declared.model = said.text("model_name");
    declared.dataset = said.text("dataset_path");
    declared.context = said.count("context_size");
    if (const json& bos = said.at("prepend_bos"); bos.is_boolean())
        declared.prependBos = bos.get<bool>();
    else if (old)
        declared.prependBos = true;

    config.hookIn = said.text("hook_name");
    if (config.hookIn.empty())
        config.hookIn = withLayer(said.text("hook_point"), said);
    config.hookOut = config.transcoder ? said.text("hook_name_out") : config.hookIn;
    auto head = said.count("hook_head_index");
    if (!head)
        head = said.count("hook_point_head_index");
    if (head) {
        declared.other["hook_head_index"] = std::to_string(*head);
        declared.notes.push_back(
            "It reads head " + std::to_string(*head) + " of " + config.hookIn + " alone.");
    }
    const auto reshape = fields.text("reshape_activations");
    const bool inHeads = config.hookIn.find("hook_z") != std::string::npos;
    declared.headsJoined = !head && (reshape ? *reshape == "hook_z" : old && inHeads);

    constexpr std::array texts{"neuronpedia_id", "sae_lens_version", "sae_lens_training_version",
        "hf_hook_name", "hf_hook_name_out", "model_class_name"};
    for (const char* key : texts)
        if (const std::string value = said.text(key); !value.empty())
            declared.other[key] = value;
    if (const json& excluded = said.at("exclude_special_tokens");
        !excluded.is_null() && excluded != json(false))
        declared.other["exclude_special_tokens"] = shortText(excluded);
    noteProcessing(said.at("model_from_pretrained_kwargs"), declared);
}

} // namespace microtome
