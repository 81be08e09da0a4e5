#include "tests/fakeformulas.h"
#include "tests/fakevariety.h"
#include "tests/wordtokenizer.h"

#include <QtTest>

#include <cmath>

using namespace microtome;

namespace {

const Site logitsSite{Point::Logits, {}, {}};

Matrix logitsOf(Model& model, const std::vector<TokenId>& ids, const Edits& edits = {})
{
    return model.run(RunRequest{ids, {logitsSite}, edits, {}, false, {}}).at(logitsSite);
}

double largestDifference(const Matrix& a, const Matrix& b)
{
    double largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        largest = std::max(largest,
            std::abs(static_cast<double>(a.values()[i]) - static_cast<double>(b.values()[i])));
    return largest;
}

} // namespace

/// The reference decoder itself: what can be said about it without another implementation.
class TestFakeModel : public QObject {
    Q_OBJECT

private slots:
    /// Every captured site has the architecture's shape, and writing any site with its own values
    /// changes nothing.
    void patchingItselfChangesNothing()
    {
        FakeRandom random(11);
        for (int round = 0; round < 12; ++round) {
            const Architecture a = randomArchitecture(random);
            FakeModel model(a, random.next());
            const auto ids = randomIds(a, random, 6);
            const Trace trace = model.run(RunRequest{ids, a.sites(), {}, {}, false, {}});
            for (const Site& site : a.sites()) {
                const Matrix& value = trace.values.at(site);
                std::int64_t count = 1;
                for (const auto n : a.shape(site, 6))
                    count *= n;
                QCOMPARE(value.size(), static_cast<std::size_t>(count));
                if (site.point == Point::AttnIn && a.heads != a.kvHeads)
                    continue;
                Edit edit;
                edit.site = site;
                edit.operation = Operation::Patch;
                edit.values = value;
                // Values went through float32; a square lets logits grow, and rounding with them.
                const Matrix logits = logitsOf(model, ids);
                const double size = std::max(1.0, largestDifference(logits,
                    Matrix::filled(logits.rows(), logits.columns(), 0)));
                const double off = largestDifference(logits, logitsOf(model, ids, {edit}));
                QVERIFY2(off < 2e-5 * size, (site.text() + ": " + std::to_string(off) + " of "
                    + std::to_string(size)).c_str());
            }
        }
    }

    /// A disabled edit or one of strength 0 is no edit, bit for bit; the order of a list counts.
    void inactiveEditsAreNone()
    {
        FakeRandom random(12);
        for (int round = 0; round < 20; ++round) {
            const Architecture a = randomArchitecture(random);
            FakeModel model(a, random.next());
            const auto ids = randomIds(a, random, 5);
            Edit edit = randomEdit(a, random, 5);
            Edit off = edit;
            off.enabled = false;
            edit.strength = 0;
            QVERIFY(logitsOf(model, ids) == logitsOf(model, ids, {edit, off}));
        }
        auto model = FakeModel::small();
        Edit set;
        set.site = {Point::ResidPost, Layer(1), {}};
        set.operation = Operation::Set;
        set.number = 1;
        Edit twice = set;
        twice.operation = Operation::Scale;
        twice.number = 2;
        const auto value = [&](const Edits& edits) {
            return model->run(RunRequest{{0, 5, 9}, {set.site}, edits, {}, false, {}}).at(set.site);
        };
        QVERIFY(value({set, twice}) == Matrix::filled(3, 16, 2));
        QVERIFY(value({twice, set}) == Matrix::filled(3, 16, 1));
    }

    /// Nothing before the first touched position changes, at any site.
    void editsReachForwardOnly()
    {
        FakeRandom random(13);
        for (int round = 0; round < 40; ++round) {
            const Architecture a = randomArchitecture(random);
            FakeModel model(a, random.next());
            const auto ids = randomIds(a, random, 6);
            Edit edit = randomEdit(a, random, 6);
            edit.positions = EditPositions::at(Position(3));
            const Matrix before = logitsOf(model, ids);
            const Matrix after = logitsOf(model, ids, {edit});
            for (std::size_t p = 0; p < 3; ++p)
                QVERIFY(
                    std::equal(before.row(p).begin(), before.row(p).end(), after.row(p).begin()));
        }
    }

