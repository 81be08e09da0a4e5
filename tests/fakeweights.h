#pragma once

#include "core/model/architecture.h"
#include "core/model/matrix.h"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace microtome {

/// A weight with the shape TransformerLens gives it; `values` has the last axis as columns.
struct FakeTensor {
    std::vector<std::int64_t> shape;
    Matrix values;
};

/// All weights of a decoder under TransformerLens's names: `embed.W_E` [vocabulary, dModel],
/// `pos_embed.W_pos` [context, dModel], `blocks.0.attn.W_Q` [heads, dModel, dHead], `b_Q` [heads,
/// dHead], `W_K` [kvHeads, dModel, dHead], `W_O` [heads, dHead, dModel], `mlp.W_in` [dModel, dMlp],
/// `W_gate`, `W_out` [dMlp, dModel], `ln1.w`, `unembed.W_U` [dModel, vocabulary], ... (In
/// TransformerLens's own state dictionary of a grouped-query model the four key/value tensors are
/// called `_W_K`, `_b_K`,
/// `_W_V`, `_b_V`.)
using FakeWeights = std::map<std::string, FakeTensor>;

/// Names and shapes of all weights of an architecture. RMS norms have no `b`.
std::map<std::string, std::vector<std::int64_t>> weightShapes(const Architecture&);

/// Random weights, exact in float32: W ~ N(0, 1/rows), biases ~ N(0, 0.1²), gains ~ N(1, 0.1²).
/// With a tied head, W_U is the transpose of W_E.
FakeWeights randomWeights(const Architecture&, std::uint64_t seed);

/// Zeros everywhere, ones for gains; the weights in `given` instead where it has them. Throws Error
/// when a given weight has another name or shape than the architecture wants.
FakeWeights weightsFrom(const Architecture&, const FakeWeights& given);

/// A stream of numbers that is the same on every machine (SplitMix64).
class FakeRandom {
public:
    explicit FakeRandom(std::uint64_t seed)
        : m_state(seed)
    {
    }

    std::uint64_t next();
    double uniform(); ///< [0, 1)
    double normal(); ///< N(0, 1)
    int below(int n); ///< 0 ... n - 1
    bool chance(double p) { return uniform() < p; }

private:
    std::uint64_t m_state;
};

} // namespace microtome
