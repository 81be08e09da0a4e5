#include "tests/fakepass.h"

#include "tests/fakeformulas.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace microtome {

namespace {

std::string blockName(int layer)
{
    return "blocks." + std::to_string(layer) + ".";
}

void add(FakeValue& to, const FakeValue& what)
{
    for (std::size_t i = 0; i < to.cells.size(); ++i)
        to.cells[i] += what.cells[i];
}

} // namespace

FakePass::FakePass(const Architecture& a, const FakeWeights& weights, FakeSequence sequence,
    const Edits& edits, const std::set<Site>& keep)
    : m_a(a)
    , m_weights(weights)
    , m_sequence(std::move(sequence))
    , m_edits(activeEdits(edits))
    , m_tokens(m_sequence.ids.size())
{
    for (const Site& site : keep)
        m_keep.insert(site.whole());
    m_keep.insert({Point::Logits, {}, {}});
    std::set<Site> frozen;
    for (const Edit& e : m_edits) {
        checkFakeEdit(a, e);
        if (e.operation == Operation::Freeze)
            frozen.insert(e.site.whole());
    }
    if (!frozen.empty())
        m_clean = std::move(FakePass(a, weights, m_sequence, {}, frozen).m_values);

    FakeValue resid = embedded();
    for (int l = 0; l < a.layers; ++l)
        block(resid, l);
    if (a.finalNorm)
        resid = norm(resid, "ln_final", Point::LnFinalScale, {}, true);
    FakeValue logits = make(static_cast<std::size_t>(a.outputs()));
    for (std::size_t t = 0; t < m_tokens; ++t) {
        const auto bias = weight("unembed.b_U").row(0);
        std::copy(bias.begin(), bias.end(), &logits.at(t, 0));
        multiply(&resid.at(t, 0), resid.columns, weight("unembed.W_U"), 0, &logits.at(t, 0));
    }
    pass({Point::Logits, {}, {}}, logits);
}

const FakeValue& FakePass::value(const Site& site) const
{
    const auto found = m_values.find(site);
    if (found == m_values.end())
        throw Error(site.text() + " was not kept in this pass.");
    return found->second;
}

FakeValue FakePass::make(std::size_t rows, std::size_t columns) const
{
    return {rows, columns, std::vector<double>(rows * columns)};
}

void FakePass::edit(const Site& site, FakeValue& value, const FakeValue* blockInput) const
{
    for (const Edit& e : m_edits) {
        if (e.site.point != site.point || e.site.layer != site.layer)
            continue;
        const auto clean = m_clean.find(site);
        applyFakeEdit(m_a, e, m_sequence, value, clean == m_clean.end() ? nullptr : &clean->second,
            blockInput);
    }
}

void FakePass::pass(const Site& site, FakeValue& value, const FakeValue* blockInput)
{
    edit(site, value, blockInput);
    if (m_keep.contains(site))
        m_values[site] = value;
}

bool FakePass::isEditedOrKept(const Site& site) const
{
    return m_keep.contains(site) || std::any_of(m_edits.begin(), m_edits.end(), [&](const Edit& e) {
        return e.site.whole() == site;
    });
}

FakeValue FakePass::embedded()
{
    FakeValue tokens = make(1);
    for (std::size_t t = 0; t < m_tokens; ++t)
        tokens.at(t, 0) = m_sequence.ids[t];
    pass({Point::Tokens, {}, {}}, tokens);

    const auto width = static_cast<std::size_t>(m_a.dModel);
    FakeValue embed = make(width);
    for (std::size_t t = 0; t < m_tokens; ++t) {
        const double id = std::round(tokens.at(t, 0));
        if (!(id >= 0 && id < m_a.vocabulary))
            throw Error("An edit of hook_tokens gives an id outside the vocabulary.");
        const auto row = weight("embed.W_E").row(static_cast<std::size_t>(id));
        std::copy(row.begin(), row.end(), &embed.at(t, 0));
    }
    pass({Point::Embed, {}, {}}, embed);
    if (m_a.positions != Positions::Learned)
        return embed;

    FakeValue positions = make(width);
    for (std::size_t t = 0; t < m_tokens; ++t) {
        const auto row = weight("pos_embed.W_pos").row(t);
        std::copy(row.begin(), row.end(), &positions.at(t, 0));
    }
    pass({Point::PosEmbed, {}, {}}, positions);
    add(embed, positions);
    return embed;
}

