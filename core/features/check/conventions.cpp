#include "core/features/check/conventions.h"

#include <charconv>
#include <cmath>
#include <numeric>

namespace microtome {

namespace {

Matrix transposed(const Matrix& m)
{
    std::vector<float> values;
    values.reserve(m.size());
    for (std::size_t c = 0; c < m.columns(); ++c)
        for (std::size_t r = 0; r < m.rows(); ++r)
            values.push_back(m(r, c));
    return {m.columns(), m.rows(), std::move(values)};
}

bool square(const Matrix& m)
{
    return !m.empty() && m.rows() == m.columns();
}

template <class Function> Matrix mapped(const Matrix& m, Function function)
{
    std::vector<float> values;
    values.reserve(m.size());
    for (std::size_t r = 0; r < m.rows(); ++r)
        function(m.row(r), values);
    return {m.rows(), m.columns(), std::move(values)};
}

Matrix centredRows(const Matrix& m)
{
    return mapped(m, [](std::span<const float> row, std::vector<float>& made) {
        const double mean
            = std::accumulate(row.begin(), row.end(), 0.0) / static_cast<double>(row.size());
        for (const float x : row)
            made.push_back(static_cast<float>(x - mean));
    });
}

bool isResidual(Point point)
{
    return point == Point::ResidPre || point == Point::ResidMid || point == Point::ResidPost;
}

/// Makes the conventions of a coder with one input and one output.
class Maker {
public:
    Maker(const Model& model, const PlacedCoders& coders, const Readings& readings)
        : m_model(model)
        , m_coder(coders.coder(0))
        , m_place(coders.reader(0).place())
        , m_readings(readings)
    {
    }

    std::vector<Convention> all()
    {
        bias();
        matrices();
        norm();
        activation();
        centred();
        gain();
        return std::move(m_all);
    }

private:
    CoderInput& input(Convention& made) { return made.coder.inputs.front(); }
    CoderOutput& output(Convention& made) { return made.coder.outputs.front(); }
    const CoderInput& input() const { return m_coder.inputs.front(); }
    const CoderOutput& output() const { return m_coder.outputs.front(); }
    const Matrix& tokens() const { return m_readings.inputs.front().front(); }

    Convention& add(std::string how)
    {
        return m_all.emplace_back(Convention{std::move(how), m_coder, m_readings});
    }

    bool sameSpace() const { return m_place.reads.front() == m_place.writes.front(); }

    void bias()
    {
        if (!input().subtracted.empty())
            input(add("without subtracting a bias before the encoder")).subtracted.clear();
        else if (sameSpace() && !output().bias.empty())
            input(add("with its decoder bias subtracted before the encoder")).subtracted
                = output().bias;
    }

    void matrices()
    {
        if (square(input().encoder)) {
            auto& made = input(add("with its encoder transposed"));
            made.encoder = transposed(made.encoder);
        }
        if (square(output().decoder)) {
            auto& made = output(add("with its decoder transposed"));
            made.decoder = transposed(made.decoder);
        }
        if (square(output().skip)) {
            auto& made = output(add("with its skip connection transposed"));
            made.skip = transposed(made.skip);
        }
    }

    void norm()
    {
        const auto with = [&](const char* how, const InputNorm& norm) {
            Convention& made = add(how);
            input(made).norm = norm;
            output(made).scaledBack = sameSpace() && norm.kind != InputNorm::Kind::None;
        };
        if (input().norm.kind != InputNorm::Kind::None) {
            with("without scaling its input", {});
            return;
        }
        InputNorm scale{InputNorm::Kind::Scale};
        scale.scale = static_cast<float>(measuredScale(tokens()));
        with("with its input scaled to a mean norm of sqrt(d)", scale);
        with("with each token scaled to a norm of sqrt(d)", {InputNorm::Kind::PerToken});
        with("with each token normed as by LayerNorm", {InputNorm::Kind::LayerNorm});
    }

    /// A TopK dictionary whose file calls it a standard one.
    void activation()
    {
        const auto found = m_coder.declared.other.find("k");
        if (found == m_coder.declared.other.end()
            || !std::holds_alternative<ReluActivation>(m_coder.activation))
            return;
        int k = 0;
        const std::string& text = found->second;
        std::from_chars(text.data(), text.data() + text.size(), k);
        if (k > 0 && static_cast<std::size_t>(k) <= m_coder.latents())
            add("keeping only the " + text + " largest latents").coder.activation
                = TopKActivation{k};
    }

    void centred()
    {
        const CoderSite& place = m_place.reads.front();
        if (m_model.architecture().norm != Norm::LayerNorm || place.centred
            || !isResidual(place.site.point))
            return;
        Convention& made
            = add("with the residual stream centred, as TransformerLens has it by default");
        Matrix& x = made.readings.inputs.front().front();
        x = centredRows(x);
        if (isResidual(m_place.writes.front().site.point))
            made.readings.targets.front() = centredRows(made.readings.targets.front());
    }

    void gain()
    {
        const CoderSite& place = m_place.reads.front();
        if (place.site.point != Point::Ln1Normalized && place.site.point != Point::Ln2Normalized)
            return;
        const std::string name = "blocks." + std::to_string(place.site.layer.value())
            + (place.site.point == Point::Ln1Normalized ? ".ln1." : ".ln2.");
        const Matrix w = m_model.weight(name + "w");
        const Matrix b = m_model.weight(name + "b");
        Convention& made = add(place.afterGain ? "reading what the norm gives before its gain"
                                               : "reading what the norm gives after its gain");
        Matrix& x = made.readings.inputs.front().front();
        x = mapped(x, [&](std::span<const float> row, std::vector<float>& values) {
            for (std::size_t i = 0; i < row.size(); ++i)
                values.push_back(
                    place.afterGain ? (row[i] - b(0, i)) / w(0, i) : row[i] * w(0, i) + b(0, i));
        });
    }

    const Model& m_model;
    const SparseCoder& m_coder;
    const CoderPlace& m_place;
    const Readings& m_readings;
    std::vector<Convention> m_all;
};

} // namespace

std::vector<Convention> otherConventions(
    const Model& model, const PlacedCoders& one, const Readings& readings)
{
    const bool plain
        = one.count() == 1 && one.coder(0).inputs.size() == 1 && one.coder(0).outputs.size() == 1;
    return plain ? Maker(model, one, readings).all() : std::vector<Convention>();
}

double measuredScale(const Matrix& tokens)
{
    double sum = 0;
    for (std::size_t t = 0; t < tokens.rows(); ++t) {
        const auto row = tokens.row(t);
        sum += std::sqrt(std::inner_product(row.begin(), row.end(), row.begin(), 0.0));
    }
    return std::sqrt(static_cast<double>(tokens.columns())) * static_cast<double>(tokens.rows())
        / sum;
}

} // namespace microtome
