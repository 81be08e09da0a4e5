#include "tests/fakevariety.h"
#include "tests/nn/pair.h"

#include <QTest>

#include <algorithm>
#include <cmath>
#include <set>

using namespace microtome;

namespace {

constexpr double tolerance = 5e-5;
constexpr int seeds = 40;

std::vector<TokenId> tokens(const Pair& pair, FakeRandom& random, int most = 9)
{
    const int length = std::min(pair.architecture().context, 2 + random.below(most - 1));
    return randomIds(pair.architecture(), random, static_cast<std::size_t>(length));
}

/// The random edit, or one of hook_tokens, which random edits leave out.
Edit anyEdit(const Architecture& a, FakeRandom& random, std::size_t length)
{
    if (!random.chance(0.05))
        return randomEdit(a, random, length);
    Edit edit;
    edit.site = {Point::Tokens, {}, {}};
    edit.operation = random.chance(0.5) ? Operation::Set : Operation::Freeze;
    edit.number = random.below(a.vocabulary);
    edit.positions = EditPositions::at(Position(random.below(static_cast<int>(length))));
    return edit;
}

/// A list can also make numbers that no float holds well (a norm's scale near zero, scores in the
/// thousands): where the reference itself is that far out, there is nothing to compare.
bool tame(const Trace& trace)
{
    for (const auto& [site, m] : trace.values)
        for (const float x : m.values())
            if (std::isnan(x) || (std::isfinite(x) && std::abs(x) > 1e4f))
                return false;
    return true;
}

} // namespace

/// What must hold for every decoder and every list of edits; the reference is tests/fakemodel.h.
class TestProperties : public QObject {
    Q_OBJECT

private:
    static void pairs(int count = seeds)
    {
        QTest::addColumn<int>("seed");
        for (int s = 0; s < count; ++s)
            QTest::newRow(std::to_string(s).c_str()) << s;
    }

    std::set<int> m_operations, m_points, m_kinds;
    double m_farthest = 0;
    int m_compared = 0;
    int m_wild = 0;

private slots:
    void randomEdits_data() { pairs(); }
    void randomEdits();
    void everyPointAndOperation_data() { pairs(8); }
    void everyPointAndOperation();
    void everythingWasTried();
    void noEditsAreNoEdits_data() { pairs(16); }
    void noEditsAreNoEdits();
    void patchingWithOneself_data() { pairs(16); }
    void patchingWithOneself();
    void outsideTheCone_data() { pairs(16); }
    void outsideTheCone();
    void rowsSumToOne_data() { pairs(8); }
    void rowsSumToOne();
    void batches_data() { pairs(16); }
    void batches();
    void sameCallSameBytes_data() { pairs(8); }
    void sameCallSameBytes();
};

void TestProperties::randomEdits()
{
    QFETCH(int, seed);
    const Pair pair = randomPair(static_cast<std::uint64_t>(seed));
    const Architecture& a = pair.architecture();
    FakeRandom random(static_cast<std::uint64_t>(seed) * 77 + 5);
    const auto sites = a.sites();
    for (int round = 0; round < 25; ++round) {
        const auto ids = tokens(pair, random);
        Edits edits;
        for (int n = random.below(4); n >= 0; --n)
            edits.push_back(anyEdit(a, random, ids.size()));
        std::vector<Site> want {logitsSite};
        for (int n = 0; n < 6; ++n) {
            Site site = sites[static_cast<std::size_t>(random.below(static_cast<int>(sites.size())))];
            if (isPerHead(site.point) && random.chance(0.5))
                site.head = Head(random.below(a.headsAt(site.point)));
            want.push_back(site);
        }
        const Trace expected = pair.reference->run(requestOf(ids, want, edits));
        const Trace got = pair.engine->run(requestOf(ids, want, edits));
        if (!tame(expected)) {
            ++m_wild;
            continue;
        }
        for (const Site& site : want) {
            const double d = distance(got.at(site), expected.at(site));
            QVERIFY2(d < tolerance,
                (a.family + " " + site.text() + " differs by " + std::to_string(d) + " with "
                    + words(edits))
                    .c_str());
            m_farthest = std::max(m_farthest, d);
            ++m_compared;
        }
        for (const Edit& e : edits) {
            m_operations.insert(static_cast<int>(e.operation));
            m_points.insert(static_cast<int>(e.site.point));
            m_kinds.insert(static_cast<int>(e.positions.kind));
        }
    }
}

