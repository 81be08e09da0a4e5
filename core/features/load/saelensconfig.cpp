#include "core/features/load/saelensconfig.h"

#include "core/features/load/saelensdeclaration.h"
#include "core/features/load/saelensfields.h"
#include "core/work/error.h"

#include <nlohmann/json.hpp>

#include <charconv>

namespace microtome {

namespace {

constexpr int mostSteps = 1'000'000; ///< of matching pursuit

struct Architecture {
    const char* name;
    SaeLensKind kind;
    bool transcoder = false;
    bool skip = false;
    bool absolute = false;
};

constexpr Architecture architectures[] = {
    {"standard", SaeLensKind::Standard},
    {"topk", SaeLensKind::TopK},
    {.name = "abstopk", .kind = SaeLensKind::TopK, .absolute = true},
    {"gated", SaeLensKind::Gated},
    {"jumprelu", SaeLensKind::JumpRelu},
    {"batchtopk", SaeLensKind::BatchTopK},
    {"matryoshka_batchtopk", SaeLensKind::BatchTopK},
    {"matching_pursuit", SaeLensKind::MatchingPursuit},
    {"transcoder", SaeLensKind::Standard, true},
    {"skip_transcoder", SaeLensKind::Standard, true, true},
    {"jumprelu_transcoder", SaeLensKind::JumpRelu, true},
    {"jumprelu_skip_transcoder", SaeLensKind::JumpRelu, true, true},
};

const Architecture& architectureNamed(const std::string& name)
{
    for (const Architecture& architecture : architectures)
        if (name == architecture.name)
            return architecture;
    if (name == "temporal")
        throw Error("The dictionary is of SAELens's architecture “temporal”, whose latents depend "
                    "on earlier tokens through attention; Microtome does not read it.");
    if (name == "jumprelu_clt")
        throw Error("The dictionary is of the architecture “jumprelu_clt”, which no release of "
                    "SAELens reads; convert the cross-layer transcoder to circuit-tracer's files.");
    throw Error("The dictionary's architecture “" + name.substr(0, 60)
        + "” is not one of SAELens's "
          "that Microtome knows.");
}

/// 6 from "6.18.0", and 0 from nothing.
int majorVersion(const std::string& version)
{
    int major = 0;
    std::from_chars(version.data(), version.data() + version.size(), major);
    return major;
}

/// TopK by its activation, whatever the architecture is called (issues 308 and 553 of SAELens).
void readArchitecture(const SaeLensFields& fields, SaeLensConfig& config)
{
    std::string name = fields.text("architecture").value_or("standard");
    config.declared.architecture = name;
    const std::string activation
        = fields.text("activation_fn_str").value_or(fields.text("activation_fn").value_or("relu"));
    if (activation == "topk") {
        const SaeLensFields kwargs = fields.object("activation_fn_kwargs");
        config.k = kwargs.count("k").value_or(0);
        if (name != "topk")
            config.declared.notes.push_back("Its architecture is called “" + name
                + "”, but its activation is TopK, which is used.");
        name = "topk";
    } else if (activation != "relu") {
        throw Error("The dictionary's activation “" + activation.substr(0, 60)
            + "” is not known; Microtome reads ReLU and TopK of old SAELens files.");
    }
    const Architecture& architecture = architectureNamed(name);
    config.kind = architecture.kind;
    config.transcoder = architecture.transcoder;
    config.skip = architecture.skip;
    config.absolute = architecture.absolute;
}

/// Old files say true and false for two of the kinds, or nothing.
void readNormalization(const SaeLensFields& fields, SaeLensConfig& config)
{
    using Normalization = SaeLensConfig::Normalization;
    if (const auto flag = fields.flag("normalize_activations")) {
        config.normalization = *flag ? Normalization::ExpectedAverage : Normalization::None;
        return;
    }
    const std::string name = fields.text("normalize_activations").value_or("none");
    if (name == "none")
        config.normalization = Normalization::None;
    else if (name == "expected_average_only_in")
        config.normalization = Normalization::ExpectedAverage;
    else if (name == "constant_norm_rescale")
        config.normalization = Normalization::ConstantNorm;
    else if (name == "layer_norm")
        config.normalization = Normalization::LayerNorm;
    else if (name == "covariance_whitening")
        throw Error(
            "The dictionary is a training checkpoint whose whitening is not folded into its "
            "weights; open the finished dictionary.");
    else
        throw Error("The dictionary's normalisation “" + name.substr(0, 60) + "” is not known.");
}

void readParameters(const SaeLensFields& fields, SaeLensConfig& config)
{
    config.dIn = fields.size("d_in");
    config.dSae = fields.size("d_sae");
    config.dOut = config.transcoder && fields.has("d_out") ? fields.size("d_out") : config.dIn;
    config.subtractsBias = fields.flag("apply_b_dec_to_input").value_or(true);
    config.byDecoderNorm = fields.flag("rescale_acts_by_decoder_norm").value_or(false);
    config.scalesLatents = fields.flag("finetuning_scaling_factor").value_or(true);
    if (config.kind == SaeLensKind::TopK) {
        config.k = fields.count("k").value_or(config.k);
        if (config.k < 1)
            throw Error(
                "The dictionary is a TopK one, but its cfg.json gives no k; add the field k "
                "if you know how many latents are kept.");
    }
    if (config.kind == SaeLensKind::MatchingPursuit) {
        if (config.dIn > mostSteps && !fields.has("max_iterations"))
            throw Error("The dictionary's matching pursuit would take too many steps.");
        config.steps = fields.count("max_iterations").value_or(static_cast<int>(config.dIn));
        config.residual = static_cast<float>(fields.number("residual_threshold").value_or(1e-2));
        config.stopsWhenRepeated = fields.flag("stop_on_duplicate_support").value_or(true);
    }
    if (config.transcoder && config.subtractsBias) {
        if (fields.has("apply_b_dec_to_input"))
            config.declared.notes.push_back(
                "Its cfg.json asks to subtract the output's bias from "
                "the input, which SAELens does not do in a transcoder; it is not done.");
        config.subtractsBias = false;
    }
}

} // namespace

SaeLensConfig readSaeLensConfig(const nlohmann::json& json)
{
    const SaeLensFields fields(json, "cfg.json");
    const SaeLensFields meta = fields.object("metadata");
    SaeLensConfig config;
    const std::string version
        = meta.text("sae_lens_version").value_or(fields.text("sae_lens_version").value_or(""));
    const bool old = majorVersion(version) < 6;
    config.declared.format = !old  ? "SAELens " + std::to_string(majorVersion(version))
        : fields.has("hook_point") ? "SAELens 1 or 2"
                                   : "SAELens 3 to 5";
    readArchitecture(fields, config);
    readNormalization(fields, config);
    readParameters(fields, config);
    declareSaeLens(fields, meta, old, config);
    return config;
}

} // namespace microtome
