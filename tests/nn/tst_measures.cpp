// Long because everything that is measured (gradients, metrics, read-outs, weights, attribution) is
// held against the same random pairs and the same metrics written out by hand.
#include "tests/fakevariety.h"
#include "tests/nn/pair.h"

#include <QTest>

#include <atomic>
#include <cmath>
#include <numeric>

using namespace microtome;

namespace {

std::vector<double> logProbabilities(std::span<const float> logits)
{
    double whole = 0;
    const double peak = *std::max_element(logits.begin(), logits.end());
    for (const float x : logits)
        whole += std::exp(x - peak);
    std::vector<double> p;
    for (const float x : logits)
        p.push_back(x - peak - std::log(whole));
    return p;
}

/// A metric of every kind, in turn; for the loss, ids become ones that have a logit.
Metric randomMetric(const Pair& pair, FakeRandom& random, int kind, std::vector<TokenId>& ids)
{
    const Architecture& a = pair.architecture();
    if (kind == static_cast<int>(Metric::Kind::Loss))
        for (TokenId& id : ids)
            id %= a.outputs();
    const auto token = [&] { return random.below(a.outputs()); };
    Metric m;
    m.kind = static_cast<Metric::Kind>(kind);
    m.answers = {token(), token()};
    if (random.chance(0.7))
        m.wrongs = {token()};
    const bool everywhere = m.kind == Metric::Kind::Kl && random.chance(0.5);
    if (!everywhere && random.chance(0.6))
        m.position = Position(random.below(static_cast<int>(ids.size())));
    if (m.kind == Metric::Kind::Kl) {
        std::vector<float> rows;
        const std::size_t count = everywhere ? ids.size() : 1;
        std::vector<float> row(static_cast<std::size_t>(a.outputs()));
        for (std::size_t r = 0; r < count; ++r) {
            for (float& x : row)
                x = static_cast<float>(random.normal());
            for (const double p : logProbabilities(row))
                rows.push_back(static_cast<float>(p));
        }
        m.reference = Matrix(count, row.size(), rows);
        if (!everywhere)
            m.position = Position(static_cast<std::int64_t>(ids.size()) - 1);
    }
    if (m.kind == Metric::Kind::Direction) {
        auto sites = a.sites();
        std::erase_if(sites, [](const Site& s) {
            return !isLayered(s.point) || s.point == Point::AttnScores || s.point == Point::Pattern;
        });
        m.site = sites[static_cast<std::size_t>(random.below(static_cast<int>(sites.size())))];
        if (isPerHead(m.site.point))
            m.site.head = Head(random.below(a.headsAt(m.site.point)));
        std::vector<float> v(static_cast<std::size_t>(a.widthAt(m.site.point)));
        for (float& x : v)
            x = static_cast<float>(random.normal());
        m.direction = Matrix(1, v.size(), v);
    }
    return m;
}

/// The metric from a run's own logits and sites, in doubles.
double byHand(const Metric& m, const Trace& run)
{
    const auto at = m.position.valid() ? static_cast<std::size_t>(m.position.value())
                                       : run.ids.size() - 1;
    const Matrix logits = run.at(logitsSite);
    const auto row = logits.row(at);
    const auto mean = [&](const std::vector<TokenId>& of) {
        double sum = 0;
        for (const TokenId id : of)
            sum += row[static_cast<std::size_t>(id)];
        return of.empty() ? 0 : sum / static_cast<double>(of.size());
    };
    const auto kl = [&](std::size_t position, std::size_t reference) {
        const auto q = logProbabilities(logits.row(position));
        double sum = 0;
        for (std::size_t i = 0; i < q.size(); ++i) {
            const double p = m.reference(reference, i);
            sum += std::exp(p) * (p - q[i]);
        }
        return sum;
    };
    switch (m.kind) {
    case Metric::Kind::LogitDifference:
        return mean(m.answers) - mean(m.wrongs);
    case Metric::Kind::LogProbability: {
        double sum = 0;
        for (const TokenId id : m.answers)
            sum += std::exp(logProbabilities(row)[static_cast<std::size_t>(id)]);
        return std::log(sum);
    }
    case Metric::Kind::Kl: {
        if (m.reference.rows() == 1)
            return kl(at, 0);
        double sum = 0;
        for (std::size_t p = 0; p < run.ids.size(); ++p)
            sum += kl(p, p);
        return sum / static_cast<double>(run.ids.size());
    }
    case Metric::Kind::Loss: {
        double sum = 0;
        for (std::size_t p = 0; p + 1 < run.ids.size(); ++p)
            sum -= logProbabilities(logits.row(p))[static_cast<std::size_t>(run.ids[p + 1])];
        return sum / static_cast<double>(run.ids.size() - 1);
    }
    case Metric::Kind::Accuracy:
        return std::max_element(row.begin(), row.end()) - row.begin() == m.answers[0];
    case Metric::Kind::Direction: {
        const Matrix value = run.at(m.site);
        double dot = 0;
        for (std::size_t i = 0; i < value.columns(); ++i)
            dot += static_cast<double>(value(at, i)) * m.direction(0, i);
        return dot;
    }
    }
    return NAN;
}

bool tame(const Trace& trace)
{
    for (const auto& [site, m] : trace.values)
        for (const float x : m.values())
            if (std::isnan(x) || (std::isfinite(x) && std::abs(x) > 1e3f))
                return false;
    return true;
}

} // namespace

