#pragma once

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <utility>
#include <vector>

namespace microtome::nn {

/// Keys (rotated) and values of one sequence, for each layer [kvHeads, positions, dHead].
class KvCache {
public:
    KvCache() = default;

    /// `keep`: new keys and values are kept for later. `capacity` > 0: in buffers of that many
    /// positions that grow in place (generation).
    KvCache(int layers, bool keep, std::int64_t capacity = 0);

    /// Continues from the keys and values of another cache, which stays as it is.
    KvCache(const KvCache& before, bool keep);

    /// Puts the keys and values of positions from `from` on behind those before it, and returns those
    /// of all positions.
    std::pair<at::Tensor, at::Tensor> extend(
        int layer, std::int64_t from, const at::Tensor& keys, const at::Tensor& values);

    const at::Tensor& keys(int layer) const { return m_keys[static_cast<std::size_t>(layer)]; }
    const at::Tensor& values(int layer) const { return m_values[static_cast<std::size_t>(layer)]; }
    std::size_t bytes() const;

private:
    at::Tensor extended(at::Tensor& stored, std::int64_t from, const at::Tensor& added) const;

    bool m_keep = false;
    std::int64_t m_capacity = 0;
    std::vector<at::Tensor> m_keys;
    std::vector<at::Tensor> m_values;
};

} // namespace microtome::nn
