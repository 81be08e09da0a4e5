#include "core/features/load/modeldiff.h"

#include "core/features/load/coderfields.h"
#include "core/features/load/codertensors.h"
#include "core/features/load/torchweights.h"

#include <nlohmann/json.hpp>

namespace microtome {

namespace {

/// "X_cfg.json" of "X.pt", or cfg.json.
std::string descriptionOf(const CoderFolder& folder, const std::string& file)
{
    const std::string own = file.substr(0, file.rfind('.')) + "_cfg.json";
    return folder.has(own) ? own : folder.has("cfg.json") ? "cfg.json" : "";
}

void declare(const CoderFolder& folder, const std::string& file, SparseCoder& coder)
{
    CoderDeclaration& declared = coder.declared;
    declared.format = "crosscoder of models";
    declared.architecture = "ReLU";
    std::string point;
    const std::string description = descriptionOf(folder, file);
    if (!description.empty() && describes(folder, description, {})) {
        const auto& config = folder.json(description);
        keepFields(declared, config);
        declared.model = textField(config, "model_name").value_or("");
        point = textField(config, "hook_point").value_or("");
    }
    for (std::size_t i = 0; i < coder.inputs.size(); ++i)
        coder.inputs[i].point = coder.outputs[i].point
            = point + " of model " + std::to_string(i + 1);
    declared.scaleMissing = true;
    declared.notes.push_back("Each model's activations were multiplied by sqrt(d) / mean norm in "
                             "training; these scales are not in its file and must be measured.");
    if (point.empty())
        declared.notes.push_back("Its files do not say where in the models it reads.");
}

} // namespace

bool recognisesModelDiff(const CoderFolder& folder)
{
    const auto tensors = torchTensorsOf(folder);
    return tensors && tensors->hasAll({"W_enc", "W_dec", "b_enc", "b_dec"})
        && tensors->at("W_enc").shape().size() == 3;
}

/// f = relu(sum over m of x_m W_enc[m] + b_enc), y_m = f W_dec[:, m] + b_dec[m].
SparseCoder readModelDiff(const CoderFolder& folder)
{
    const CoderTensors tensors(folder, torchWeightsOf(folder));
    const std::size_t models = tensors.size("W_enc", 3, 0);
    const std::size_t d = tensors.size("W_enc", 3, 1);
    const std::size_t n = tensors.size("b_enc", 1, 0);
    const Matrix biases = tensors.matrix("b_dec", models, d, Stored::LatentsFirst);
    SparseCoder coder;
    coder.activation = ReluActivation{};
    coder.bias = tensors.vector("b_enc", n);
    for (std::size_t m = 0; m < models; ++m) {
        CoderInput input;
        input.norm.kind = InputNorm::Kind::Scale;
        input.encoder = tensors.transposedSlice("W_enc", 0, m, n, d);
        coder.inputs.push_back(std::move(input));
        CoderOutput output;
        output.decoder = tensors.slice("W_dec", 1, m, n, d);
        output.bias.assign(biases.row(m).begin(), biases.row(m).end());
        output.scaledBack = true;
        coder.outputs.push_back(std::move(output));
    }
    declare(folder, tensors.file(), coder);
    return coder;
}

} // namespace microtome