/// Gradients, metrics, read-outs, weights and estimates against the reference and by hand.
class TestMeasures : public QObject {
    Q_OBJECT

private:
    static void pairs(int count)
    {
        QTest::addColumn<int>("seed");
        for (int s = 0; s < count; ++s)
            QTest::newRow(std::to_string(s).c_str()) << s;
    }

private slots:
    void gradients_data() { pairs(24); }
    void gradients();
    void metrics_data() { pairs(24); }
    void metrics();
    void readOut_data() { pairs(8); }
    void readOut();
    void weights_data() { pairs(16); }
    void weights();
    void attribution_data() { pairs(16); }
    void attribution();
    void packed();
    void cancelling();
    void estimates();
};

/// Against central finite differences of the reference, in doubles, through additions to one number.
void TestMeasures::gradients()
{
    QFETCH(int, seed);
    const Pair pair = randomPair(static_cast<std::uint64_t>(seed));
    const Architecture& a = pair.architecture();
    FakeRandom random(static_cast<std::uint64_t>(seed) + 21);
    double farthest = 0;
    for (int round = 0; round < 6; ++round) {
        GradientRequest request;
        request.ids = randomIds(a, random, 4);
        int kind = (seed + round) % 6;
        if (kind == static_cast<int>(Metric::Kind::Accuracy))
            kind = 0;
        request.metric = randomMetric(pair, random, kind, request.ids);
        if (round > 2)
            request.edits = {randomEdit(a, random, 4)};
        auto sites = a.sites();
        const auto copied = [&](const Edit& e) {
            return e.site.point >= Point::AttnIn && e.site.point <= Point::VInput;
        };
        std::erase_if(sites, [&](const Site& s) {
            const bool norm = s.point == Point::Ln1Scale || s.point == Point::Ln1Normalized;
            return s.point == Point::Tokens
                || (norm && std::any_of(request.edits.begin(), request.edits.end(), copied));
        });
        for (int n = 0; n < 5; ++n) {
            request.at.push_back(
                sites[static_cast<std::size_t>(random.below(static_cast<int>(sites.size())))]);
            if (isPerHead(request.at.back().point) && random.chance(0.4))
                request.at.back().head = Head(random.below(a.headsAt(request.at.back().point)));
        }
        const Gradient expected = pair.reference->gradient(request);
        const Gradient got = pair.engine->gradient(request);
        if (!tame(expected.activations) || !tame(expected.gradients))
            continue;
        QVERIFY(std::abs(got.value - expected.value) < 5e-5 * std::max(1.0, std::abs(expected.value)));
        for (const Site& site : request.at) {
            const bool map = site.point == Point::AttnScores || site.point == Point::Pattern;
            Matrix own = got.gradients.at(site);
            if (map) { // what no query sees: the reference cannot change it
                std::vector<float> seen(own.values().begin(), own.values().end());
                for (std::size_t r = 0; r < own.rows(); ++r)
                    for (std::size_t c = r % request.ids.size() + 1; c < own.columns(); ++c)
                        seen[r * own.columns() + c] = 0;
                own = Matrix(own.rows(), own.columns(), seen);
            }
            const double d = distance(own, expected.gradients.at(site));
            QVERIFY2(d < 2e-4,
                (a.family + " " + metricName(request.metric.kind) + " by " + site.text()
                    + " differs by " + std::to_string(d) + " with " + words(request.edits))
                    .c_str());
            QVERIFY(distance(got.activations.at(site), expected.activations.at(site)) < 5e-5);
            farthest = std::max(farthest, d);
        }
    }
    qInfo("farthest %.2g", farthest);
}

