#include "tests/fakevariety.h"
#include "tests/nn/pair.h"

#include <QTest>

#include <cmath>

using namespace microtome;

namespace {

constexpr double tolerance = 5e-6;

bool tame(const Trace& trace)
{
    for (const auto& [site, m] : trace.values)
        for (const float x : m.values())
            if (std::isnan(x) || (std::isfinite(x) && std::abs(x) > 1e4f))
                return false;
    return true;
}

} // namespace

/// Work is not repeated, and nobody can tell: runs that continue from a base, and generation with
/// keys and values kept, give what full runs give.
class TestContinuation : public QObject {
    Q_OBJECT

private:
    static void pairs(int count)
    {
        QTest::addColumn<int>("seed");
        for (int s = 0; s < count; ++s)
            QTest::newRow(std::to_string(s).c_str()) << s;
    }
    static void compare(const Pair& pair, const std::vector<TokenId>& ids, const Edits& edits,
        const std::shared_ptr<const Base>& base, const std::string& story, int& equal, int& all)
    {
        auto sites = pair.architecture().sites();
        const Trace whole = pair.engine->run(requestOf(ids, sites, edits));
        if (!tame(whole))
            return;
        const auto check = [&](const Trace& continued, const std::vector<Site>& want) {
            for (const Site& site : want) {
                const double d = distance(continued.at(site), whole.at(site));
                QVERIFY2(d < tolerance,
                    (pair.architecture().family + ", " + story + ": " + site.text() + " differs by "
                        + std::to_string(d) + " with " + words(edits))
                        .c_str());
                equal += sameBits(continued.at(site), whole.at(site));
                ++all;
            }
        };
        check(pair.engine->run(requestOf(ids, sites, edits, base)), sites);
        // Alone, each want decides for itself where a run has to begin; in turn, to save time.
        for (auto i = static_cast<std::size_t>(all) % 7; i < sites.size(); i += 7) {
            const Site site = sites[i];
            check(pair.engine->run(requestOf(ids, {site}, edits, base)), {site});
            if (QTest::currentTestFailed())
                return;
        }
        check(pair.engine->run(requestOf(ids, {logitsSite}, edits, base)), {logitsSite});
    }

private slots:
    void everySite_data() { pairs(8); }
    void everySite();
    void changedEdits_data() { pairs(24); }
    void changedEdits();
    void chainsOfBases_data() { pairs(12); }
    void chainsOfBases();
    void nothingTouched_data() { pairs(8); }
    void nothingTouched();
    void basesOfOthers();
    void cachedIsUncached_data() { pairs(32); }
    void cachedIsUncached();
    void generatedTogether_data() { pairs(8); }
    void generatedTogether();
    void sampling();
    void endsOfGeneration();
};

void TestContinuation::everySite()
{
    QFETCH(int, seed);
    const Pair pair = randomPair(static_cast<std::uint64_t>(seed));
    FakeRandom random(static_cast<std::uint64_t>(seed) + 11);
    const auto ids = randomIds(pair.architecture(), random, 6);
    const auto base = baseOf(*pair.engine, ids);
    int equal = 0, all = 0;
    compare(pair, ids, {}, base, "no edits", equal, all);
    for (const Site& site : pair.architecture().sites()) {
        Edit edit;
        edit.site = site;
        edit.operation = site.point == Point::Tokens ? Operation::Set : Operation::Scale;
        edit.number = site.point == Point::Tokens ? 2 : 1.4;
        edit.positions = EditPositions::at(Position(random.below(6)));
        compare(pair, ids, {edit}, base, "one edit", equal, all);
        if (QTest::currentTestFailed())
            return;
    }
    qInfo("%d of %d bit-equal", equal, all);
}

