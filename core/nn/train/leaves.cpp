#include "core/nn/train/leaves.h"

#include "core/nn/load.h"
#include "core/nn/train/random.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace microtome::nn {

Leaves::Leaves(std::vector<Shape> shapes, bool decayAll, at::Device device)
    : m_device(device)
{
    const auto decays
        = [&](const Shape& s) { return decayAll || isDecayed(s.name, s.shape.size()); };
    std::stable_partition(shapes.begin(), shapes.end(), decays);
    std::int64_t count = 0;
    for (const Shape& s : shapes) {
        std::int64_t size = 1;
        for (const auto axis : s.shape)
            size *= axis;
        m_leaves.push_back({s.name, s.shape, count, size, {}});
        count += size;
        if (decays(s))
            m_decayed = count;
    }
    m_weights = at::zeros({count}, at::TensorOptions().dtype(at::kFloat).device(device));
    m_gradients = at::zeros_like(m_weights);
    for (Leaf& leaf : m_leaves) {
        leaf.weight = m_weights.narrow(0, leaf.begin, leaf.count).view(leaf.shape).detach();
        leaf.weight.requires_grad_(true);
        leaf.weight.mutable_grad()
            = m_gradients.narrow(0, leaf.begin, leaf.count).view(leaf.shape).detach();
    }
}

namespace {

void putWaves(const std::vector<std::int64_t>& shape, double amplitude, float* out)
{
    const std::int64_t context = shape[0];
    const std::int64_t width = shape[1];
    const double slowest = std::max(static_cast<double>(context) / 8, 1.0);
    for (std::int64_t p = 0; p < context; ++p)
        for (std::int64_t i = 0; i < width; ++i) {
            const auto pair = static_cast<double>(i / 2 * 2) / static_cast<double>(width);
            const double angle = static_cast<double>(p) / std::pow(slowest, pair);
            *out++
                = static_cast<float>(amplitude * (i % 2 == 0 ? std::sin(angle) : std::cos(angle)));
        }
}

/// Writers have as many outputs as the stream is wide, all other matrices as many inputs.
double deviationOf(const NewTensor& t, const FreshWeights& how, std::int64_t width)
{
    if (how.gain <= 0 || !isDecayed(t.name, t.shape.size())) // embeddings
        return how.deviation;
    if (t.start != NewTensor::Start::Residual)
        return how.gain / std::sqrt(static_cast<double>(width));
    std::int64_t size = 1;
    for (const std::int64_t axis : t.shape)
        size *= axis;
    return how.writers / std::sqrt(static_cast<double>(size) / static_cast<double>(width));
}

} // namespace

Leaves Leaves::fresh(const std::vector<NewTensor>& layout, int layers, const FreshWeights& how,
    std::uint64_t seed, bool decayAll, at::Device device)
{
    std::vector<Shape> shapes;
    for (const NewTensor& t : layout)
        shapes.push_back({t.name, t.shape});
    Leaves leaves(std::move(shapes), decayAll, device);
    at::Tensor values = at::zeros({leaves.count()}, at::TensorOptions().dtype(at::kFloat));
    float* out = values.data_ptr<float>();
    const std::int64_t width = layout.front().shape.back(); // of the embedding
    for (const Leaf& leaf : leaves.m_leaves) {
        const auto found = std::find_if(
            layout.begin(), layout.end(), [&](const NewTensor& t) { return t.name == leaf.name; });
        if (found->start == NewTensor::Start::Zero)
            continue;
        if (how.waves > 0 && isPositions(leaf.name)) {
            putWaves(leaf.shape, how.waves, out + leaf.begin);
            continue;
        }
        TrainRandom random(seed, streamOf(leaf.name));
        const bool writes = found->start == NewTensor::Start::Residual;
        const double scale
            = deviationOf(*found, how, width) / (writes ? std::sqrt(2.0 * layers) : 1.0);
        for (std::int64_t i = 0; i < leaf.count; ++i)
            out[leaf.begin + i] = found->start == NewTensor::Start::One
                ? 1.0f
                : static_cast<float>(scale * random.normal());
    }
    leaves.m_weights.copy_(values);
    return leaves;
}

Leaves Leaves::of(Weights& files, const nlohmann::json& config, bool decayAll, at::Device device)
{
    std::vector<Shape> shapes;
    {
        const at::NoGradGuard guard;
        loadDecoder(config, files, at::kFloat, at::kCPU); // finds out which tensors are used
    }
    const auto unused = files.unused();
    for (const auto& name : files.names())
        if (std::find(unused.begin(), unused.end(), name) == unused.end() && !files.isIgnored(name))
            shapes.push_back({name, files.shape(name)});
    Leaves leaves(std::move(shapes), decayAll, device);
    const at::NoGradGuard guard;
    for (Leaf& leaf : leaves.m_leaves)
        leaf.weight.copy_(files.get(leaf.name).to(at::kFloat));
    return leaves;
}

LoadedDecoder Leaves::decoder(const nlohmann::json& config) const
{
    std::map<std::string, at::Tensor> tensors;
    for (const Leaf& leaf : m_leaves)
        tensors[leaf.name] = leaf.weight;
    Weights weights = Weights::of(std::move(tensors));
    return loadDecoder(config, weights, at::kFloat, m_device);
}

} // namespace microtome::nn