/// Each point with each operation and each kind of positions, run as one batch.
void TestProperties::everyPointAndOperation()
{
    QFETCH(int, seed);
    const Pair pair = randomPair(static_cast<std::uint64_t>(seed));
    const Architecture& a = pair.architecture();
    FakeRandom random(static_cast<std::uint64_t>(seed) + 900);
    const auto ids = randomIds(a, random, 5);
    std::vector<RunRequest> requests;
    for (const Site& site : a.sites())
        for (int operation = 0; operation < 8; ++operation) {
            const auto op = static_cast<Operation>(operation);
            const bool skips = site.point == Point::ResidPost || site.point == Point::AttnOut
                || site.point == Point::MlpOut;
            const bool tokenOperation
                = op == Operation::Set || op == Operation::Patch || op == Operation::Freeze;
            if ((op == Operation::Skip && !skips)
                || (site.point == Point::Tokens && !tokenOperation))
                continue;
            const bool divides = site.point == Point::Ln1Scale || site.point == Point::Ln2Scale
                || site.point == Point::LnFinalScale;
            Edit e;
            e.site = site;
            e.operation = op;
            e.positions.kind = static_cast<EditPositions::Kind>(random.below(7));
            e.positions.from = 1;
            e.positions.to = 4;
            e.positions.first = 2;
            e.positions.ids = {ids[2]};
            e.strength = divides || site.point == Point::Tokens || random.chance(0.5) ? 1 : 0.5;
            e.number = divides ? 1.5 : site.point == Point::Tokens ? 3 : random.normal();
            if (divides && op == Operation::Zero)
                continue;
            if (op == Operation::Patch)
                e.values = pair.reference->run(requestOf(randomIds(a, random, 5), {site})).at(site);
            const bool map = site.point == Point::AttnScores || site.point == Point::Pattern;
            if (op == Operation::Set && !map && a.widthAt(site.point) == a.dModel) {
                // not one number everywhere: a norm would divide its rounding by sqrt(epsilon)
                const int copies = isPerHead(site.point) ? a.headsAt(site.point) : 1;
                std::vector<float> row(static_cast<std::size_t>(copies * a.dModel));
                for (float& x : row)
                    x = static_cast<float>(random.normal());
                e.values = Matrix(1, row.size(), row);
            }
            requests.push_back(requestOf(ids, {logitsSite}, {e}));
            m_operations.insert(operation);
            m_points.insert(static_cast<int>(site.point));
            m_kinds.insert(static_cast<int>(e.positions.kind));
        }
    const auto expected = pair.reference->run(requests);
    const auto got = pair.engine->run(requests);
    for (std::size_t i = 0; i < requests.size(); ++i) {
        if (!tame(expected[i])) {
            ++m_wild;
            continue;
        }
        const double d = distance(got[i].at(logitsSite), expected[i].at(logitsSite));
        QVERIFY2(d < tolerance,
            (a.family + " differs by " + std::to_string(d) + " with " + words(requests[i].edits))
                .c_str());
        m_farthest = std::max(m_farthest, d);
        ++m_compared;
    }
}

void TestProperties::everythingWasTried()
{
    qInfo("%d values compared with the reference, farthest %.2g, %d left out as out of bounds",
        m_compared, m_farthest, m_wild);
    QCOMPARE(m_operations.size(), std::size_t(8));
    QCOMPARE(m_points.size(), std::size_t(pointCount));
    QCOMPARE(m_kinds.size(), std::size_t(7));
    QVERIFY(m_wild * 20 < m_compared);
}