void TestMeasures::metrics()
{
    QFETCH(int, seed);
    const Pair pair = randomPair(static_cast<std::uint64_t>(seed));
    const Architecture& a = pair.architecture();
    FakeRandom random(static_cast<std::uint64_t>(seed) + 22);
    for (int kind = 0; kind < 6; ++kind) {
        auto ids = randomIds(a, random, 5);
        const Metric asked = randomMetric(pair, random, kind, ids);
        MeasureRequest request {ids, {{}}, asked, {}};
        for (int n = 0; n < 8; ++n)
            request.variants.push_back({randomEdit(a, random, 5)});
        for (const Point end : {Point::Logits, Point::LnFinalNormalized, Point::LnFinalScale}) {
            if (!a.has(end))
                continue;
            Edit e;
            e.site = {end, {}, {}};
            e.operation = Operation::Scale;
            e.number = 1.3;
            e.positions.kind = EditPositions::Kind::Last;
            request.variants.push_back({e});
            e.operation = Operation::Freeze;
            request.variants.push_back({randomEdit(a, random, 5), e});
        }
        const auto base = baseOf(*pair.engine, ids);
        const auto edited = baseOf(*pair.engine, ids, request.variants[1]);
        for (const auto& from : {std::shared_ptr<const Base>(), base, edited}) {
            request.base = from;
            const auto values = pair.engine->measure(request);
            QCOMPARE(values.size(), request.variants.size());
            const auto expected = pair.reference->measure({ids, request.variants, request.metric, {}});
            for (std::size_t i = 0; i < values.size(); ++i) {
                std::vector<Site> want {logitsSite};
                if (request.metric.kind == Metric::Kind::Direction)
                    want.push_back(request.metric.site);
                const Trace run = pair.engine->run(requestOf(ids, want, request.variants[i]));
                if (!tame(run))
                    continue;
                const double hand = byHand(request.metric, run);
                const double size = std::max(1.0, std::abs(hand));
                const auto story = a.family + " " + metricName(request.metric.kind) + " is "
                    + std::to_string(values[i]) + ", by hand " + std::to_string(hand)
                    + ", by the reference " + std::to_string(expected[i]) + " with "
                    + words(request.variants[i]);
                QVERIFY2(std::abs(values[i] - hand) < 1e-5 * size, story.c_str());
                QVERIFY2(std::abs(values[i] - expected[i]) < 2e-4 * size, story.c_str());
            }
        }
    }
}

