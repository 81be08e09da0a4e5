#include "tests/fakeweights.h"

#include <cmath>
#include <numbers>

namespace microtome {

std::uint64_t FakeRandom::next()
{
    m_state += 0x9e3779b97f4a7c15ULL;
    std::uint64_t z = m_state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

double FakeRandom::uniform()
{
    return static_cast<double>(next() >> 11) * 0x1.0p-53;
}

double FakeRandom::normal()
{
    const double radius = std::sqrt(-2 * std::log(1 - uniform()));
    return radius * std::cos(2 * std::numbers::pi * uniform());
}

int FakeRandom::below(int n)
{
    return static_cast<int>(next() % static_cast<std::uint64_t>(n));
}

std::map<std::string, std::vector<std::int64_t>> weightShapes(const Architecture& a)
{
    std::map<std::string, std::vector<std::int64_t>> shapes;
    const auto norm = [&](const std::string& name) {
        if (a.norm == Norm::None)
            return;
        shapes[name + ".w"] = {a.dModel};
        if (a.norm == Norm::LayerNorm)
            shapes[name + ".b"] = {a.dModel};
    };
    shapes["embed.W_E"] = {a.vocabulary, a.dModel};
    if (a.positions == Positions::Learned)
        shapes["pos_embed.W_pos"] = {a.context, a.dModel};
    for (int l = 0; l < a.layers; ++l) {
        const std::string block = "blocks." + std::to_string(l) + ".";
        norm(block + "ln1");
        for (const auto& [part, heads] :
            {std::pair{"Q", a.heads}, std::pair{"K", a.kvHeads}, std::pair{"V", a.kvHeads}}) {
            shapes[block + "attn.W_" + part] = {heads, a.dModel, a.dHead};
            shapes[block + "attn.b_" + part] = {heads, a.dHead};
        }
        shapes[block + "attn.W_O"] = {a.heads, a.dHead, a.dModel};
        shapes[block + "attn.b_O"] = {a.dModel};
        if (a.attentionOnly())
            continue;
        norm(block + "ln2");
        shapes[block + "mlp.W_in"] = {a.dModel, a.dMlp};
        shapes[block + "mlp.b_in"] = {a.dMlp};
        if (a.gatedMlp)
            shapes[block + "mlp.W_gate"] = {a.dModel, a.dMlp};
        shapes[block + "mlp.W_out"] = {a.dMlp, a.dModel};
        shapes[block + "mlp.b_out"] = {a.dModel};
    }
    if (a.finalNorm)
        norm("ln_final");
    shapes["unembed.W_U"] = {a.dModel, a.outputs()};
    shapes["unembed.b_U"] = {a.outputs()};
    return shapes;
}

namespace {

FakeTensor tensor(const std::vector<std::int64_t>& shape, std::vector<float> values)
{
    const auto columns = static_cast<std::size_t>(shape.back());
    const std::size_t rows = values.size() / columns;
    return {shape, Matrix(rows, columns, std::move(values))};
}

std::size_t count(const std::vector<std::int64_t>& shape)
{
    std::int64_t product = 1;
    for (const auto n : shape)
        product *= n;
    return static_cast<std::size_t>(product);
}

bool isGain(const std::string& name)
{
    return name.ends_with(".w");
}

} // namespace

FakeWeights randomWeights(const Architecture& a, std::uint64_t seed)
{
    FakeRandom random(seed);
    FakeWeights weights;
    for (const auto& [name, shape] : weightShapes(a)) {
        const bool gain = isGain(name);
        const bool bias = name.find(".b") != std::string::npos && !gain
            && (shape.size() == 1 || name.find(".b_") != std::string::npos);
        const double fanIn = name == "embed.W_E" || name == "pos_embed.W_pos"
            ? 1
            : static_cast<double>(shape.size() > 1 ? shape[shape.size() - 2] : 1);
        const double spread = gain || bias ? 0.1 : 1 / std::sqrt(fanIn);
        std::vector<float> values(count(shape));
        for (float& v : values)
            v = static_cast<float>((gain ? 1 : 0) + spread * random.normal());
        weights[name] = tensor(shape, std::move(values));
    }
    if (a.tiedHead) {
        const Matrix& e = weights["embed.W_E"].values;
        std::vector<float> transposed(e.size());
        for (std::size_t v = 0; v < e.rows(); ++v)
            for (std::size_t i = 0; i < e.columns(); ++i)
                transposed[i * e.rows() + v] = e(v, i);
        weights["unembed.W_U"] = tensor({a.dModel, a.vocabulary}, std::move(transposed));
    }
    return weights;
}

FakeWeights weightsFrom(const Architecture& a, const FakeWeights& given)
{
    const auto shapes = weightShapes(a);
    for (const auto& [name, value] : given)
        if (const auto known = shapes.find(name);
            known == shapes.end() || known->second != value.shape)
            throw Error("The weight " + name + " does not fit the architecture.");
    FakeWeights weights = given;
    for (const auto& [name, shape] : shapes)
        if (!weights.contains(name))
            weights[name]
                = tensor(shape, std::vector<float>(count(shape), isGain(name) ? 1.f : 0.f));
    return weights;
}

} // namespace microtome
