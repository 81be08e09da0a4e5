#include "core/features/load/circuittracer.h"

#include "core/features/load/codertensors.h"
#include "core/features/load/layerfiles.h"
#include "core/features/load/plaincoder.h"
#include "core/features/load/transcoderhooks.h"
#include "core/features/load/yamllines.h"
#include "core/text/clip.h"
#include "core/work/error.h"

#include <algorithm>
#include <charconv>

namespace microtome {

namespace {

constexpr std::string_view prefix = "layer_";

/// circuit-tracer's own files and those of Gemma Scope call it differently.
std::string thresholdOf(const CoderTensors& tensors)
{
    for (const char* name : {"activation_function.threshold", "threshold"})
        if (tensors.has(name))
            return name;
    return {};
}

/// The files that config.yaml lists, or layer_0.safetensors, ...
std::map<int, std::string> filesOf(const CoderFolder& folder)
{
    auto files = folder.has("config.yaml")
        ? listedFiles(folder, readYamlLines(folder.text("config.yaml")))
        : std::map<int, std::string>();
    return files.empty() ? layerFiles(folder, prefix) : files;
}

bool isAmong(const std::map<int, std::string>& files, const std::string& name)
{
    return std::any_of(
        files.begin(), files.end(), [&](const auto& file) { return file.second == name; });
}

/// "topk" with its k where config.yaml says so; a threshold in the file; else ReLU.
CoderActivation activationOf(const CoderTensors& tensors, std::size_t n,
    const std::map<std::string, std::string>& fields, CoderDeclaration& declared)
{
    if (const std::string name = thresholdOf(tensors); !name.empty()) {
        auto theta = tensors.vector(name, n);
        if (std::any_of(theta.begin(), theta.end(), [](float value) { return value < 0; }))
            declared.notes.push_back("Some of its thresholds are below 0; latents below 0, which "
                                     "circuit-tracer lets through there, count as 0.");
        declared.architecture = "jumprelu";
        return JumpReluActivation{std::move(theta)};
    }
    const auto kind = fields.find("activation");
    declared.architecture = kind == fields.end() ? "relu" : text::clip(kind->second);
    if (declared.architecture == "relu") {
        declared.notes.push_back(
            "It has no thresholds and is taken as ReLU; a set of TopK that does "
            "not say so would have too many active latents.");
        return ReluActivation{};
    }
    const auto found = fields.find("k");
    int k = 0;
    if (found != fields.end())
        std::from_chars(found->second.data(), found->second.data() + found->second.size(), k);
    if (declared.architecture != "topk" || k < 1)
        throw Error("config.yaml says the activation " + declared.architecture
            + " without a k, or one that is not known here.");
    declared.notes.push_back(
        "TopK: latents below 0 among the k largest, which circuit-tracer keeps, count as 0.");
    return TopKActivation{k, false, false};
}

} // namespace

bool recognisesCircuitTracer(const CoderFolder& folder)
{
    const auto files = filesOf(folder);
    const bool one = isAmong(files, folder.chosen());
    if (files.empty() || !(one || folder.chose({"config.yaml"})))
        return false;
    return CoderTensors(folder, one ? folder.chosen() : files.begin()->second)
        .hasAll({"W_enc", "W_dec", "b_enc", "b_dec"});
}

std::vector<std::string> circuitTracerLayers(const CoderFolder& folder)
{
    return namesOf(filesOf(folder));
}

/// f = act(x W_enc^T + b_enc), y = f W_dec + b_dec (+ x W_skip^T):
/// circuit_tracer/transcoder/single_layer_transcoder.py.
SparseCoder readCircuitTracer(const CoderFolder& folder, const std::string& file)
{
    const int layer = layerOf(filesOf(folder), file);
    const CoderTensors tensors(folder, file);
    const TranscoderHooks hooks = transcoderHooks(folder);
    const std::size_t n = tensors.size("b_enc", 1, 0);
    const std::size_t d = tensors.size("b_dec", 1, 0);
    const bool turned = n != d && tensors.shape("W_enc", 2).front() != static_cast<std::int64_t>(n);

    CoderDeclaration declared;
    declared.format = "circuit-tracer transcoder";
    declared.model = hooks.model;
    declared.other = hooks.fields;
    if (!hooks.note.empty())
        declared.notes.push_back(hooks.note);
    if (turned)
        declared.notes.push_back("W_enc is stored as [d, n] rather than [n, d].");
    if (n == d)
        declared.notes.push_back("It has as many latents as its input has numbers, so that W_enc's "
                                 "shape does not tell its axes; they are taken as [n, d].");

    PlainCoder plain;
    plain.encoder = tensors.matrix("W_enc", n, d, Stored::Either);
    plain.encoderBias = tensors.vector("b_enc", n);
    plain.decoder = tensors.matrix("W_dec", n, d, Stored::LatentsFirst);
    plain.decoderBias = tensors.vector("b_dec", d);
    SparseCoder coder = coderOf(std::move(plain), activationOf(tensors, n, hooks.fields, declared));
    coder.inputs.front().point = hooks.readsAt(layer);
    coder.outputs.front().point = hooks.writesAt(layer);
    if (tensors.has("W_skip"))
        coder.outputs.front().skip = tensors.matrix("W_skip", d, d, Stored::LatentsLast);
    coder.declared = std::move(declared);
    return coder;
}

} // namespace microtome
