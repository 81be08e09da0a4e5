#include "core/nn/load.h"

#include "core/nn/families.h"
#include "core/nn/toy.h"

#include <nlohmann/json.hpp>

namespace microtome::nn {

LoadedDecoder loadDecoder(
    const nlohmann::json& config, Weights& weights, at::ScalarType dtype, at::Device device)
{
    return hasTransformerLensNames(weights) ? loadTransformerLens(config, weights, dtype, device)
                                            : loadFamily(config, weights, dtype, device);
}

} // namespace microtome::nn
