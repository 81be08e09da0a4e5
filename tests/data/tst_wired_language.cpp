#include "core/model/safetensors.h"
#include "core/nn/open.h"

#include <QtTest>

#include <cmath>
#include <nlohmann/json.hpp>
#include <random>

using namespace microtome;

namespace {

const Site logitsSite{Point::Logits, {}, {}};

std::filesystem::path folderOf(const char* name)
{
    return std::filesystem::path(MICROTOME_SOURCE) / "data/models" / name;
}

std::vector<double> probabilities(std::span<const float> logits)
{
    const double top = *std::max_element(logits.begin(), logits.end());
    std::vector<double> p;
    double sum = 0;
    for (const float x : logits) {
        p.push_back(std::exp(static_cast<double>(x) - top));
        sum += p.back();
    }
    for (double& x : p)
        x /= sum;
    return p;
}

/// The automaton's table by the card: probabilities of the five places after `from`, `at` (-1:
/// none).
std::vector<double> legal(int from, int at)
{
    std::vector<double> p(5);
    if (at < 0)
        return std::vector<double>(5, 0.2);
    const bool turns = from >= 0 && from != at;
    const std::vector<double> shares
        = turns ? std::vector<double>{1. / 2, 1. / 3, 1. / 6} : std::vector<double>{.4, .3, .2, .1};
    std::size_t rank = 0;
    for (int step = 1; step < 5; ++step)
        if (const int next = (at + step) % 5; !turns || next != from)
            p[static_cast<std::size_t>(next)] = shares.at(rank++);
    return p;
}

} // namespace

/// The wired nets `automaton` and `planted` do what their cards say.
class TestWiredLanguage : public QObject {
    Q_OBJECT

    std::unique_ptr<Model> m_automaton, m_planted;

private slots:
    void initTestCase()
    {
        m_automaton = openModel(folderOf("automaton"));
        m_planted = openModel(folderOf("planted"));
        QVERIFY(m_automaton->info().unused.empty());
        QVERIFY(m_planted->info().unused.empty());
    }

    /// Ids: 0 <s>, 1 <unk>, 2 to 6 the places.
    void probabilitiesOfEveryState()
    {
        std::mt19937 random(3);
        std::uniform_int_distribution<int> any(1, 6);
        for (int round = 0; round < 20; ++round) {
            RunRequest request;
            request.ids = {0};
            while (request.ids.size() < 64)
                request.ids.push_back(any(random)); // legal or not, and unknown words
            request.want = {logitsSite, {Point::MlpPost, Layer(0), {}}};
            const Trace run = m_automaton->run(request);
            const Matrix logits = run.at(logitsSite);
            const Matrix neurons = run.at(request.want[1]);
            for (std::size_t t = 0; t < request.ids.size(); ++t) {
                const int at = request.ids[t] - 2;
                const int from = t == 0 ? -1 : request.ids[t - 1] - 2;
                const auto p = probabilities(logits.row(t));
                const auto expected = legal(from < 0 ? -1 : from, at < 0 ? -1 : at);
                QCOMPARE(p[0], 0.0);
                QCOMPARE(p[1], 0.0);
                for (std::size_t i = 0; i < 5; ++i) {
                    QVERIFY(std::abs(p[i + 2] - expected[i]) < 1e-6);
                    QCOMPARE(p[i + 2] > 0, expected[i] > 0);
                }
                // One neuron per state: it is 1, the others 0.
                const int state = at < 0 ? 30 : (from < 0 ? 5 : from) * 5 + at;
                for (int i = 0; i < 31; ++i)
                    QCOMPARE(neurons(t, static_cast<std::size_t>(i)), i == state ? 1.f : 0.f);
            }
        }
    }

    void everyWalkIsLegal()
    {
        std::vector<GenerateRequest> requests(50);
        for (std::size_t i = 0; i < requests.size(); ++i) {
            requests[i].ids = {0};
            requests[i].count = 63;
            requests[i].temperature = 1;
            requests[i].seed = i;
        }
        int pairs[3] = {}; // by rank of the chosen among three
        int steps = 0;
        for (const Generation& walk : m_automaton->generate(requests)) {
            std::vector<int> places;
            for (const auto& step : walk.steps)
                places.push_back(step.id - 2);
            QCOMPARE(places.size(), std::size_t(63));
            for (std::size_t t = 0; t < places.size(); ++t) {
                const auto p = legal(t < 2 ? -1 : places[t - 2], t < 1 ? -1 : places[t - 1]);
                const double chosen = p.at(static_cast<std::size_t>(places[t]));
                QVERIFY(chosen > 0);
                QVERIFY(std::abs(walk.steps[t].logProbability - std::log(chosen)) < 1e-5);
                if (t >= 2) {
                    ++pairs[chosen > 0.4 ? 0 : chosen > 0.2 ? 1 : 2];
                    ++steps;
                }
            }
        }
        QCOMPARE(steps, 50 * 61);
        const double deviation = 4 * std::sqrt(0.25 / steps);
        for (const auto& [i, p] : {std::pair{0, 1. / 2}, {1, 1. / 3}, {2, 1. / 6}})
            QVERIFY(std::abs(pairs[i] / double(steps) - p) < deviation);
    }