void TestProperties::noEditsAreNoEdits()
{
    QFETCH(int, seed);
    const Pair pair = randomPair(static_cast<std::uint64_t>(seed));
    const Architecture& a = pair.architecture();
    FakeRandom random(static_cast<std::uint64_t>(seed) + 1);
    const auto ids = tokens(pair, random);
    auto want = a.sites();
    const Trace plain = pair.engine->run(requestOf(ids, want));
    Edits off, weak;
    for (int n = 0; n < 30; ++n) {
        off.push_back(anyEdit(a, random, ids.size()));
        weak.push_back(off.back());
        off.back().enabled = false;
        weak.back().strength = 0;
    }
    const auto base = baseOf(*pair.engine, ids);
    for (const Edits& edits : {Edits {}, off, weak})
        for (const auto& from : {std::shared_ptr<const Base>(), base}) {
            const Trace same = pair.engine->run(requestOf(ids, want, edits, from));
            for (const Site& site : want)
                QVERIFY2(sameBits(same.at(site), plain.at(site)), site.text().c_str());
        }
}

void TestProperties::patchingWithOneself()
{
    QFETCH(int, seed);
    const Pair pair = randomPair(static_cast<std::uint64_t>(seed));
    FakeRandom random(static_cast<std::uint64_t>(seed) + 2);
    const auto ids = tokens(pair, random);
    const auto sites = pair.architecture().sites();
    const Trace plain = pair.engine->run(requestOf(ids, sites));
    int equal = 0;
    double farthest = 0;
    for (const Site& site : sites) {
        Edit own;
        own.site = site;
        own.operation = Operation::Patch;
        own.values = plain.at(site);
        const Trace patched = pair.engine->run(requestOf(ids, {logitsSite}, {own}));
        const double d = distance(patched.at(logitsSite), plain.at(logitsSite));
        QVERIFY2(d <= 1e-5, (site.text() + " differs by " + std::to_string(d)).c_str());
        farthest = std::max(farthest, d);
        equal += sameBits(patched.at(logitsSite), plain.at(logitsSite));
    }
    qInfo("%d of %d points bit-equal, farthest %.2g", equal, static_cast<int>(sites.size()), farthest);
}

/// An edit at (site, position) leaves every earlier site, and all earlier positions of every site,
/// as they are, to the last bit.
void TestProperties::outsideTheCone()
{
    QFETCH(int, seed);
    const Pair pair = randomPair(static_cast<std::uint64_t>(seed));
    const Architecture& a = pair.architecture();
    FakeRandom random(static_cast<std::uint64_t>(seed) + 3);
    const auto ids = randomIds(a, random, 6);
    const auto sites = a.sites();
    const Trace plain = pair.engine->run(requestOf(ids, sites));
    const auto base = baseOf(*pair.engine, ids);
    for (std::size_t at = 1; at < sites.size(); ++at) {
        Edit edit;
        edit.site = sites[at];
        edit.operation = Operation::Scale;
        edit.number = 1.5;
        const int position = 1 + random.below(5);
        edit.positions = EditPositions::at(Position(position));
        for (const auto& from : {std::shared_ptr<const Base>(), base}) {
            const Trace edited = pair.engine->run(requestOf(ids, sites, {edit}, from));
            for (std::size_t i = 0; i < sites.size(); ++i) {
                const bool map
                    = sites[i].point == Point::AttnScores || sites[i].point == Point::Pattern;
                const Matrix before = plain.at(sites[i]);
                const Matrix after = edited.at(sites[i]);
                for (std::size_t r = 0; r < before.rows(); ++r) {
                    const auto p = static_cast<int>(map ? r % ids.size() : r);
                    if (i >= at && p >= position)
                        continue;
                    if (std::ranges::equal(before.row(r), after.row(r)))
                        continue;
                    const std::string where = sites[i].text() + " at position " + std::to_string(p);
                    QFAIL((a.family + ": " + words({edit}) + " changed " + where
                        + (from ? ", continued" : ""))
                              .c_str());
                }
            }
        }
    }
}

