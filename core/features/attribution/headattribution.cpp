#include "core/features/attribution/headattribution.h"

#include <cmath>
#include <numeric>

namespace microtome {

namespace {

/// The part of a row that head h's z meets: row[h], or W_O[h] row.
std::vector<double> seenBy(const AttentionLayer& layer, std::size_t h, const LinearReading& reading)
{
    const std::size_t width = layer.headWidth();
    if (layer.out.empty()) {
        const auto begin = reading.row.begin() + static_cast<std::ptrdiff_t>(h * width);
        return {begin, begin + static_cast<std::ptrdiff_t>(width)};
    }
    std::vector<double> seen(width);
    for (std::size_t e = 0; e < width; ++e) {
        const auto out = layer.out[h].row(e);
        seen[e] = std::inner_product(reading.row.begin(), reading.row.end(), out.begin(), 0.0);
    }
    return seen;
}

void check(const AttentionLayer& layer, const LinearReading& reading, Position at,
    std::span<const float> read)
{
    const auto heads = static_cast<std::size_t>(std::max(layer.heads, 0));
    const std::size_t tokens = layer.tokens();
    if (layer.heads < 1 || layer.kvHeads < 1 || layer.heads % layer.kvHeads != 0)
        throw Error("An attention layer's heads must be divided evenly among its key and value "
                    "heads.");
    if (tokens == 0 || layer.pattern.rows() != heads * tokens || layer.values.rows() != tokens
        || layer.values.columns() % static_cast<std::size_t>(layer.kvHeads) != 0)
        throw Error("The attention pattern and the values are not those of the same tokens.");
    if (!at.valid() || static_cast<std::size_t>(at.value()) >= tokens)
        throw Error("The prompt has no token " + std::to_string(at.value()) + ".");
    bool fits = layer.out.empty() ? reading.row.size() == heads * layer.headWidth()
                                  : layer.out.size() == heads;
    for (const Matrix& out : layer.out)
        fits = fits && out.rows() == layer.headWidth() && out.columns() == reading.row.size();
    fits = fits && (layer.outBias.empty() || layer.outBias.size() == reading.row.size());
    if (!fits || read.size() != reading.row.size())
        throw Error("The dictionary does not read this attention layer: their widths differ.");
}

} // namespace

std::size_t AttentionLayer::headWidth() const
{
    return values.columns() / static_cast<std::size_t>(kvHeads);
}

std::vector<Site> attentionSites(Layer layer)
{
    return {{Point::Pattern, layer, {}}, {Point::V, layer, {}}};
}

AttentionLayer attentionLayer(const Model& model, const Trace& trace, Layer layer, Point reads)
{
    if (reads != Point::AttnOut && reads != Point::Z)
        throw Error("Heads and source tokens are told apart only for dictionaries that read an "
                    "attention layer's output or its heads (hook_attn_out, hook_z).");
    const Architecture& a = model.architecture();
    AttentionLayer made;
    made.pattern = trace.at({Point::Pattern, layer, {}});
    made.values = trace.at({Point::V, layer, {}});
    made.heads = a.heads;
    made.kvHeads = a.kvHeads;
    if (reads == Point::Z)
        return made;
    const std::string block = "blocks." + std::to_string(layer.value()) + ".attn.";
    for (int h = 0; h < a.heads; ++h)
        made.out.push_back(model.weight(block + "W_O", Head(h)));
    const Matrix bias = model.weight(block + "b_O");
    made.outBias.assign(bias.values().begin(), bias.values().end());
    return made;
}

HeadAttribution headAttribution(const AttentionLayer& layer, const LinearReading& reading,
    Position at, std::span<const float> read)
{
    check(layer, reading, at, read);
    const auto heads = static_cast<std::size_t>(layer.heads);
    const std::size_t group = heads / static_cast<std::size_t>(layer.kvHeads);
    const std::size_t tokens = layer.tokens();
    const std::size_t width = layer.headWidth();
    HeadAttribution made;
    made.byHead.resize(heads);
    made.bySource.resize(tokens);
    std::vector<float> contributions;
    for (std::size_t h = 0; h < heads; ++h) {
        const auto seen = seenBy(layer, h, reading);
        const auto pattern = layer.pattern.row(h * tokens + static_cast<std::size_t>(at.value()));
        for (std::size_t source = 0; source < tokens; ++source) {
            const auto value = layer.values.row(source).subspan(h / group * width, width);
            const double c = static_cast<double>(pattern[source])
                * std::inner_product(seen.begin(), seen.end(), value.begin(), 0.0);
            contributions.push_back(static_cast<float>(c));
            made.byHead[h] += c;
            made.bySource[source] += c;
        }
    }
    made.contributions = {heads, tokens, std::move(contributions)};
    double whole = 0;
    for (const double head : made.byHead) {
        made.sum += head;
        whole += std::abs(head);
    }
    for (const double head : made.byHead)
        made.headShares.push_back(whole > 0 ? std::abs(head) / whole : 0);
    made.constant = std::inner_product(
        layer.outBias.begin(), layer.outBias.end(), reading.row.begin(), reading.constant);
    made.actual
        = std::inner_product(read.begin(), read.end(), reading.row.begin(), reading.constant);
    made.remainder = made.actual - made.sum - made.constant;
    return made;
}

} // namespace microtome
