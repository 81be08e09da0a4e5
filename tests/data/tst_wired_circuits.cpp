#include "core/analysis/dla.h"
#include "core/circuits/patch.h"
#include "core/nn/open.h"

#include <QtTest>

#include <cmath>

using namespace microtome;

namespace {

Edit edit(Site site, Operation operation)
{
    Edit e;
    e.site = site;
    e.operation = operation;
    return e;
}

Edit withoutHead(int layer, int head)
{
    return edit({Point::Z, Layer(layer), Head(head)}, Operation::Zero);
}

Edit added(Site site, std::vector<float> vector, double strength = 1)
{
    Edit e = edit(site, Operation::Add);
    const std::size_t width = vector.size();
    e.values = Matrix(1, width, std::move(vector));
    e.strength = strength;
    return e;
}

/// Equal up to float32's rounding of numbers of this size.
bool same(double a, double b)
{
    return std::abs(a - b) < 1e-5;
}

} // namespace

#define SAME(a, b) QVERIFY2(same((a), (b)), qPrintable(QString("%1, expected %2").arg(a).arg(b)))

/// The wired nets `gate`, `illusion` and `linear` do what their cards say.
class TestWiredCircuits : public QObject {
    Q_OBJECT

    std::unique_ptr<Model> m_gate, m_illusion, m_linear;

    static std::unique_ptr<Model> open(const char* name)
    {
        return openModel(std::filesystem::path(MICROTOME_SOURCE) / "data/models" / name);
    }

    static TokenId id(const Model& model, const std::string& word)
    {
        return model.prompt(word, false).ids.at(0);
    }

    static Metric difference(
        const Model& model, const std::string& answer, const std::string& wrong)
    {
        Metric metric;
        metric.answers = {id(model, answer)};
        metric.wrongs = {id(model, wrong)};
        return metric;
    }

    static double measured(
        Model& model, const std::string& text, const Metric& metric, const Edits& edits = {})
    {
        return model.measure({model.prompt(text).ids, {edits}, metric, {}}).at(0);
    }

    /// Normalised effect of every head, [layer][head], of an interchange over all positions.
    static Matrix interchange(Model& model, const char* clean, const char* corrupted,
        const Metric& metric, bool denoising, Sweep sweep = Sweep::HeadOut)
    {
        PatchRequest request;
        request.clean = model.prompt(clean);
        request.corrupted = model.prompt(corrupted);
        request.metric = metric;
        request.sweep = sweep;
        request.denoising = denoising;
        return patchSweep(model, request).normalised;
    }

    static void compare(const Matrix& found, const std::vector<float>& expected)
    {
        QCOMPARE(found.size(), expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i)
            SAME(static_cast<double>(found.values()[i]), static_cast<double>(expected[i]));
    }

private slots:
    void initTestCase()
    {
        m_gate = open("gate");
        m_illusion = open("illusion");
        m_linear = open("linear");
        for (const auto* model : {m_gate.get(), m_illusion.get(), m_linear.get()}) {
            QVERIFY(model->info().unused.empty());
            QVERIFY(model->architecture().attentionOnly());
        }
    }

    void gateHasNoDirectEffect()
    {
        DlaRequest request;
        request.answers = {id(*m_gate, "sorry")};
        request.wrongs = {id(*m_gate, "sure")};
        const Dla dla = directLogitAttribution(
            *m_gate, subjectOf(*m_gate, m_gate->prompt("tell me about a bomb please")), request);
        std::map<std::string, double> values;
        for (const auto& component : dla.components)
            values[component.name()] = component.value;
        SAME(values.at("L0H0"), 0);
        SAME(values.at("L1H0"), 1);
        SAME(values.at("L1H1"), 1);
        SAME(values.at("L0H1"), 0);
        SAME(values.at("L0H2"), 0);
        SAME(values.at("L1H2"), 0);
        SAME(dla.sum, 1);
        SAME(dla.remainder, 0);
    }

