#include "core/features/load/llamascopiumset.h"

#include "core/features/load/coderfields.h"
#include "core/features/load/llamascopium.h"
#include "core/text/clip.h"
#include "core/work/error.h"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace microtome {

namespace {

constexpr const char* configuration = "config.json";
constexpr const char* logThreshold = "activation_function.log_jumprelu_threshold";
constexpr std::size_t mostPlaces = 4096;

std::vector<std::string> places(const nlohmann::json& config, const char* name)
{
    std::vector<std::string> points;
    const auto found = config.find(name);
    if (found == config.end() || !found->is_array() || found->empty() || found->size() > mostPlaces)
        throw Error(std::string(name) + " in config.json is no list of places.");
    for (const auto& point : *found) {
        if (!point.is_string())
            throw Error(std::string(name) + " in config.json holds what is no name of a place.");
        points.push_back(point.get<std::string>());
    }
    return points;
}

std::vector<float> rowOf(const CoderTensors& tensors, const std::string& name, std::size_t rows,
    std::size_t columns, std::size_t row)
{
    const Matrix all = tensors.matrix(name, rows, columns, Stored::LatentsFirst);
    return {all.row(row).begin(), all.row(row).end()};
}

std::string layerName(std::size_t layer)
{
    return "layer " + std::to_string(layer);
}

/// y_j = sum over i <= j of f_i W_D[j][i] + b_D[j]: part i writes its own share, and b_i with it.
SparseCoder readLayer(const CoderFolder& folder, std::size_t layer)
{
    const auto& config = folder.json(configuration);
    const CoderTensors tensors = llamascopiumTensors(folder);
    const auto reads = places(config, "hook_points_in");
    const auto writes = places(config, "hook_points_out");
    const std::size_t n = tensors.size("W_E", 3, 2);
    const std::size_t d = tensors.size("W_E", 3, 1);
    if (reads.size() != writes.size() || tensors.size("W_E", 3, 0) != reads.size())
        throw Error("config.json names " + std::to_string(reads.size()) + " places, but W_E has "
            + std::to_string(tensors.size("W_E", 3, 0)) + " layers.");

    LlamascopiumLayer made;
    CoderInput input;
    input.point = reads[layer];
    input.encoder = tensors.transposedSlice("W_E", 0, layer, n, d);
    made.coder.inputs.push_back(std::move(input));
    made.coder.bias = rowOf(tensors, "b_E", reads.size(), n, layer);
    for (std::size_t to = layer; to < writes.size(); ++to) {
        CoderOutput output;
        output.point = writes[to];
        output.decoder = tensors.slice("W_D." + std::to_string(to), 0, layer, n, d);
        if (to == layer)
            output.bias = tensors.vectorIfThere("b_D." + std::to_string(to), d);
        made.coder.outputs.push_back(std::move(output));
    }
    if (tensors.has(logThreshold))
        made.logThreshold = rowOf(tensors, logThreshold, reads.size(), n, layer);
    SparseCoder coder = finishLlamascopium(std::move(made), config, tensors);
    coder.declared.notes.push_back(
        "It is one layer of a cross-layer transcoder: the output of a layer is the sum of what all "
        "parts up to it write there.");
    return coder;
}

/// f = g(sum over heads of x_h W_E[h] + b_E[h]) and y_h = f W_D[h] + b_D[h]. What g is differs
/// among heads where it is weighed by |W_D[h]|: then `head` alone is written.
SparseCoder readCrosscoder(const CoderFolder& folder, std::optional<std::size_t> head)
{
    const auto& config = folder.json(configuration);
    const CoderTensors tensors = llamascopiumTensors(folder);
    const auto points = places(config, "hook_points");
    const std::size_t heads = points.size();
    const std::size_t n = tensors.size("W_E", 3, 2);
    const std::size_t d = tensors.size("W_E", 3, 1);
    const Matrix biases = tensors.matrix("b_E", heads, n, Stored::LatentsFirst);
    LlamascopiumLayer made;
    made.coder.bias.assign(n, 0);
    for (std::size_t h = 0; h < heads; ++h) {
        CoderInput input;
        input.point = points[h];
        input.encoder = tensors.transposedSlice("W_E", 0, h, n, d);
        made.coder.inputs.push_back(std::move(input));
        for (std::size_t i = 0; i < n; ++i)
            made.coder.bias[i] += biases(h, i);
        if (head && h != *head)
            continue;
        CoderOutput output;
        output.point = points[h];
        output.decoder = tensors.slice("W_D", 0, h, n, d);
        output.bias = rowOf(tensors, "b_D", heads, d, h);
        made.coder.outputs.push_back(std::move(output));
    }
    if (tensors.has(logThreshold))
        made.logThreshold = tensors.vector(logThreshold, n);
    SparseCoder coder = finishLlamascopium(std::move(made), config, tensors);
    if (head)
        coder.declared.notes.push_back("Each place of this crosscoder gates latents by its own "
                                       "decoder: this part writes one place.");
    return coder;
}

} // namespace

bool recognisesLlamascopiumSet(const CoderFolder& folder)
{
    if (!describesLlamascopium(folder))
        return false;
    const std::string type = llamascopiumType(folder.json(configuration));
    return type == "clt" || type == "crosscoder";
}

std::vector<std::string> llamascopiumParts(const CoderFolder& folder)
{
    const auto& config = folder.json(configuration);
    if (llamascopiumType(config) == "crosscoder") {
        if (textField(config, "act_fn") == "relu")
            return {"crosscoder"};
        return places(config, "hook_points");
    }
    std::vector<std::string> parts;
    for (std::size_t i = 0; i < places(config, "hook_points_in").size(); ++i)
        parts.push_back(layerName(i));
    return parts;
}

SparseCoder readLlamascopiumPart(const CoderFolder& folder, const std::string& part)
{
    const auto parts = llamascopiumParts(folder);
    const auto index
        = static_cast<std::size_t>(std::find(parts.begin(), parts.end(), part) - parts.begin());
    if (index == parts.size())
        throw Error("There is no " + text::clip(part) + " in this set.");
    const auto& config = folder.json(configuration);
    if (llamascopiumType(config) == "clt")
        return readLayer(folder, index);
    return readCrosscoder(
        folder, textField(config, "act_fn") == "relu" ? std::nullopt : std::optional(index));
}

} // namespace microtome