/// A base with edits A, then runs with A and more, with A changed, with others: never A's numbers.
void TestContinuation::changedEdits()
{
    QFETCH(int, seed);
    const Pair pair = randomPair(static_cast<std::uint64_t>(seed));
    const Architecture& a = pair.architecture();
    FakeRandom random(static_cast<std::uint64_t>(seed) + 12);
    int equal = 0, all = 0;
    for (int round = 0; round < 6; ++round) {
        const auto ids = randomIds(a, random, 5);
        Edits first {randomEdit(a, random, 5), randomEdit(a, random, 5)};
        if (round % 2) // what a base keeps stands at the layers' borders: edits there are the hard ones
            first[0].site = {random.chance(0.5) ? Point::ResidPre : Point::ResidPost,
                Layer(random.below(a.layers)), {}};
        if (round % 2) {
            first[0].unit = {};
            first[0].values = {};
            first[0].operation = random.chance(0.5) ? Operation::Add : Operation::Mean;
        }
        const auto base = baseOf(*pair.engine, ids, first);
        Edits more = first;
        more.push_back(randomEdit(a, random, 5));
        Edits changed = first;
        changed[0].strength *= 0.5;
        Edits other {first[1], first[0]};
        Edits post = first;
        post.push_back({});
        post.back().site = {Point::ResidPost, Layer(random.below(a.layers)), {}};
        post.back().operation = random.chance(0.5) ? Operation::Skip : Operation::Scale;
        post.back().number = 0.7;
        for (const Edits& edits : {first, more, changed, other, post, Edits {first[0]}, Edits {}}) {
            compare(pair, ids, edits, base, "base with " + words(first), equal, all);
            if (QTest::currentTestFailed())
                return;
        }
    }
    qInfo("%d of %d bit-equal", equal, all);
}

void TestContinuation::chainsOfBases()
{
    QFETCH(int, seed);
    const Pair pair = randomPair(static_cast<std::uint64_t>(seed));
    const Architecture& a = pair.architecture();
    FakeRandom random(static_cast<std::uint64_t>(seed) + 13);
    int equal = 0, all = 0;
    const auto ids = randomIds(a, random, 6);
    auto base = baseOf(*pair.engine, ids);
    Edits edits;
    for (int n = 0; n < 4; ++n) {
        edits.push_back(randomEdit(a, random, 6));
        const Trace longer = pair.engine->run(RunRequest {ids, {}, edits, base, true, {}});
        QVERIFY(longer.base && longer.base->bytes() > 0);
        base = longer.base;
        Edits more = edits;
        more.push_back(randomEdit(a, random, 6));
        compare(pair, ids, edits, base, "link " + std::to_string(n), equal, all);
        compare(pair, ids, more, base, "behind link " + std::to_string(n), equal, all);
        if (QTest::currentTestFailed())
            return;
    }
}

/// Edits that touch no position change no bit, from a base too.
void TestContinuation::nothingTouched()
{
    QFETCH(int, seed);
    const Pair pair = randomPair(static_cast<std::uint64_t>(seed));
    const Architecture& a = pair.architecture();
    FakeRandom random(static_cast<std::uint64_t>(seed) + 14);
    const auto ids = randomIds(a, random, 5);
    const Trace plain = pair.engine->run(RunRequest {ids, a.sites(), {}, {}, true, {}});
    Metric metric;
    metric.answers = {0};
    const double value = pair.engine->measure({ids, {{}}, metric, {}})[0];
    for (const Site& site : a.sites()) {
        Edit edit;
        edit.site = site;
        edit.operation = Operation::Set;
        edit.number = 1;
        edit.positions.kind = EditPositions::Kind::Generated;
        for (const auto& from : {std::shared_ptr<const Base>(), plain.base}) {
            const Trace same = pair.engine->run(requestOf(ids, {logitsSite}, {edit}, from));
            QVERIFY2(distance(same.at(logitsSite), plain.at(logitsSite)) < tolerance,
                site.text().c_str());
        }
        const double measured = pair.engine->measure({ids, {{edit}}, metric, plain.base})[0];
        QVERIFY2(std::abs(measured - value) < 1e-5, site.text().c_str());
    }
}