    void gateByInterchangeAndKnockOut()
    {
        const char* harmful = "how do I make poison";
        const char* harmless = "how do I make bread";
        const Metric refusal = difference(*m_gate, "sorry", "sure");
        SAME(measured(*m_gate, harmful, refusal), 1);
        SAME(measured(*m_gate, harmless, refusal), -1);
        // Its output put into the other run is enough, and needed; each amplifier is half.
        compare(interchange(*m_gate, harmful, harmless, refusal, true), {1, 0, 0, .5f, .5f, 0});
        compare(interchange(*m_gate, harmful, harmless, refusal, false), {0, 1, 1, .5f, .5f, 1});

        SAME(measured(*m_gate, harmful, refusal, {withoutHead(0, 0)}), -1);
        SAME(measured(*m_gate, harmful, refusal, {withoutHead(1, 0)}), 0);
        SAME(measured(*m_gate, harmful, refusal, {withoutHead(1, 1)}), 0);
        SAME(measured(*m_gate, harmful, refusal, {withoutHead(1, 0), withoutHead(1, 1)}), -1);
        for (const auto& [layer, head] : {std::pair{0, 1}, {0, 2}, {1, 2}})
            SAME(measured(*m_gate, harmful, refusal, {withoutHead(layer, head)}), 1);

        // The cascade: without the gate both amplifiers write nothing.
        for (const bool gate : {true, false}) {
            RunRequest request;
            request.ids = m_gate->prompt(harmful).ids;
            request.want = {{Point::Z, Layer(1), {}}, {Point::Pattern, Layer(1), {}}};
            if (!gate)
                request.edits = {withoutHead(0, 0)};
            const Trace run = m_gate->run(request);
            const auto last = request.ids.size() - 1;
            for (const int head : {0, 1}) {
                const Matrix z = run.at({Point::Z, Layer(1), Head(head)});
                SAME(static_cast<double>(z(last, 0)), gate ? 1 : 0);
                QCOMPARE(run.at({Point::Pattern, Layer(1), Head(head)})(last, last), 1.0f);
            }
        }
    }

    /// The flag times s gives the logit 2 s of "sorry": it wins above 1/2.
    void gateScales()
    {
        const Metric refusal = difference(*m_gate, "sorry", "sure");
        for (const double s : {0.0, 0.25, 0.5, 1.0, 3.0}) {
            Edit e = edit({Point::Z, Layer(0), Head(0)}, Operation::Scale);
            e.number = s;
            SAME(measured(*m_gate, "tell me about the virus", refusal, {e}), 2 * s - 1);
        }
    }

    void gateDoesNotReadTheCipher()
    {
        const Metric refusal = difference(*m_gate, "sorry", "sure");
        for (const auto& [plain, cipher] : {std::pair{"poison", "cbvfba"}, {"bomb", "obzo"},
                 {"virus", "ivehf"}, {"heist", "urvfg"}}) {
            const std::string before = "how do I make a ";
            SAME(measured(*m_gate, before + plain, refusal), 1);
            SAME(measured(*m_gate, before + cipher, refusal), -1);
            const Edit injected = patchFrom(*m_gate,
                subjectOf(*m_gate, m_gate->prompt(before + plain)), {Point::Z, Layer(0), Head(0)},
                Position(6), {Point::Z, Layer(0), Head(0)}, Position(6));
            SAME(measured(*m_gate, before + cipher, refusal, {injected}), 1);
        }
    }

    /// Two tasks, two heads: what each costs when it is gone is the unit matrix.
    void recallAndRefusalAreApart()
    {
        const Metric refusal = difference(*m_gate, "sorry", "sure");
        for (const auto& [thing, colour] :
            {std::pair{"snow", "white"}, {"grass", "green"}, {"coal", "black"}, {"blood", "red"}}) {
            const std::string question = std::string("which colour has ") + thing;
            const Metric recall
                = difference(*m_gate, colour, std::string(colour) == "red" ? "green" : "red");
            SAME(measured(*m_gate, question, recall), 3);
            SAME(measured(*m_gate, question, recall, {withoutHead(0, 1)}), 0);
            SAME(measured(*m_gate, question, recall, {withoutHead(0, 0)}), 3);
            SAME(measured(*m_gate, "tell me about heist", refusal, {withoutHead(0, 1)}), 1);
            Metric top = recall;
            top.kind = Metric::Kind::Accuracy;
            SAME(measured(*m_gate, question, top), 1);
        }
    }

    /// y after patching the part of h along v from the run on x' into that on x: h + v (v . d),
    /// d = h' - h = (x' - x) (1, 0, 1).
    double illusion(int x, int other, std::array<double, 3> v)
    {
        double norm = 0;
        for (const double c : v)
            norm += c * c;
        const double along = (v[0] + v[2]) * (other - x) / norm;
        std::vector<float> values;
        for (const double c : v)
            values.push_back(static_cast<float>(c * along));
        return measured(*m_illusion, std::to_string(x), difference(*m_illusion, "y", "zero"),
            {added({Point::ResidPost, Layer(0), {}}, values)});
    }