    /// Forcing a state's code forces what is legal for it (#30).
    void codesDecide()
    {
        for (int state = 0; state < 30; ++state) {
            Edit e;
            e.site = {Point::MlpPost, Layer(0), {}};
            e.operation = Operation::Set;
            std::vector<float> code(31);
            code[static_cast<std::size_t>(state)] = 1;
            e.values = Matrix(1, 31, code);
            RunRequest request{{0, 4, 2}, {logitsSite}, {e}, {}, false, {}};
            const Matrix logits = m_automaton->run(request).at(logitsSite);
            const int from = state / 5;
            const auto expected = legal(from == 5 ? -1 : from, state % 5);
            const auto p = probabilities(logits.row(2));
            for (std::size_t i = 0; i < 5; ++i)
                QVERIFY(std::abs(p[i + 2] - expected[i]) < 1e-6);
        }
    }

    void theDictionaryIsPlanted()
    {
        const auto file = SafeTensors::open(folderOf("planted") / "dictionary.safetensors");
        const Matrix directions = file->matrix("W_dec");
        const Matrix encoder = file->matrix("W_enc");
        const Matrix threshold = file->matrix("threshold");
        const auto names = nlohmann::json::parse(file->metadata().at("names"));
        QCOMPARE(directions.rows(), std::size_t(32));
        QCOMPARE(directions.columns(), std::size_t(48));
        QCOMPARE(names.size(), std::size_t(32));
        for (std::size_t i = 0; i < 32; ++i) {
            QCOMPARE(m_planted->prompt(names[i].get<std::string>()).ids,
                std::vector<TokenId>{static_cast<TokenId>(i)});
            for (std::size_t j = 0; j < 32; ++j) {
                float product = 0;
                for (std::size_t d = 0; d < 48; ++d)
                    product += directions(i, d) * directions(j, d);
                QCOMPARE(i / 16 == j / 16 ? product : std::abs(product),
                    i == j                 ? 1.f
                        : i / 16 == j / 16 ? 0.f
                                           : 0.25f);
            }
        }

        // Every word: two of the features (one for a name alone), found and rebuilt exactly.
        const Site in{Point::ResidPre, Layer(0), {}};
        const Site neurons{Point::MlpPost, Layer(0), {}};
        for (TokenId word = 0; word < 512; ++word) {
            const std::string text = m_planted->tokenizer()->decode(std::vector<TokenId>{word});
            const auto plus = text.find('+');
            std::vector<float> strengths(32);
            for (std::size_t i = 0; i < 32; ++i) {
                if (names[i] == text.substr(0, plus))
                    strengths[i] = 1;
                else if (plus != std::string::npos && names[i] == text.substr(plus + 1))
                    strengths[i] = 1.5f;
            }
            const Trace run
                = m_planted->run({{word}, {in, neurons, logitsSite}, {}, {}, false, {}});
            const Matrix x = run.at(in);
            std::vector<float> rebuilt(48);
            int on = 0;
            for (std::size_t i = 0; i < 32; ++i) {
                float pre = 0;
                for (std::size_t d = 0; d < 48; ++d)
                    pre += x(0, d) * encoder(d, i);
                const float z = pre > threshold(0, i) ? pre : 0;
                QCOMPARE(z, strengths[i]);
                on += z > 0;
                for (std::size_t d = 0; d < 48; ++d)
                    rebuilt[d] += z * directions(i, d);
                // The neuron of the feature is its strength less 3/4, the logit 16 times that.
                const float neuron = strengths[i] > 0 ? strengths[i] - 0.75f : 0;
                QCOMPARE(run.at(neurons)(0, i), neuron);
                QCOMPARE(run.at(logitsSite)(0, i), 16 * neuron);
            }
            QCOMPARE(on, plus == std::string::npos ? 1 : 2);
            for (std::size_t d = 0; d < 48; ++d)
                QCOMPARE(rebuilt[d], x(0, d));
        }
    }
};

QTEST_GUILESS_MAIN(TestWiredLanguage)
#include "tst_wired_language.moc"