void TestMeasures::readOut()
{
    QFETCH(int, seed);
    const Pair pair = randomPair(static_cast<std::uint64_t>(seed));
    const Architecture& a = pair.architecture();
    FakeRandom random(static_cast<std::uint64_t>(seed) + 23);
    const auto ids = randomIds(a, random, 6);
    const Site last {Point::ResidPost, Layer(a.layers - 1), {}};
    const Trace run = pair.engine->run(requestOf(ids, {last, logitsSite}));
    const Matrix logits = run.at(logitsSite);
    ReadOutRequest request;
    request.rows = request.reference = run.at(last);
    request.topK = 4;
    request.tracked = {0, 3, a.outputs() - 1};
    request.referenceRow = {3, -1, 0, 3, 5, 2};
    const auto got = pair.engine->readOut(request);
    QCOMPARE(got.size(), ids.size());
    for (std::size_t i = 0; i < got.size(); ++i) {
        const auto row = logits.row(i);
        const auto p = logProbabilities(row);
        QVERIFY(std::abs(got[i].logSumExp - (row[0] - p[0])) < 1e-5);
        double entropy = 0, kl = 0;
        for (const double x : p)
            entropy -= std::exp(x) * x;
        QVERIFY(std::abs(got[i].entropy - entropy) < 1e-5);
        if (request.referenceRow[i] >= 0) {
            const auto q = logProbabilities(
                logits.row(static_cast<std::size_t>(request.referenceRow[i])));
            for (std::size_t t = 0; t < q.size(); ++t)
                kl += std::exp(q[t]) * (q[t] - p[t]);
        }
        QVERIFY2(std::abs(got[i].kl - kl) < 1e-5, std::to_string(got[i].kl - kl).c_str());
        std::vector<TokenId> order(row.size());
        std::iota(order.begin(), order.end(), 0);
        std::stable_sort(order.begin(), order.end(), [&](TokenId x, TokenId y) {
            return row[static_cast<std::size_t>(x)] > row[static_cast<std::size_t>(y)];
        });
        QCOMPARE(got[i].top.size(), std::size_t(4));
        for (std::size_t k = 0; k < 4; ++k) {
            QCOMPARE(got[i].top[k].id, order[k]);
            QVERIFY(std::abs(got[i].top[k].logit - row[static_cast<std::size_t>(order[k])]) < 1e-5);
        }
        for (std::size_t t = 0; t < request.tracked.size(); ++t)
            QCOMPARE(got[i].ranks[t],
                static_cast<std::int32_t>(
                    std::find(order.begin(), order.end(), request.tracked[t]) - order.begin()));
    }
    // Refusals, and nothing for nothing.
    QVERIFY(pair.engine->readOut({}).empty());
    const Matrix narrow = Matrix::filled(1, static_cast<std::size_t>(a.dModel) + 1, 0);
    ReadOutRequest bad = request;
    bad.rows = narrow;
    bad.referenceRow = {};
    QVERIFY_THROWS_EXCEPTION(Error, pair.engine->readOut(bad));
    bad = request;
    bad.reference = narrow;
    bad.referenceRow = {0, 0, 0, 0, 0, 0};
    QVERIFY_THROWS_EXCEPTION(Error, pair.engine->readOut(bad));
    bad = request;
    bad.tracked = {a.outputs()};
    QVERIFY_THROWS_EXCEPTION(Error, pair.engine->readOut(bad));
    bad = request;
    bad.referenceRow = {0, 0, 0, 0, 0, 6};
    QVERIFY_THROWS_EXCEPTION(Error, pair.engine->readOut(bad));
}

/// Every weight under its TransformerLens name is the one that was written, whatever the family.
void TestMeasures::weights()
{
    QFETCH(int, seed);
    const Pair pair = randomPair(static_cast<std::uint64_t>(seed));
    const Architecture& a = pair.architecture();
    for (const auto& [name, tensor] : pair.reference->weights()) {
        if (name == "embed.W_E" || name == "unembed.W_U")
            continue;
        const bool perHead = name.find(".attn.") != std::string::npos && !name.ends_with("b_O");
        const int heads = perHead ? static_cast<int>(tensor.shape[0]) : 1;
        for (int h = 0; h < heads; ++h) {
            const Head head = perHead ? Head(h) : Head();
            QVERIFY2(pair.engine->weight(name, head) == pair.reference->weight(name, head),
                (a.family + " " + name).c_str());
        }
        if (perHead) {
            QVERIFY_THROWS_EXCEPTION(Error, pair.engine->weight(name));
            QVERIFY_THROWS_EXCEPTION(Error, pair.engine->weight(name, Head(heads)));
        }
    }
    std::vector<TokenId> in(static_cast<std::size_t>(a.vocabulary)); // more than the context
    std::iota(in.begin(), in.end(), 0);
    QVERIFY(pair.engine->embedding(in) == pair.reference->weights().at("embed.W_E").values);
    const Matrix u = pair.engine->unembedding({0, 2});
    for (std::size_t i = 0; i < u.columns(); ++i)
        QCOMPARE(u(1, i), pair.reference->weights().at("unembed.W_U").values(i, 2));
    for (const char* name : {"", "blocks.", "blocks.0", "blocks.0.attn.W_", "blocks.0.attn.W_X",
             "blocks.99.attn.W_O", "blocks.-1.ln1.w", "blocks.0.attn.W_QQ", "nonsense"})
        QVERIFY_THROWS_EXCEPTION(Error, pair.engine->weight(name, Head(0)));
    QVERIFY_THROWS_EXCEPTION(Error, pair.engine->embedding({a.vocabulary}));
    QVERIFY_THROWS_EXCEPTION(Error, pair.engine->unembedding({-1}));
}