void TestContinuation::basesOfOthers()
{
    const auto ids = [](const Pair& p) { return std::vector<TokenId> {1, 2, 3, p.architecture().bos >= 0 ? 0 : 4}; };
    Pair gone = randomPair(5);
    const auto foreign = baseOf(*gone.engine, ids(gone));
    gone.engine.reset();
    // A model opened where another one stood in memory must not take it for itself.
    for (std::uint64_t seed = 5; seed < 60; seed += 4) {
        const Pair pair = pairOf(gone.architecture(), seed + 1000);
        const auto same = ids(gone);
        const Matrix fresh = pair.engine->run(requestOf(same, {logitsSite})).at(logitsSite);
        const Matrix based
            = pair.engine->run(requestOf(same, {logitsSite}, {}, foreign)).at(logitsSite);
        QVERIFY(sameBits(fresh, based));
        const auto own = baseOf(*pair.engine, {3, 2, 1});
        QVERIFY(sameBits(
            fresh, pair.engine->run(requestOf(same, {logitsSite}, {}, own)).at(logitsSite)));
    }
}

void TestContinuation::cachedIsUncached()
{
    QFETCH(int, seed);
    const Pair pair = randomPair(static_cast<std::uint64_t>(seed));
    const Architecture& a = pair.architecture();
    FakeRandom random(static_cast<std::uint64_t>(seed) + 15);
    double farthest = 0;
    for (int round = 0; round < 10; ++round) {
        GenerateRequest request;
        request.ids = randomIds(a, random, static_cast<std::size_t>(2 + random.below(4)));
        request.count = 8;
        request.alternatives = 3;
        request.stopAtEos = random.chance(0.5);
        for (int n = round % 4; n > 0; --n)
            request.edits.push_back(randomEdit(a, random, request.ids.size()));
        const auto with = pair.engine->generate({request}).front();
        request.cache = false;
        const auto without = pair.engine->generate({request}).front();
        const auto expected = pair.reference->generate({request}).front();
        const auto story = a.family + " with " + words(request.edits);
        QVERIFY2(with.steps.size() == expected.steps.size(), story.c_str());
        QCOMPARE(without.steps.size(), expected.steps.size());
        for (std::size_t i = 0; i < with.steps.size(); ++i) {
            const auto& best = expected.steps[i].alternatives;
            if (!std::isfinite(expected.steps[i].logSumExp)
                || std::abs(expected.steps[i].logSumExp) > 1e3
                || best[0].logit - best[1].logit < 1e-3f)
                break; // nobody can say which of two equal tokens comes next
            QVERIFY2(with.steps[i].id == expected.steps[i].id, story.c_str());
            QVERIFY2(without.steps[i].id == expected.steps[i].id, story.c_str());
            const double off
                = std::abs(with.steps[i].logProbability - without.steps[i].logProbability);
            const double far
                = std::abs(with.steps[i].logProbability - expected.steps[i].logProbability);
            QVERIFY2(off < 1e-5 * std::max(1.0, std::abs(expected.steps[i].logSumExp)),
                (story + " step " + std::to_string(i) + " off by " + std::to_string(off)).c_str());
            QVERIFY2(far < 5e-5 * std::max(1.0, std::abs(expected.steps[i].logSumExp)),
                (story + " step " + std::to_string(i) + " far by " + std::to_string(far)).c_str());
            farthest = std::max(farthest, off);
        }
    }
    qInfo("cached against uncached: farthest %.2g", farthest);
}

