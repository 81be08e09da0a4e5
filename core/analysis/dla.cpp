#include "core/analysis/dla.h"

#include "core/work/error.h"

#include <algorithm>
#include <cmath>
#include <map>

namespace microtome {

namespace {

using Kind = DlaComponent::Kind;
using Vector = std::vector<double>;

std::string blockName(int layer)
{
    return "blocks." + std::to_string(layer) + ".";
}

Vector row(const Matrix& m, std::size_t i)
{
    return {m.row(i).begin(), m.row(i).end()};
}

double dot(const Vector& a, const Vector& b)
{
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += a[i] * b[i];
    return sum;
}

void subtract(Vector& from, const Vector& what)
{
    for (std::size_t i = 0; i < from.size(); ++i)
        from[i] -= what[i];
}

/// Mean over `ids` of something per id; 0 for none.
template <class Get> double meanOver(const std::vector<TokenId>& ids, Get get)
{
    double sum = 0;
    for (const TokenId id : ids)
        sum += static_cast<double>(get(static_cast<std::size_t>(id)));
    return ids.empty() ? 0 : sum / static_cast<double>(ids.size());
}

/// One attribution in the making: the captured values at the position, and the direction.
class Attribution {
public:
    Attribution(Model& model, const Subject& subject, const DlaRequest& request)
        : m_model(model)
        , m_subject(subject)
        , m_a(model.architecture())
    {
        m_dla.ids = subject.prompt.ids;
        m_dla.answers = request.answers;
        m_dla.wrongs = request.wrongs;
        m_dla.position = subject.resolve(request.position);
        m_dla.neuronLayer = request.neurons;
        if (request.answers.empty())
            throw Error("Direct logit attribution needs an answer: choose a token.");
        for (const auto* ids : {&request.answers, &request.wrongs})
            for (const TokenId id : *ids)
                if (id < 0 || id >= m_a.outputs())
                    throw Error("Token id " + std::to_string(id) + " is not in the vocabulary of "
                        + std::to_string(m_a.outputs()) + ".");
        if (request.neurons.valid())
            m_a.check({Point::MlpPost, request.neurons, {}});
    }

    Dla compute(const Progress& progress)
    {
        capture(progress.part(0, 0.7));
        findDirection();
        embeddings();
        for (int l = 0; l < m_a.layers; ++l) {
            progress.step(0.7 + 0.3 * l / m_a.layers, "attribution");
            layer(l);
        }
        biases();
        neurons();
        finish();
        return std::move(m_dla);
    }

private:
    bool hasNorm() const { return m_a.has(Point::LnFinalScale); }

    const Vector& at(Point point, int l = -1) const
    {
        return m_rows.at({point, l < 0 ? Layer() : Layer(l), {}});
    }

    void capture(const Progress& progress)
    {
        std::vector<Site> sites{{Point::Embed, {}, {}}};
        if (m_a.has(Point::PosEmbed))
            sites.push_back({Point::PosEmbed, {}, {}});
        for (int l = 0; l < m_a.layers; ++l) {
            sites.push_back({Point::Z, Layer(l), {}});
            if (m_a.has(Point::MlpOut))
                sites.push_back({Point::MlpOut, Layer(l), {}});
            if (!activeEdits(m_subject.edits).empty())
                sites.push_back({Point::ResidPost, Layer(l), {}});
        }
        if (m_dla.neuronLayer.valid())
            sites.push_back({Point::MlpPost, m_dla.neuronLayer, {}});
        if (hasNorm())
            sites.push_back({Point::LnFinalScale, {}, {}});
        const auto position = static_cast<std::size_t>(m_dla.position.value());
        captureEach(
            m_model, m_subject, sites,
            [&](const Site& site, const Matrix& value) { m_rows[site] = row(value, position); },
            progress);

        RunRequest request = m_subject.request({{Point::Logits, {}, {}}});
        request.logitPositions = {m_dla.position};
        const Matrix logits = m_model.run(request).at({Point::Logits, {}, {}});
        const auto logit = [&](std::size_t id) { return logits(0, id); };
        m_dla.actual = meanOver(m_dla.answers, logit) - meanOver(m_dla.wrongs, logit);
    }

