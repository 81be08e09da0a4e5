#include "core/model/architecture.h"

#include "core/work/error.h"

#include <cmath>

namespace microtome {

bool Architecture::has(Point point) const
{
    switch (point) {
    case Point::PosEmbed:
        return positions == Positions::Learned;
    case Point::Ln1Scale:
    case Point::Ln1Normalized:
        return norm != Norm::None;
    case Point::Ln2Scale:
    case Point::Ln2Normalized:
        return norm != Norm::None && !attentionOnly();
    case Point::LnFinalScale:
    case Point::LnFinalNormalized:
        return norm != Norm::None && finalNorm;
    case Point::AttnIn:
        return heads == kvHeads; // otherwise its copies would not be one for each key and value
    case Point::RotQ:
    case Point::RotK:
        return positions == Positions::Rotary;
    case Point::ResidMid:
        return !attentionOnly() && !parallelResidual;
    case Point::MlpIn:
    case Point::MlpPre:
    case Point::MlpPost:
    case Point::MlpOut:
        return !attentionOnly();
    case Point::MlpPreLinear:
        return !attentionOnly() && gatedMlp;
    default:
        return true;
    }
}

std::vector<Site> Architecture::sites() const
{
    std::vector<Site> all;
    const auto add = [&](Point point, Layer layer) {
        if (has(point))
            all.push_back({point, layer, {}});
    };
    for (int p = 0; p < pointCount; ++p) {
        const auto point = static_cast<Point>(p);
        if (point == Point::ResidPre) {
            for (int l = 0; l < layers; ++l)
                for (int q = p; isLayered(static_cast<Point>(q)); ++q)
                    add(static_cast<Point>(q), Layer(l));
        } else if (!isLayered(point)) {
            add(point, {});
        }
    }
    return all;
}

int Architecture::headsAt(Point point) const
{
    return !isPerHead(point) ? 1 : isKvHead(point) ? kvHeads : heads;
}

int Architecture::widthAt(Point point) const
{
    switch (point) {
    case Point::Tokens:
    case Point::Ln1Scale:
    case Point::Ln2Scale:
    case Point::LnFinalScale:
        return 1;
    case Point::Q:
    case Point::K:
    case Point::V:
    case Point::RotQ:
    case Point::RotK:
    case Point::Z:
        return dHead;
    case Point::MlpPre:
    case Point::MlpPreLinear:
    case Point::MlpPost:
        return dMlp;
    case Point::Logits:
        return outputs();
    default:
        return dModel;
    }
}

std::vector<std::int64_t> Architecture::shape(const Site& site, std::int64_t tokens) const
{
    const std::int64_t headCount = headsAt(site.point);
    const bool axis = isPerHead(site.point) && !site.head.valid();
    if (site.point == Point::AttnScores || site.point == Point::Pattern)
        return axis ? std::vector<std::int64_t> {headCount, tokens, tokens}
                    : std::vector<std::int64_t> {tokens, tokens};
    if (site.point == Point::Tokens)
        return {tokens};
    if (axis)
        return {tokens, headCount, widthAt(site.point)};
    return {tokens, widthAt(site.point)};
}

void Architecture::check(const Site& site) const
{
    if (!has(site.point))
        throw Error(site.name() + " does not exist in this model (" + family + ").");
    if (isLayered(site.point) && (site.layer.value() < 0 || site.layer.value() >= layers))
        throw Error(site.name() + " does not exist: the model has layers 0 to "
            + std::to_string(layers - 1) + ".");
    if (site.layer.valid() && !isLayered(site.point))
        throw Error(site.name() + " has no layers.");
    if (site.head.valid() && !isPerHead(site.point))
        throw Error(site.name() + " has no heads.");
    if (site.head.value() >= headsAt(site.point))
        throw Error(site.text() + " does not exist: heads there are 0 to "
            + std::to_string(headsAt(site.point) - 1) + ".");
}

void Architecture::validate() const
{
    const auto need = [](bool good, const std::string& what) {
        if (!good)
            throw Error("The model's configuration makes no sense: " + what + ".");
    };
    const auto within = [&](int value, int low, int high, const char* name) {
        need(value >= low && value <= high,
            std::string(name) + " is " + std::to_string(value) + ", expected "
                + std::to_string(low) + " to " + std::to_string(high));
    };
    within(layers, 1, 4096, "the number of layers");
    within(heads, 1, 4096, "the number of heads");
    within(kvHeads, 1, heads, "the number of key/value heads");
    within(dModel, 1, 1 << 20, "the model's width");
    within(dHead, 1, 1 << 16, "the heads' width");
    within(dMlp, 0, 1 << 22, "the MLP's width");
    within(vocabulary, 1, 1 << 24, "the vocabulary");
    within(vocabularyOut, 0, 1 << 24, "the width of the logits");
    within(context, 1, 1 << 24, "the context length");
    need(heads % kvHeads == 0, "the heads cannot be shared out to the key/value heads");
    need(std::isfinite(attentionScale), "the scale of the attention is out of range");
    need(normEpsilon >= 0 && normEpsilon < 1, "the norm's epsilon is out of range");
    if (positions == Positions::Rotary) {
        within(rotaryDims, 2, dHead, "the number of rotated dimensions");
        need(rotaryDims % 2 == 0, "the number of rotated dimensions is odd");
        need(ropeTheta >= 1 && std::isfinite(ropeTheta), "the rotary base is out of range");
        need(ropeFactor > 1e-3 && std::isfinite(ropeFactor), "the rotary factor is out of range");
        if (ropeScaling == RopeScaling::Llama3)
            need(ropeOriginalContext > 0 && ropeLowFrequency > 0
                    && ropeHighFrequency > ropeLowFrequency,
                "the bands of its rotary scaling are out of order");
    }
}

} // namespace microtome