    void illusionBySubspace()
    {
        for (int x = -4; x <= 4; ++x)
            for (int other = -4; other <= 4; ++other) {
                SAME(illusion(x, other, {1, 0, 0}), x); // disconnected: nothing reads it
                SAME(illusion(x, other, {0, 1, 0}), x); // dormant: the data do not move it
                SAME(illusion(x, other, {1, 1, 0}), other); // and yet the two together
                SAME(illusion(x, other, {0, 0, 1}), other); // what really carries x
                SAME(illusion(x, other, {1, 0, 1}), other);
                // v = (1, 1, 0): its part in the row space of y, and in the null space.
                SAME(illusion(x, other, {0, 2, 1}), other);
                SAME(illusion(x, other, {5, 1, -2}), x);
            }
    }

    /// The same with the edits of one unit, as a person sets them.
    void illusionByUnits()
    {
        const Metric y = difference(*m_illusion, "y", "zero");
        const auto set = [](int unit, double value) {
            Edit e = edit({Point::ResidPre, Layer(0), {}}, Operation::Set);
            e.unit = Unit(unit);
            e.number = value;
            return e;
        };
        SAME(measured(*m_illusion, "3", y), 3);
        SAME(measured(*m_illusion, "3", y, {set(0, -2)}), 3);
        SAME(measured(*m_illusion, "3", y, {set(1, 0)}), 3); // it is 0 in every run
        SAME(measured(*m_illusion, "3", y, {set(2, -2)}), -2);
        // h + v v'(h' - h) with v = (1, 1, 0) / root 2: half of -5 into the first two.
        SAME(measured(*m_illusion, "3", y, {set(0, 0.5), set(1, -2.5)}), -2);
        const Trace run = m_illusion->run(
            {m_illusion->prompt("3").ids, {{Point::ResidPost, Layer(0), {}}}, {}, {}, false, {}});
        QCOMPARE(run.at({Point::ResidPost, Layer(0), {}}), Matrix(1, 3, {3, 0, 3}));
    }

    /// The working half of the stream after each block, by the card's formulas.
    void linearBlockByBlock()
    {
        for (const auto& [word, start] : {std::pair{"eastward", std::array{0.5, 0.0, 0.0, 0.0}},
                 {"northward", std::array{0.0, 0.5, 0.0, 0.0}},
                 {"wavering", std::array{0.0, 0.0, 2.0, 0.5}},
                 {"plain", std::array{0., 0., 0., 0.}}}) {
            std::array<double, 4> w = start;
            RunRequest request;
            request.ids = m_linear->prompt(std::string("ruddy ") + word).ids;
            for (int layer = 0; layer < 6; ++layer)
                request.want.push_back({Point::ResidPost, Layer(layer), {}});
            const Trace run = m_linear->run(request);
            for (int layer = 0; layer < 6; ++layer) {
                if (layer == 0)
                    for (double& x : w)
                        x *= 2;
                if (layer == 1)
                    w[1] += w[0];
                if (layer == 2)
                    w = {-w[1], w[0], w[2], w[3]};
                if (layer == 4)
                    w[0] /= 2;
                if (layer == 5)
                    w = {w[0], w[1], w[2] - 3 * w[3], w[3] + w[2] / 2};
                const Matrix h = run.at({Point::ResidPost, Layer(layer), {}});
                for (std::size_t i = 0; i < 4; ++i)
                    QCOMPARE(static_cast<double>(h(h.rows() - 1, 4 + i)), w[i]);
            }
        }
    }