FakeValue FakePass::norm(
    const FakeValue& x, const std::string& name, Point scalePoint, Layer layer, bool keep)
{
    if (m_a.norm == Norm::None)
        return x;
    const auto normalizedPoint = static_cast<Point>(static_cast<int>(scalePoint) + 1);
    const auto n = static_cast<double>(x.columns);
    FakeValue centred = x;
    FakeValue scale = make(1);
    for (std::size_t t = 0; t < m_tokens; ++t) {
        double mean = 0;
        if (m_a.norm == Norm::LayerNorm)
            for (std::size_t i = 0; i < x.columns; ++i)
                mean += x.at(t, i) / n;
        double square = 0;
        for (std::size_t i = 0; i < x.columns; ++i) {
            centred.at(t, i) -= mean;
            square += centred.at(t, i) * centred.at(t, i) / n;
        }
        scale.at(t, 0) = std::sqrt(square + static_cast<double>(m_a.normEpsilon));
    }
    keep ? pass({scalePoint, layer, {}}, scale) : edit({scalePoint, layer, {}}, scale);
    for (std::size_t t = 0; t < m_tokens; ++t)
        for (std::size_t i = 0; i < x.columns; ++i)
            centred.at(t, i) /= scale.at(t, 0);
    keep ? pass({normalizedPoint, layer, {}}, centred)
         : edit({normalizedPoint, layer, {}}, centred);
    for (std::size_t t = 0; t < m_tokens; ++t)
        for (std::size_t i = 0; i < x.columns; ++i) {
            centred.at(t, i) *= static_cast<double>(weight(name + ".w")(0, i));
            if (m_a.norm == Norm::LayerNorm)
                centred.at(t, i) += static_cast<double>(weight(name + ".b")(0, i));
        }
    return centred;
}

FakeValue FakePass::copies(
    const FakeValue& source, std::size_t heads, std::size_t sourceHeads) const
{
    const std::size_t width = source.columns / sourceHeads;
    FakeValue out = make(heads * width);
    for (std::size_t t = 0; t < m_tokens; ++t)
        for (std::size_t h = 0; h < heads; ++h)
            for (std::size_t i = 0; i < width; ++i)
                out.at(t, h * width + i) = source.at(t, (sourceHeads == 1 ? 0 : h) * width + i);
    return out;
}

FakeValue FakePass::project(const FakeValue& input, std::size_t inputHeads, const std::string& part,
    std::size_t heads, int layer) const
{
    const auto d = static_cast<std::size_t>(m_a.dModel);
    const auto dHead = static_cast<std::size_t>(m_a.dHead);
    const Matrix& w = weight(blockName(layer) + "attn.W_" + part);
    const Matrix& b = weight(blockName(layer) + "attn.b_" + part);
    FakeValue out = make(heads * dHead);
    for (std::size_t t = 0; t < m_tokens; ++t)
        for (std::size_t h = 0; h < heads; ++h) {
            double* const o = &out.at(t, h * dHead);
            std::copy(b.row(h).begin(), b.row(h).end(), o);
            multiply(
                &input.cells[t * input.columns + (inputHeads == 1 ? 0 : h * d)], d, w, h * d, o);
        }
    return out;
}

FakeValue FakePass::rotated(const FakeValue& x, std::size_t heads) const
{
    const auto dHead = static_cast<std::size_t>(m_a.dHead);
    const int pairs = m_a.rotaryDims / 2;
    FakeValue out = x;
    for (std::size_t t = 0; t < m_tokens; ++t)
        for (std::size_t h = 0; h < heads; ++h)
            for (int i = 0; i < pairs; ++i) {
                const double angle = static_cast<double>(t) * ropeFrequency(m_a, i);
                const auto first
                    = h * dHead + static_cast<std::size_t>(m_a.rotaryAdjacent ? 2 * i : i);
                const auto second
                    = first + static_cast<std::size_t>(m_a.rotaryAdjacent ? 1 : pairs);
                const double u = x.at(t, first);
                const double v = x.at(t, second);
                out.at(t, first) = u * std::cos(angle) - v * std::sin(angle);
                out.at(t, second) = v * std::cos(angle) + u * std::sin(angle);
            }
    return out;
}