    void bosRule()
    {
        auto model = FakeModel::small();
        const Site site{Point::ResidPre, Layer(1), {}};
        Edit edit;
        edit.site = site;
        edit.number = 3;
        const auto first
            = [&](Operation op, std::optional<bool> bos, EditPositions where, TokenId id) {
                  edit.operation = op;
                  edit.bos = bos;
                  edit.positions = where;
                  const RunRequest plain{{id, 7, 8}, {site}, {}, {}, false, {}};
                  RunRequest edited = plain;
                  edited.edits = {edit};
                  return model->run(plain).at(site)(0, 0) != model->run(edited).at(site)(0, 0);
              };
        const EditPositions all;
        QVERIFY(!first(Operation::Add, {}, all, 0));
        QVERIFY(first(Operation::Add, {}, all, 9)); // not a BOS
        QVERIFY(first(Operation::Add, true, all, 0));
        QVERIFY(first(Operation::Set, {}, all, 0));
        QVERIFY(!first(Operation::Set, false, all, 0));
        QVERIFY(first(Operation::Add, false, EditPositions::at(Position(0)), 0));
        EditPositions byId;
        byId.kind = EditPositions::Kind::Ids;
        byId.ids = {0};
        QVERIFY(first(Operation::Add, {}, byId, 0));
    }

    /// Mean: over the prompt without its BOS; Freeze undoes what came before; Skip removes a block.
    void meanFreezeSkip()
    {
        auto model = FakeModel::small();
        const std::vector<TokenId> ids{0, 5, 9, 14};
        const Site site{Point::MlpOut, Layer(0), {}};
        Edit mean;
        mean.site = site;
        mean.operation = Operation::Mean;
        mean.positions = EditPositions::at(Position(2));
        const Matrix plain = model->run(RunRequest{ids, {site}, {}, {}, false, {}}).at(site);
        const Matrix meant = model->run(RunRequest{ids, {site}, {mean}, {}, false, {}}).at(site);
        for (std::size_t i = 0; i < 16; ++i) {
            const float expected = (plain(1, i) + plain(2, i) + plain(3, i)) / 3;
            QVERIFY(std::abs(meant(2, i) - expected) < 1e-6f);
            QCOMPARE(meant(1, i), plain(1, i));
        }
        Edit zero;
        zero.site = {Point::Embed, {}, {}};
        Edit freeze;
        freeze.site = {Point::ResidPost, Layer(2), {}};
        freeze.operation = Operation::Freeze;
        QVERIFY(logitsOf(*model, ids, {zero, freeze}) == logitsOf(*model, ids));
        QVERIFY(largestDifference(logitsOf(*model, ids, {zero}), logitsOf(*model, ids)) > 1e-3);
        Edit skip = freeze;
        skip.operation = Operation::Skip;
        const Site pre{Point::ResidPre, Layer(2), {}};
        const Trace skipped = model->run(RunRequest{ids, {pre, skip.site}, {skip}, {}, false, {}});
        QVERIFY(skipped.at(pre) == skipped.at(skip.site));
    }

    /// The gradient of a logit difference with respect to the logits is known; and a small step
    /// along any gradient changes the metric as it says.
    void gradients()
    {
        auto model = FakeModel::small();
        GradientRequest request;
        request.ids = {0, 5, 9};
        request.metric.answers = {7};
        request.metric.wrongs = {8, 9};
        const Site z{Point::Z, Layer(1), Head(2)};
        request.at = {logitsSite, z};
        const Gradient g = model->gradient(request);
        const Matrix& d = g.gradients.values.at(logitsSite);
        for (std::size_t v = 0; v < 60; ++v)
            QVERIFY(std::abs(d(2, v) - (v == 7 ? 1 : v == 8 || v == 9 ? -0.5 : 0)) < 1e-6);
        Edit step;
        step.site = z;
        step.operation = Operation::Add;
        step.bos = true;
        step.values = g.gradients.values.at(z);
        step.strength = 1e-3;
        double expected = 0;
        for (const float x : step.values.values())
            expected += static_cast<double>(x) * static_cast<double>(x) * step.strength;
        const double moved = model->measure({request.ids, {{step}}, request.metric, {}})[0];
        QVERIFY(std::abs(moved - g.value - expected) < 0.02 * expected);
    }