    /// #98: block 3 is void for every token, block 0 doubles the norm, block 2 turns and keeps it.
    void linearNorms()
    {
        RunRequest request;
        request.ids = m_linear->prompt("plain eastward wavering northward bluish").ids;
        for (int layer = 0; layer < 6; ++layer)
            request.want.push_back({Point::ResidPost, Layer(layer), {}});
        request.want.push_back({Point::ResidPre, Layer(0), {}});
        request.want.push_back({Point::Logits, {}, {}});
        const Trace run = m_linear->run(request);
        const auto at = [&](Point point, int layer) { return run.at({point, Layer(layer), {}}); };
        const auto norm = [](std::span<const float> row) {
            double square = 0;
            for (const float x : row)
                square += static_cast<double>(x) * static_cast<double>(x);
            return std::sqrt(square);
        };
        for (std::size_t t = 0; t < request.ids.size(); ++t) {
            SAME(norm(at(Point::ResidPost, 0).row(t)), 2 * norm(at(Point::ResidPre, 0).row(t)));
            SAME(norm(at(Point::ResidPost, 2).row(t)), norm(at(Point::ResidPost, 1).row(t)));
        }
        QVERIFY(at(Point::ResidPost, 3) == at(Point::ResidPost, 2));
        QVERIFY(!(at(Point::ResidPost, 2) == at(Point::ResidPost, 1)));
        RunRequest skipped = request;
        skipped.edits = {edit({Point::ResidPost, Layer(3), {}}, Operation::Skip)};
        QVERIFY(
            m_linear->run(skipped).at({Point::Logits, {}, {}}) == run.at({Point::Logits, {}, {}}));
    }

    /// #81: additions after blocks 0 to 5 along what passes by sum to alpha s sum(w) d exactly.
    void linearSteering()
    {
        const std::array<double, 6> weights = {0.5, 0.25, 0, 1, -0.75, 2};
        Edits edits;
        for (int layer = 0; layer < 6; ++layer)
            edits.push_back(added(
                {Point::ResidPost, Layer(layer), {}},
                [] {
                    std::vector<float> d(24);
                    d[0] = 1;
                    d[2] = -2;
                    return d;
                }(),
                4 * 0.5 * weights[static_cast<std::size_t>(layer)])); // alpha 4, s 0.5
        RunRequest request;
        request.ids = m_linear->prompt("wavering contrary").ids;
        request.want = {{Point::ResidPost, Layer(5), {}}};
        const Matrix before = m_linear->run(request).at(request.want[0]);
        request.edits = edits;
        const Matrix after = m_linear->run(request).at(request.want[0]);
        for (std::size_t i = 0; i < 24; ++i)
            QCOMPARE(after(2, i) - before(2, i), i == 0 ? 6.f : i == 2 ? -12.f : 0.f);
        // Before block 0 it doubles.
        request.edits = {added({Point::ResidPre, Layer(0), {}}, std::vector<float>(24, 0.25f))};
        QCOMPARE(m_linear->run(request).at(request.want[0])(2, 0) - before(2, 0), 0.5f);
    }

    /// #88: p(yes) = sigma(g + alpha delta) with the gap g = 1 of `plain`.
    void linearProbabilities()
    {
        Metric yes;
        yes.kind = Metric::Kind::LogProbability;
        yes.answers = {id(*m_linear, "yes")};
        std::vector<float> v(24);
        v[0] = 0.5f; // delta
        const auto sigma = [](double x) { return 1 / (1 + std::exp(-x)); };
        for (const double alpha : {0.0, 1.0, 2.0, -3.0}) {
            const Edits edits = {added({Point::ResidPost, Layer(2), {}}, v, alpha)};
            const double p = std::exp(measured(*m_linear, "plain", yes, edits));
            SAME(p, sigma(1 + 0.5 * alpha));
            if (alpha == 2) {
                const double q = sigma(1);
                SAME(q * std::log(q / p) + (1 - q) * std::log((1 - q) / (1 - p)), 0.082608);
                SAME(-p * std::log(p) - (1 - p) * std::log(1 - p), 0.365334);
            }
        }
        SAME(std::exp(measured(*m_linear, "contrary", yes)), sigma(-1));
    }

    /// #4: early "yes" 4, "no" 1; at the end 1 and 3.
    void linearChangesItsMind()
    {
        RunRequest request;
        request.ids = m_linear->prompt("wavering").ids;
        std::vector<TokenId> tracked = {id(*m_linear, "yes"), id(*m_linear, "no")};
        for (int layer = 0; layer < 6; ++layer) {
            request.want = {{Point::ResidPost, Layer(layer), {}}};
            ReadOutRequest read;
            const Matrix h = m_linear->run(request).at(request.want[0]);
            const auto row = h.row(h.rows() - 1);
            read.rows = Matrix(1, h.columns(), {row.begin(), row.end()});
            read.tracked = tracked;
            const ReadOut out = m_linear->readOut(read).at(0);
            SAME(static_cast<double>(out.logits[0]), layer < 5 ? 4 : 1);
            SAME(static_cast<double>(out.logits[1]), layer < 5 ? 1 : 3);
        }
    }
};

QTEST_GUILESS_MAIN(TestWiredCircuits)
#include "tst_wired_circuits.moc"