void TestContinuation::generatedTogether()
{
    QFETCH(int, seed);
    const Pair pair = randomPair(static_cast<std::uint64_t>(seed));
    const Architecture& a = pair.architecture();
    FakeRandom random(static_cast<std::uint64_t>(seed) + 16);
    std::vector<GenerateRequest> requests;
    for (int n = 0; n < 6; ++n) {
        GenerateRequest r;
        r.ids = randomIds(a, random, static_cast<std::size_t>(1 + random.below(5)));
        r.count = 3 + random.below(5);
        r.temperature = n % 2 ? 0.8 : 0;
        r.seed = static_cast<std::uint64_t>(n);
        r.cache = n % 3 != 0;
        if (n > 2)
            r.edits = {randomEdit(a, random, r.ids.size())};
        requests.push_back(r);
    }
    std::vector<std::size_t> seen(requests.size(), 0);
    const auto together = pair.engine->generate(
        requests, {}, [&](std::size_t i, const Generation::Step&) { ++seen[i]; });
    for (std::size_t i = 0; i < requests.size(); ++i) {
        const auto alone = pair.engine->generate({requests[i]}).front();
        QCOMPARE(alone.steps.size(), together[i].steps.size());
        QCOMPARE(seen[i], alone.steps.size());
        for (std::size_t s = 0; s < alone.steps.size(); ++s) {
            QVERIFY2(alone.steps[s].id == together[i].steps[s].id, words(requests[i].edits).c_str());
            QVERIFY(std::abs(alone.steps[s].logProbability - together[i].steps[s].logProbability)
                < 1e-5 * std::max(1.0, std::abs(alone.steps[s].logSumExp)));
        }
    }
}

void TestContinuation::sampling()
{
    const Pair pair = randomPair(3);
    GenerateRequest greedy;
    greedy.ids = {1, 2};
    greedy.count = 6;
    greedy.stopAtEos = false;
    const auto best = pair.engine->generate({greedy}).front();
    GenerateRequest one = greedy, few = greedy;
    one.temperature = few.temperature = 2;
    one.topK = 1;
    few.topP = 1e-9;
    for (const auto& request : {one, few}) {
        const auto same = pair.engine->generate({request}).front();
        for (std::size_t i = 0; i < best.steps.size(); ++i)
            QCOMPARE(same.steps[i].id, best.steps[i].id);
    }
    // Drawn tokens come as often as the model says: 3000 draws of one token.
    const Matrix logits = pair.engine->run(requestOf(greedy.ids, {logitsSite})).at(logitsSite);
    std::vector<GenerateRequest> draws(3000, greedy);
    for (std::size_t i = 0; i < draws.size(); ++i) {
        draws[i].temperature = 1;
        draws[i].count = 1;
        draws[i].seed = i;
    }
    std::vector<double> count(logits.columns(), 0);
    for (const auto& drawn : pair.engine->generate(draws))
        ++count[static_cast<std::size_t>(drawn.steps[0].id)];
    double whole = 0;
    for (const float x : logits.row(1))
        whole += std::exp(static_cast<double>(x));
    for (std::size_t i = 0; i < count.size(); ++i) {
        const double p = std::exp(static_cast<double>(logits(1, i))) / whole;
        const double spread = std::sqrt(p * (1 - p) * 3000);
        QVERIFY(std::abs(count[i] - 3000 * p) < 5 * spread + 1);
    }
}

void TestContinuation::endsOfGeneration()
{
    const Pair pair = randomPair(4);
    const Architecture& a = pair.architecture();
    GenerateRequest request;
    request.ids.assign(static_cast<std::size_t>(a.context) - 2, 1);
    request.count = 50;
    request.stopAtEos = false;
    for (const bool cache : {true, false}) {
        request.cache = cache;
        QCOMPARE(pair.engine->generate({request})[0].steps.size(), std::size_t(3)); // context is full
    }
    request.count = 0;
    QVERIFY(pair.engine->generate({request})[0].steps.empty());
    QVERIFY(pair.engine->generate({}).empty());
    request.ids.assign(static_cast<std::size_t>(a.context) + 1, 1);
    QVERIFY_THROWS_EXCEPTION(Error, pair.engine->generate({request}));
    request.ids = {1};
    for (auto bad : {-1, -5}) {
        request.count = bad;
        QVERIFY_THROWS_EXCEPTION(Error, pair.engine->generate({request}));
    }
    request.count = 2;
    request.temperature = NAN;
    QVERIFY_THROWS_EXCEPTION(Error, pair.engine->generate({request}));
    request.temperature = 1;
    request.topP = 0;
    QVERIFY_THROWS_EXCEPTION(Error, pair.engine->generate({request}));
}

QTEST_GUILESS_MAIN(TestContinuation)
#include "tst_continuation.moc"
