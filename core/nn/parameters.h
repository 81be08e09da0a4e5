#pragma once

#include "core/model/architecture.h"
#include "core/nn/product.h"

#include <ATen/core/Tensor.h>

#include <string>
#include <vector>

namespace microtome::nn {

/// Gain and bias of a norm, [dModel] each; undefined where the model has none.
struct NormWeights {
    at::Tensor gain;
    at::Tensor bias;
};

/// How a fused product's output holds queries, keys and values.
enum class Fusion {
    None,    ///< three products
    Thirds,  ///< all queries, then all keys, then all values (GPT-2)
    PerHead, ///< for each head its query, key and value (GPT-NeoX)
};

struct BlockWeights {
    NormWeights ln1;
    NormWeights ln2;
    Fusion fusion = Fusion::None;
    Product qkv; ///< fused
    Product q;
    Product k;
    Product v;
    Product o;
    Product gate; ///< gated MLPs
    Product in;
    Product out;
    at::Tensor postBias; ///< [dMlp], added to a gated MLP's hook_post (TransformerLens's b_in)
};

/// All weights of a decoder, as the computation uses them.
struct Parameters {
    at::Tensor embed; ///< [vocabulary, dModel], as stored
    at::Tensor positions; ///< [context, dModel], as stored; undefined without learned positions
    std::vector<BlockWeights> blocks;
    NormWeights finalNorm;
    Product unembed; ///< [vocabulary, dModel]

    at::ScalarType dtype = at::kFloat;
    at::Device device = at::kCPU;
    std::int64_t count = 0; ///< numbers in all weights that are used, tied ones once
};

/// A decoder read from files: what it is and what it weighs.
struct LoadedDecoder {
    Architecture architecture;
    Parameters parameters;
};

} // namespace microtome::nn
