#pragma once

#include "core/nn/parameters.h"
#include "core/nn/train/freshweights.h"
#include "core/nn/train/layout.h"
#include "core/nn/weights.h"

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <string>
#include <vector>

namespace microtome::nn {

/// The weights of a model that is being trained: float32 leaves under the file's names and shapes,
/// all in one stretch of memory, with their gradients in another of the same order. Those that
/// decay stand first.
class Leaves {
public:
    struct Leaf {
        std::string name;
        std::vector<std::int64_t> shape;
        std::int64_t begin = 0; ///< in the stretch
        std::int64_t count = 0;
        at::Tensor weight; ///< with its gradient
    };

    /// Fresh weights, gains 1, biases 0. Each tensor has a stream of random numbers of its own.
    static Leaves fresh(const std::vector<NewTensor>&, int layers, const FreshWeights&,
        std::uint64_t seed, bool decayAll, at::Device);

    /// Those of files, widened to float32. Buffers that no weight is are left out.
    static Leaves of(Weights&, const nlohmann::json& config, bool decayAll, at::Device);

    const std::vector<Leaf>& all() const { return m_leaves; }
    const at::Tensor& weights() const { return m_weights; } ///< [count]
    const at::Tensor& gradients() const { return m_gradients; } ///< [count]
    std::int64_t count() const { return m_weights.size(0); }
    std::int64_t decayed() const { return m_decayed; } ///< the first so many weights decay

    /// The decoder that these weights make; what is computed with it can be differentiated by them.
    LoadedDecoder decoder(const nlohmann::json& config) const;

private:
    struct Shape {
        std::string name;
        std::vector<std::int64_t> shape;
    };
    Leaves(std::vector<Shape>, bool decayAll, at::Device);

    std::vector<Leaf> m_leaves;
    at::Tensor m_weights;
    at::Tensor m_gradients;
    std::int64_t m_decayed = 0;
    at::Device m_device;
};

} // namespace microtome::nn
