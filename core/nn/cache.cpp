#include "core/nn/cache.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>

namespace microtome::nn {

KvCache::KvCache(int layers, bool keep, std::int64_t capacity)
    : m_keep(keep)
    , m_capacity(capacity)
    , m_keys(static_cast<std::size_t>(layers))
    , m_values(static_cast<std::size_t>(layers))
{
}

KvCache::KvCache(const KvCache& before, bool keep)
    : m_keep(keep)
    , m_keys(before.m_keys)
    , m_values(before.m_values)
{
}

at::Tensor KvCache::extended(
    at::Tensor& stored, std::int64_t from, const at::Tensor& added) const
{
    if (m_capacity > 0) {
        if (!stored.defined())
            stored = at::empty({added.size(0), m_capacity, added.size(2)}, added.options());
        stored.narrow(1, from, added.size(1)).copy_(added);
        return stored.narrow(1, 0, from + added.size(1));
    }
    at::Tensor all = from == 0 ? added : at::cat({stored.narrow(1, 0, from), added}, 1);
    if (m_keep)
        stored = all;
    return all;
}

std::pair<at::Tensor, at::Tensor> KvCache::extend(
    int layer, std::int64_t from, const at::Tensor& keys, const at::Tensor& values)
{
    const auto l = static_cast<std::size_t>(layer);
    return {extended(m_keys[l], from, keys), extended(m_values[l], from, values)};
}

std::size_t KvCache::bytes() const
{
    std::size_t sum = 0;
    for (const auto* list : {&m_keys, &m_values})
        for (const at::Tensor& t : *list)
            sum += t.defined() ? t.nbytes() : 0;
    return sum;
}

} // namespace microtome::nn