    /// w with DLA(c) = c · w: γ ⊙ u, centred for LayerNorm (that centres c), divided by σ.
    void findDirection()
    {
        const auto d = static_cast<std::size_t>(m_a.dModel);
        m_u.assign(d, 0);
        const auto addMean = [&](const std::vector<TokenId>& ids, double sign) {
            if (ids.empty())
                return;
            const Matrix rows = m_model.unembedding(ids);
            for (std::size_t r = 0; r < rows.rows(); ++r)
                for (std::size_t i = 0; i < d; ++i)
                    m_u[i] += sign * static_cast<double>(rows(r, i))
                        / static_cast<double>(rows.rows());
        };
        addMean(m_dla.answers, 1);
        addMean(m_dla.wrongs, -1);
        m_w = m_u;
        if (!hasNorm())
            return;
        m_dla.finalScale = at(Point::LnFinalScale)[0];
        const Matrix gain = m_model.weight("ln_final.w");
        double mean = 0;
        for (std::size_t i = 0; i < d; ++i) {
            m_w[i] *= static_cast<double>(gain(0, i));
            mean += m_w[i] / static_cast<double>(d);
        }
        for (double& w : m_w)
            w = (w - (m_a.norm == Norm::LayerNorm ? mean : 0)) / m_dla.finalScale;
    }

    double add(Kind kind, int layer, int index, const Vector& c)
    {
        const double value = dot(c, m_w);
        m_dla.components.push_back(
            {kind, layer < 0 ? Layer() : Layer(layer), index, value, std::sqrt(dot(c, c))});
        return value;
    }

    void embeddings()
    {
        m_residual = at(Point::Embed);
        double total = add(Kind::Embed, -1, -1, m_residual);
        if (m_a.has(Point::PosEmbed)) {
            const Vector& positions = at(Point::PosEmbed);
            total += add(Kind::PosEmbed, -1, -1, positions);
            for (std::size_t i = 0; i < m_residual.size(); ++i)
                m_residual[i] += positions[i];
        }
        m_steps.push_back({total, 0});
    }

    void layer(int l)
    {
        const auto d = static_cast<std::size_t>(m_a.dModel);
        const auto dHead = static_cast<std::size_t>(m_a.dHead);
        const Vector& z = at(Point::Z, l);
        Vector unexplained;
        if (const auto after = m_rows.find({Point::ResidPost, Layer(l), {}});
            after != m_rows.end()) {
            unexplained = after->second;
            subtract(unexplained, m_residual);
            m_residual = after->second;
        }
        const auto put = [&](Kind kind, int index, const Vector& c) {
            if (!unexplained.empty())
                subtract(unexplained, c);
            return add(kind, l, index, c);
        };
        double attention = 0;
        for (int h = 0; h < m_a.heads; ++h) {
            const Matrix wo = m_model.weight(blockName(l) + "attn.W_O", Head(h));
            Vector c(d);
            for (std::size_t e = 0; e < dHead; ++e)
                for (std::size_t i = 0; i < d; ++i)
                    c[i] += z[static_cast<std::size_t>(h) * dHead + e]
                        * static_cast<double>(wo(e, i));
            attention += put(Kind::AttnHead, h, c);
        }
        attention += put(Kind::AttnBias, -1, row(m_model.weight(blockName(l) + "attn.b_O"), 0));
        const double mlp = m_a.has(Point::MlpOut) ? put(Kind::Mlp, -1, at(Point::MlpOut, l)) : 0;
        if (!unexplained.empty())
            attention += add(Kind::Edited, l, -1, unexplained);
        m_steps.push_back({attention, mlp});
    }