void TestProperties::rowsSumToOne()
{
    QFETCH(int, seed);
    const Pair pair = randomPair(static_cast<std::uint64_t>(seed));
    FakeRandom random(static_cast<std::uint64_t>(seed) + 4);
    const auto ids = tokens(pair, random);
    for (int l = 0; l < pair.architecture().layers; ++l) {
        const Site site {Point::Pattern, Layer(l), {}};
        const Matrix pattern = pair.engine->run(requestOf(ids, {site})).at(site);
        for (std::size_t r = 0; r < pattern.rows(); ++r) {
            double sum = 0;
            for (std::size_t c = 0; c < pattern.columns(); ++c) {
                sum += pattern(r, c);
                QVERIFY(c <= r % ids.size() || pattern(r, c) == 0);
            }
            QVERIFY(std::abs(sum - 1) < 1e-6);
        }
    }
}

void TestProperties::batches()
{
    QFETCH(int, seed);
    const Pair pair = randomPair(static_cast<std::uint64_t>(seed));
    const Architecture& a = pair.architecture();
    FakeRandom random(static_cast<std::uint64_t>(seed) + 6);
    std::vector<RunRequest> requests;
    for (int n = 0; n < 24; ++n) {
        auto ids = tokens(pair, random, 12);
        Edits edits;
        for (int e = random.below(3); e > 0; --e)
            edits.push_back(anyEdit(a, random, ids.size()));
        auto want = a.sites();
        std::erase_if(want, [&](const Site&) { return random.chance(0.7); });
        want.push_back(logitsSite);
        requests.push_back(requestOf(ids, want, edits, n % 3 ? nullptr : baseOf(*pair.engine, ids)));
    }
    const auto together = pair.engine->run(requests);
    int equal = 0, all = 0;
    double farthest = 0;
    for (std::size_t i = 0; i < requests.size(); ++i) {
        const Trace alone = pair.engine->run(requests[i]);
        if (!tame(alone))
            continue;
        for (const Site& site : requests[i].want) {
            const double d = distance(together[i].at(site), alone.at(site));
            QVERIFY2(d < 5e-6,
                (a.family + " " + site.text() + " differs by " + std::to_string(d) + " with "
                    + words(requests[i].edits))
                    .c_str());
            farthest = std::max(farthest, d);
            equal += sameBits(together[i].at(site), alone.at(site));
            ++all;
        }
    }
    qInfo("%d of %d bit-equal, farthest %.2g", equal, all, farthest);
}

void TestProperties::sameCallSameBytes()
{
    QFETCH(int, seed);
    const Pair pair = randomPair(static_cast<std::uint64_t>(seed));
    const Architecture& a = pair.architecture();
    FakeRandom random(static_cast<std::uint64_t>(seed) + 7);
    const auto ids = tokens(pair, random);
    const Edits edits {randomEdit(a, random, ids.size()), randomEdit(a, random, ids.size())};
    const auto other = openModel(pair.path());
    const Trace first = pair.engine->run(requestOf(ids, a.sites(), edits));
    pair.engine->run(requestOf(tokens(pair, random), a.sites()));
    for (Model* model : {pair.engine.get(), other.get()}) {
        const Trace again = model->run(requestOf(ids, a.sites(), edits));
        for (const Site& site : a.sites())
            QVERIFY2(sameBits(again.at(site), first.at(site)), site.text().c_str());
    }
    GenerateRequest draw;
    draw.ids = ids;
    draw.count = 6;
    draw.temperature = 1.3;
    draw.seed = 5;
    draw.edits = edits;
    const auto one = pair.engine->generate({draw});
    const auto two = other->generate({draw});
    QCOMPARE(one[0].steps.size(), two[0].steps.size());
    for (std::size_t i = 0; i < one[0].steps.size(); ++i) {
        QCOMPARE(one[0].steps[i].id, two[0].steps[i].id);
        QCOMPARE(one[0].steps[i].logSumExp, two[0].steps[i].logSumExp);
    }
    GradientRequest gradient;
    gradient.ids = ids;
    gradient.metric.answers = {0};
    gradient.at = {{Point::ResidPre, Layer(0), {}}};
    QVERIFY(sameBits(pair.engine->gradient(gradient).gradients.at(gradient.at[0]),
        other->gradient(gradient).gradients.at(gradient.at[0])));
}

QTEST_GUILESS_MAIN(TestProperties)
#include "tst_properties.moc"
