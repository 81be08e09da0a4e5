#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace microtome::nn {

/// A tensor of a model that does not exist yet: its name and shape in the file, and how it begins.
struct NewTensor {
    enum class Start { Zero, One, Normal, Residual };

    std::string name;
    std::vector<std::int64_t> shape;
    Start start = Start::Normal; ///< Residual: what writes into the residual stream
};

/// All tensors of a model with this config.json (Hugging Face's, or TransformerLens's names with
/// `n_layers`, `d_model`, ...). Throws Error with a sentence when it cannot be built.
std::vector<NewTensor> layoutOf(const nlohmann::json& config);

/// Whether a tensor is a table of learned positions, [context, dModel].
bool isPositions(const std::string& name);

/// Whether weight decay acts on a tensor unless all is decayed: on matrices, not on norms, biases
/// and embeddings.
bool isDecayed(const std::string& name, std::size_t axes);

} // namespace microtome::nn