FakeValue FakePass::attention(const FakeValue& residPre, int layer)
{
    const Layer l(layer);
    const auto site = [&](Point p) { return Site{p, l, {}}; };
    const auto heads = static_cast<std::size_t>(m_a.heads);
    const auto kvHeads = static_cast<std::size_t>(m_a.kvHeads);
    const auto dHead = static_cast<std::size_t>(m_a.dHead);
    const std::string ln1 = blockName(layer) + "ln1";

    // Each of q, k, v reads its own copies of the residual stream only where that can matter.
    const FakeValue shared = norm(residPre, ln1, Point::Ln1Scale, l, true);
    FakeValue copied;
    if (isEditedOrKept(site(Point::AttnIn))) {
        copied = copies(residPre, heads, 1);
        pass(site(Point::AttnIn), copied);
    }
    const bool fromCopies = !copied.cells.empty() && heads == kvHeads;
    const auto input = [&](Point point, std::size_t count, const std::string& part) {
        if (!isEditedOrKept(site(point)) && !fromCopies)
            return project(shared, 1, part, count, layer);
        FakeValue own = fromCopies ? copied : copies(residPre, count, 1);
        pass(site(point), own);
        const auto d = static_cast<std::size_t>(m_a.dModel);
        FakeValue normed = make(count * d);
        for (std::size_t h = 0; h < count; ++h) {
            FakeValue one = make(d);
            for (std::size_t t = 0; t < m_tokens; ++t)
                std::copy_n(&own.at(t, h * d), d, &one.at(t, 0));
            one = norm(one, ln1, Point::Ln1Scale, l, false);
            for (std::size_t t = 0; t < m_tokens; ++t)
                std::copy_n(&one.at(t, 0), d, &normed.at(t, h * d));
        }
        return project(normed, count, part, count, layer);
    };
    FakeValue q = input(Point::QInput, heads, "Q");
    FakeValue k = input(Point::KInput, kvHeads, "K");
    FakeValue v = input(Point::VInput, kvHeads, "V");
    pass(site(Point::Q), q);
    pass(site(Point::K), k);
    pass(site(Point::V), v);
    if (m_a.positions == Positions::Rotary) {
        q = rotated(q, heads);
        k = rotated(k, kvHeads);
        pass(site(Point::RotQ), q);
        pass(site(Point::RotK), k);
    }

    FakeValue scores = make(heads * m_tokens, m_tokens);
    const double scale = m_a.attentionScale / (m_a.scaleByInverseLayer ? layer + 1 : 1);
    for (std::size_t h = 0; h < heads; ++h)
        for (std::size_t i = 0; i < m_tokens; ++i)
            for (std::size_t j = 0; j < m_tokens; ++j) {
                double dot = 0;
                if (j <= i)
                    for (std::size_t e = 0; e < dHead; ++e)
                        dot += q.at(i, h * dHead + e) * k.at(j, h * kvHeads / heads * dHead + e);
                scores.at(h * m_tokens + i, j)
                    = j <= i ? dot * scale : -std::numeric_limits<double>::infinity();
            }
    pass(site(Point::AttnScores), scores);

    FakeValue pattern = scores;
    for (std::size_t r = 0; r < pattern.rows; ++r) {
        double* const row = &pattern.at(r, 0);
        const double highest = *std::max_element(row, row + m_tokens);
        double sum = 0;
        for (std::size_t j = 0; j < m_tokens; ++j)
            sum += row[j] = std::isfinite(highest) ? std::exp(row[j] - highest) : 0;
        for (std::size_t j = 0; j < m_tokens && sum > 0; ++j)
            row[j] /= sum;
    }
    pass(site(Point::Pattern), pattern);

    FakeValue z = make(heads * dHead);
    for (std::size_t h = 0; h < heads; ++h)
        for (std::size_t i = 0; i < m_tokens; ++i)
            for (std::size_t j = 0; j <= i; ++j)
                for (std::size_t e = 0; e < dHead; ++e)
                    z.at(i, h * dHead + e) += pattern.at(h * m_tokens + i, j)
                        * v.at(j, h * kvHeads / heads * dHead + e);
    pass(site(Point::Z), z);

    const auto d = static_cast<std::size_t>(m_a.dModel);
    const Matrix& wo = weight(blockName(layer) + "attn.W_O");
    FakeValue result = make(heads * d);
    for (std::size_t t = 0; t < m_tokens; ++t)
        for (std::size_t h = 0; h < heads; ++h)
            multiply(&z.at(t, h * dHead), dHead, wo, h * dHead, &result.at(t, h * d));
    pass(site(Point::Result), result);

    FakeValue out = make(d);
    for (std::size_t t = 0; t < m_tokens; ++t)
        for (std::size_t i = 0; i < d; ++i) {
            out.at(t, i) = static_cast<double>(weight(blockName(layer) + "attn.b_O")(0, i));
            for (std::size_t h = 0; h < heads; ++h)
                out.at(t, i) += result.at(t, h * d + i);
        }
    pass(site(Point::AttnOut), out);
    return out;
}

