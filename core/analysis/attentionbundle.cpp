#include "core/analysis/attention.h"
#include "core/analysis/bundle.h"
#include "core/analysis/fields.h"

#include <array>

namespace microtome {

namespace {

constexpr std::array<const char*, 5> kindNames{
    "head", "layer_mean", "model_mean", "rollout", "rollout_no_bos"};

} // namespace

Bundle AttentionMap::toBundle() const
{
    Bundle b;
    b.fields = {{"kind", "attention"}, {"map", kindNames[static_cast<std::size_t>(kind)]},
        {"layer", layer.value()}, {"head", head.value()}, {"ids", ids}};
    b.matrices = {{"weights", weights}};
    if (!valueNorms.empty())
        b.matrices["valueNorms"] = valueNorms;
    return b;
}

AttentionMap AttentionMap::fromBundle(const Bundle& b)
{
    b.expect("attention");
    AttentionMap map;
    const auto name = fieldOf<std::string>(b.fields, "map");
    std::size_t kind = 0;
    while (kind < kindNames.size() && name != kindNames[kind])
        ++kind;
    if (kind == kindNames.size())
        throw Error("The stored attention map is of an unknown kind, \"" + name + "\".");
    map.kind = static_cast<Kind>(kind);
    map.layer = Layer(fieldOf<int>(b.fields, "layer"));
    map.head = microtome::Head(fieldOf<int>(b.fields, "head"));
    map.ids = fieldOf<std::vector<TokenId>>(b.fields, "ids");
    map.weights = b.matrix("weights");
    if (map.weights.rows() != map.ids.size() || map.weights.columns() != map.ids.size())
        throw Error("The stored attention map is damaged: it has the wrong size.");
    if (map.kind == Kind::SingleHead)
        map.valueNorms = b.matrix("valueNorms");
    return map;
}

Bundle AttentionThumbnails::toBundle() const
{
    Bundle b;
    b.fields = {{"kind", "attention_thumbnails"}, {"layer", layer.value()}, {"tokens", tokens},
        {"heads", heads.size()}};
    for (std::size_t h = 0; h < heads.size(); ++h)
        b.matrices["head." + std::to_string(h)] = heads[h];
    return b;
}

AttentionThumbnails AttentionThumbnails::fromBundle(const Bundle& b)
{
    b.expect("attention_thumbnails");
    AttentionThumbnails out;
    out.layer = Layer(fieldOf<int>(b.fields, "layer"));
    out.tokens = fieldOf<int>(b.fields, "tokens");
    for (std::size_t h = 0; h < fieldOf<std::size_t>(b.fields, "heads"); ++h)
        out.heads.push_back(b.matrix("head." + std::to_string(h)));
    return out;
}

} // namespace microtome