/// The residual stream is the sum of its components, and so is each logit behind the final norm
/// whose scale is held (explorers 3.6); q is the normalised input through W_Q and b_Q.
void TestMeasures::attribution()
{
    QFETCH(int, seed);
    const Pair pair = randomPair(static_cast<std::uint64_t>(seed));
    const Architecture& a = pair.architecture();
    FakeRandom random(static_cast<std::uint64_t>(seed) + 24);
    const auto ids = randomIds(a, random, 5);
    const Trace run = pair.engine->run(requestOf(ids, a.sites()));
    const auto d = static_cast<std::size_t>(a.dModel);
    const std::size_t row = 4;
    std::vector<std::vector<double>> parts;
    const auto add = [&](std::span<const float> v) { parts.emplace_back(v.begin(), v.end()); };
    add(run.at({Point::Embed, {}, {}}).row(row));
    if (a.has(Point::PosEmbed))
        add(run.at({Point::PosEmbed, {}, {}}).row(row));
    for (int l = 0; l < a.layers; ++l) {
        for (int h = 0; h < a.heads; ++h)
            add(run.at({Point::Result, Layer(l), Head(h)}).row(row));
        add(pair.engine->weight("blocks." + std::to_string(l) + ".attn.b_O").row(0));
        if (!a.attentionOnly())
            add(run.at({Point::MlpOut, Layer(l), {}}).row(row));
    }
    const Matrix u = pair.engine->unembedding({1});
    const double bias = pair.engine->weight("unembed.b_U")(0, 1);
    double sum = bias;
    for (const auto& part : parts) {
        double mean = 0;
        if (a.norm == Norm::LayerNorm)
            mean = std::accumulate(part.begin(), part.end(), 0.0) / static_cast<double>(d);
        for (std::size_t i = 0; i < d; ++i) {
            const double gain = a.finalNorm ? pair.engine->weight("ln_final.w")(0, i) : 1;
            const double scale = a.finalNorm ? run.at({Point::LnFinalScale, {}, {}})(row, 0) : 1;
            sum += (part[i] - mean) / scale * gain * u(0, i);
        }
    }
    if (a.finalNorm && a.norm == Norm::LayerNorm)
        for (std::size_t i = 0; i < d; ++i)
            sum += static_cast<double>(pair.engine->weight("ln_final.b")(0, i)) * u(0, i);
    const double logit = run.at(logitsSite)(row, 1);
    QVERIFY2(std::abs(sum - logit) < 5e-5 * std::max(1.0, std::abs(logit)),
        std::to_string(sum - logit).c_str());

    const Matrix w = pair.engine->weight("blocks.0.attn.W_Q", Head(0));
    const Matrix b = pair.engine->weight("blocks.0.attn.b_Q", Head(0));
    const Matrix q = run.at({Point::Q, Layer(0), Head(0)});
    const bool normed = a.norm != Norm::None;
    const Matrix x = run.at({normed ? Point::Ln1Normalized : Point::ResidPre, Layer(0), {}});
    for (std::size_t e = 0; e < q.columns(); ++e) {
        double value = b(0, e);
        for (std::size_t i = 0; i < d; ++i) {
            const double gain = normed ? pair.engine->weight("blocks.0.ln1.w")(0, i) : 1;
            const double shift = normed ? pair.engine->weight("blocks.0.ln1.b")(0, i) : 0;
            value += (x(row, i) * gain + shift) * w(i, e);
        }
        QVERIFY(std::abs(value - q(row, e)) < 2e-5);
    }
}