FakeValue FakePass::mlp(const FakeValue& input, int layer)
{
    const Layer l(layer);
    const std::string name = blockName(layer) + "mlp.";
    const auto width = static_cast<std::size_t>(m_a.dMlp);
    const auto d = static_cast<std::size_t>(m_a.dModel);
    FakeValue in = input;
    pass({Point::MlpIn, l, {}}, in);
    const FakeValue x = norm(in, blockName(layer) + "ln2", Point::Ln2Scale, l, true);
    const Matrix& bIn = weight(name + "b_in");

    FakeValue pre = make(width);
    for (std::size_t t = 0; t < m_tokens; ++t) {
        if (!m_a.gatedMlp)
            std::copy(bIn.row(0).begin(), bIn.row(0).end(), &pre.at(t, 0));
        multiply(&x.cells[t * d], d, weight(name + (m_a.gatedMlp ? "W_gate" : "W_in")), 0,
            &pre.at(t, 0));
    }
    pass({Point::MlpPre, l, {}}, pre);
    FakeValue post = pre;
    for (double& value : post.cells)
        value = activated(m_a.activation, value);
    if (m_a.gatedMlp) {
        FakeValue linear = make(width);
        for (std::size_t t = 0; t < m_tokens; ++t)
            multiply(&x.cells[t * d], d, weight(name + "W_in"), 0, &linear.at(t, 0));
        pass({Point::MlpPreLinear, l, {}}, linear);
        for (std::size_t t = 0; t < m_tokens; ++t)
            for (std::size_t i = 0; i < width; ++i)
                post.at(t, i) = post.at(t, i) * linear.at(t, i) + static_cast<double>(bIn(0, i));
    }
    pass({Point::MlpPost, l, {}}, post);

    FakeValue out = make(d);
    for (std::size_t t = 0; t < m_tokens; ++t) {
        const auto bias = weight(name + "b_out").row(0);
        std::copy(bias.begin(), bias.end(), &out.at(t, 0));
        multiply(&post.at(t, 0), width, weight(name + "W_out"), 0, &out.at(t, 0));
    }
    pass({Point::MlpOut, l, {}}, out);
    return out;
}

void FakePass::block(FakeValue& resid, int layer)
{
    const Layer l(layer);
    pass({Point::ResidPre, l, {}}, resid);
    const FakeValue residPre = resid;
    add(resid, attention(residPre, layer));
    if (!m_a.attentionOnly() && m_a.parallelResidual) {
        add(resid, mlp(residPre, layer));
    } else if (!m_a.attentionOnly()) {
        pass({Point::ResidMid, l, {}}, resid);
        add(resid, mlp(resid, layer));
    }
    pass({Point::ResidPost, l, {}}, resid, &residPre);
}

} // namespace microtome