    void biases()
    {
        if (hasNorm() && m_a.norm == Norm::LayerNorm)
            m_constant += constant(Kind::NormBias, dot(row(m_model.weight("ln_final.b"), 0), m_u));
        const Matrix bias = m_model.weight("unembed.b_U");
        const auto of = [&](std::size_t id) { return bias(0, id); };
        m_constant += constant(
            Kind::UnembedBias, meanOver(m_dla.answers, of) - meanOver(m_dla.wrongs, of));
    }

    double constant(Kind kind, double value)
    {
        m_dla.components.push_back({kind, {}, -1, value, 0});
        return value;
    }

    void neurons()
    {
        if (!m_dla.neuronLayer.valid())
            return;
        const int l = m_dla.neuronLayer.value();
        const Matrix out = m_model.weight(blockName(l) + "mlp.W_out");
        const Vector& activations = at(Point::MlpPost, l);
        for (std::size_t i = 0; i < activations.size(); ++i) {
            const Vector w = row(out, i);
            m_dla.neurons.push_back({Kind::Neuron, Layer(l), static_cast<int>(i),
                activations[i] * dot(w, m_w), std::abs(activations[i]) * std::sqrt(dot(w, w))});
        }
        const Vector bias = row(m_model.weight(blockName(l) + "mlp.b_out"), 0);
        m_dla.neurons.push_back(
            {Kind::MlpBias, Layer(l), -1, dot(bias, m_w), std::sqrt(dot(bias, bias))});
    }

    void finish()
    {
        double reached = m_constant;
        std::vector<float> steps;
        for (const auto& [attention, mlp] : m_steps) {
            reached += attention + mlp;
            for (const double value : {attention, mlp, reached})
                steps.push_back(static_cast<float>(value));
        }
        m_dla.accumulated = Matrix(m_steps.size(), 3, std::move(steps));
        for (const DlaComponent& c : m_dla.components)
            m_dla.sum += c.value;
        m_dla.remainder = m_dla.actual - m_dla.sum;
        const Edits edits = activeEdits(m_subject.edits);
        const auto late = std::find_if(edits.begin(), edits.end(), [](const Edit& e) {
            return e.site.point == Point::LnFinalNormalized || e.site.point == Point::Logits;
        });
        if (late != edits.end())
            m_dla.remark = "The edit of " + late->site.name()
                + " acts after the residual stream: what it does stands in the remainder.";
        else if (std::abs(m_dla.remainder) > 1e-3 * std::max(1.0, std::abs(m_dla.actual)))
            m_dla.remark = "The remainder is larger than rounding explains.";
    }

    Model& m_model;
    const Subject& m_subject;
    const Architecture& m_a;
    Dla m_dla;
    std::map<Site, Vector> m_rows;
    Vector m_u;
    Vector m_w;
    Vector m_residual; ///< up to the layer at hand
    std::vector<std::pair<double, double>> m_steps;
    double m_constant = 0;
};

} // namespace

std::string DlaComponent::name() const
{
    const std::string l = std::to_string(layer.value());
    switch (kind) {
    case Kind::Embed:
        return "embed";
    case Kind::PosEmbed:
        return "pos_embed";
    case Kind::AttnHead:
        return "L" + l + "H" + std::to_string(index);
    case Kind::AttnBias:
        return "b_O " + l;
    case Kind::Mlp:
        return "mlp " + l;
    case Kind::Edited:
        return "edits " + l;
    case Kind::NormBias:
        return "ln_final.b";
    case Kind::UnembedBias:
        return "unembed.b_U";
    case Kind::Neuron:
        return "neuron " + l + "." + std::to_string(index);
    case Kind::MlpBias:
        return "b_out " + l;
    }
    return {};
}

Dla directLogitAttribution(
    Model& model, const Subject& subject, const DlaRequest& request, const Progress& progress)
{
    Dla dla = Attribution(model, subject, request).compute(progress);
    progress.step(1);
    return dla;
}

} // namespace microtome