/// Weights that are packed, long prompts, threads: a GPT-2 layout of width 256.
void TestMeasures::packed()
{
    Architecture a;
    a.family = "gpt2";
    a.layers = 2;
    a.heads = a.kvHeads = 4;
    a.dModel = 256;
    a.dHead = 64;
    a.dMlp = 1024;
    a.vocabulary = 2000;
    a.context = 160;
    a.attentionScale = 0.125;
    const Pair pair = pairOf(a, 9, {"cpu", "f32", 1});
    const Site residual {Point::ResidPost, Layer(1), {}};
    const Site pattern {Point::Pattern, Layer(1), Head(2)};
    FakeRandom random(31);
    for (const std::size_t length : {1u, 2u, 7u, 16u, 130u}) {
        const auto ids = randomIds(a, random, length);
        const auto request = requestOf(ids, {logitsSite, residual, pattern});
        const Trace expected = pair.reference->run(request);
        const Trace one = pair.engine->run(request);
        const auto two = openModel(pair.path(), {"cpu", "f32", 2});
        const Trace other = two->run(request);
        const Trace again = openModel(pair.path(), {"cpu", "f32", 1})->run(request);
        double farthest = 0, threads = 0;
        for (const Site& site : request.want) {
            const double d = distance(one.at(site), expected.at(site));
            QVERIFY2(d < 5e-5, (site.text() + " differs by " + std::to_string(d)).c_str());
            QVERIFY(distance(other.at(site), one.at(site)) < 1e-5);
            QVERIFY2(sameBits(one.at(site), again.at(site)), site.text().c_str());
            farthest = std::max(farthest, d);
            threads = std::max(threads, distance(other.at(site), one.at(site)));
        }
        qInfo("%zu tokens: farthest from the reference %.2g, 1 and 2 threads %.2g", length, farthest,
            threads);
    }
    // Gradients take the weights that are not packed.
    GradientRequest gradient;
    gradient.ids = randomIds(a, random, 7);
    gradient.metric.answers = {5};
    const double value = pair.engine->measure({gradient.ids, {{}}, gradient.metric, {}})[0];
    QVERIFY(std::abs(pair.engine->gradient(gradient).value - value) < 5e-5);
}

void TestMeasures::cancelling()
{
    const Pair pair = randomPair(1);
    const std::vector<TokenId> ids {1, 2, 3, 4, 5, 6, 7, 8};
    const auto stop = std::make_shared<std::atomic<bool>>(false);
    int reports = 0;
    const Progress progress(
        [&](double fraction, const std::string&) {
            QVERIFY(fraction >= 0 && fraction <= 1);
            if (++reports == 2)
                *stop = true;
        },
        stop);
    const std::vector<RunRequest> many(400, requestOf(ids, {logitsSite}));
    const Trace before = pair.engine->run(many[0]);
    QVERIFY_THROWS_EXCEPTION(Cancelled, pair.engine->run(many, progress));
    QCOMPARE(reports, 2);
    GenerateRequest generation;
    generation.ids = {1};
    generation.count = 5;
    QVERIFY_THROWS_EXCEPTION(Cancelled, pair.engine->generate({generation}, progress));
    MeasureRequest measure {ids, {{}}, {}, {}};
    measure.metric.answers = {1};
    QVERIFY_THROWS_EXCEPTION(Cancelled, pair.engine->measure(measure, progress));
    QVERIFY(sameBits(pair.engine->run(many[0]).at(logitsSite), before.at(logitsSite)));
}

void TestMeasures::estimates()
{
    const Pair pair = randomPair(2);
    double seconds = 0;
    std::uint64_t bytes = 0;
    for (const std::size_t tokens : {1u, 2u, 5u, 17u, 300u, 5000u}) {
        const auto e = pair.engine->estimate(tokens);
        QVERIFY(e.seconds > seconds && e.bytes > bytes);
        seconds = e.seconds;
        bytes = e.bytes;
        const auto three = pair.engine->estimate(tokens, 3);
        QVERIFY(three.seconds > e.seconds && three.bytes > e.bytes);
    }
}

QTEST_GUILESS_MAIN(TestMeasures)
#include "tst_measures.moc"