    /// Greedy generation continues with the top token; edits of generated positions leave the first
    /// new token alone; Last is the prompt's last position for good.
    void generation()
    {
        auto model = FakeModel::small();
        GenerateRequest request;
        request.ids = {0, 5, 9};
        request.count = 6;
        request.alternatives = 3;
        request.stopAtEos = false;
        const auto steps = model->generate({request}).front().steps;
        QCOMPARE(steps.size(), std::size_t(6));
        std::vector<TokenId> ids = request.ids;
        for (const auto& step : steps) {
            const Matrix logits = logitsOf(*model, ids);
            const auto row = logits.row(ids.size() - 1);
            QCOMPARE(step.id,
                static_cast<TokenId>(std::max_element(row.begin(), row.end()) - row.begin()));
            QCOMPARE(step.alternatives.size(), std::size_t(3));
            QCOMPARE(step.alternatives[0].id, step.id);
            ids.push_back(step.id);
        }
        Edit edit;
        edit.site = {Point::ResidPost, Layer(2), {}};
        edit.operation = Operation::Add;
        edit.values = Matrix::filled(1, 16, 0);
        std::vector<float> push(16);
        for (std::size_t i = 0; i < 16; ++i)
            push[i] = static_cast<float>(100 * std::sin(static_cast<double>(i * i)));
        edit.values = Matrix(1, 16, push);
        edit.positions.kind = EditPositions::Kind::Generated;
        request.edits = {edit};
        const auto later = model->generate({request}).front().steps;
        QCOMPARE(later[0].id, steps[0].id);
        QVERIFY(later[1].logSumExp != steps[1].logSumExp);
        request.edits[0].positions.kind = EditPositions::Kind::Last;
        const auto last = model->generate({request}).front().steps;
        request.edits[0].positions = EditPositions::at(Position(2));
        const auto named = model->generate({request}).front().steps;
        for (std::size_t i = 0; i < last.size(); ++i)
            QCOMPARE(last[i].id, named[i].id);
        request.temperature = 1;
        request.topK = 1;
        QCOMPARE(model->generate({request}).front().steps[0].id, named[0].id);
    }

    /// The Llama 3 scaling at its two ends, and the rotation's defining property: scores depend on
    /// the distance of positions only.
    void rotary()
    {
        Architecture a = FakeModel::small()->architecture();
        a.positions = Positions::Rotary;
        a.rotaryDims = 4;
        a.ropeScaling = RopeScaling::Llama3;
        a.ropeFactor = 8;
        a.ropeOriginalContext = 8192;
        QCOMPARE(ropeFrequency(a, 0), 1.0);
        a.ropeTheta = 1e12;
        QCOMPARE(ropeFrequency(a, 1), 1e-6 / 8);
        a.ropeScaling = RopeScaling::None;
        a.ropeTheta = 100;
        for (const bool adjacent : {false, true}) {
            a.rotaryAdjacent = adjacent;
            FakeModel model(a, 5);
            const Site scores{Point::AttnScores, Layer(0), Head(1)};
            const Matrix m
                = model.run(RunRequest{{7, 7, 7, 7, 7}, {scores}, {}, {}, false, {}}).at(scores);
            QVERIFY(std::abs(m(4, 3) - m(2, 1)) < 1e-5f);
            QVERIFY(std::abs(m(4, 2) - m(2, 0)) < 1e-5f);
            QVERIFY(std::abs(m(4, 2) - m(4, 3)) > 1e-4f);
            QVERIFY(std::isinf(m(1, 2)) && m(1, 2) < 0);
        }
    }

    void refusals()
    {
        auto model = FakeModel::small();
        QVERIFY_EXCEPTION_THROWN(logitsOf(*model, {}), Error);
        QVERIFY_EXCEPTION_THROWN(logitsOf(*model, {60}), Error);
        Edit edit;
        edit.site = {Point::Z, Layer(0), Head(4)};
        QVERIFY_EXCEPTION_THROWN(logitsOf(*model, {1}, {edit}), Error);
        edit.site.head = Head(3);
        edit.operation = Operation::Skip;
        QVERIFY_EXCEPTION_THROWN(logitsOf(*model, {1}, {edit}), Error);
        edit.operation = Operation::Patch;
        QVERIFY_EXCEPTION_THROWN(logitsOf(*model, {1}, {edit}), Error);
        edit.values = Matrix::filled(1, 16, 0);
        QVERIFY_EXCEPTION_THROWN(logitsOf(*model, {1}, {edit}), Error);
        const auto base = model->run(RunRequest{{1, 2}, {}, {}, {}, true, {}}).base;
        QVERIFY_EXCEPTION_THROWN(model->run(RunRequest{{1, 3}, {}, {}, base, false, {}}), Error);
    }

    void tokenizer()
    {
        const WordTokenizer words(60);
        const std::string text = "When Mary went to Zürich, the cat sat.\n";
        const Encoding e = words.encode(text);
        QCOMPARE(e.ids.front(), 0);
        QCOMPARE(words.spelling(e.ids[2]), std::string("ĠMary"));
        QCOMPARE(words.idOf("ĠMary"), std::optional(e.ids[2]));
        std::size_t end = 0;
        for (std::size_t i = 1; i < e.ids.size(); ++i) {
            QCOMPARE(e.offsets[i].begin, end);
            end = e.offsets[i].end;
        }
        QCOMPARE(end, text.size());
        const std::string known = "The cat sat on the mat.\n";
        QCOMPARE(words.decode(words.encode(known).ids), known);
        QCOMPARE(WordTokenizer(100, false).size(), std::size_t(100));
    }
};

QTEST_GUILESS_MAIN(TestFakeModel)
#include "tst_fakemodel.moc"
