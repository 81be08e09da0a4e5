#include "core/analysis/bundle.h"
#include "core/analysis/lens.h"
#include "tests/fakevariety.h"

#include <QtTest>

#include <cmath>

using namespace microtome;

class TestLens : public QObject {
    Q_OBJECT

private slots:
    /// The last row is the model's output, over random architectures; KL to itself is 0.
    void lastRowIsTheOutput()
    {
        FakeRandom random(21);
        for (int round = 0; round < 15; ++round) {
            const Architecture a = randomArchitecture(random);
            FakeModel model(a, random.next());
            const Subject subject = subjectOf(model, model.prompt(randomIds(a, random, 6)));
            const Lens lens = logitLens(model, subject, {.mid = true});
            QVERIFY2(lens.selfCheck < 1e-4, std::to_string(lens.selfCheck).c_str());
            QVERIFY(lens.selfCheckTop);
            const std::size_t last = lens.rows.size() - 1;
            const Site logits{Point::Logits, {}, {}};
            const Matrix out = model.run(subject.request({logits})).at(logits);
            for (std::size_t c = 0; c < 6; ++c) {
                QVERIFY(std::abs(lens.kl(last, c)) < 1e-6f);
                const auto top = lens.top(last, c);
                QCOMPARE(top.size(), std::size_t(5));
                for (const auto& entry : top)
                    QVERIFY(
                        std::abs(entry.logit - out(c, static_cast<std::size_t>(entry.id))) < 1e-4f);
                for (std::size_t k = 1; k < top.size(); ++k)
                    QVERIFY(top[k - 1].logit >= top[k].logit);
            }
        }
    }

    /// Every number of a cell against the definition, computed from the cell's whole distribution.
    void cellsByDefinition()
    {
        auto model = FakeModel::small();
        const Subject subject = subjectOf(*model, model->prompt("The cat sat on the mat"));
        const Lens lens = logitLens(*model, subject, {.topK = 60, .tracked = {7, 9}});
        QCOMPARE(lens.rows.size(), std::size_t(4));
        QCOMPARE(lens.columns(), subject.tokens());
        for (std::size_t r = 0; r < lens.rows.size(); ++r)
            for (std::size_t c = 0; c < lens.columns(); ++c) {
                std::vector<double> p(60);
                std::vector<double> q(60);
                double sum = 0;
                for (const auto& e : lens.top(r, c))
                    sum += p[static_cast<std::size_t>(e.id)] = e.probability;
                for (const auto& e : lens.top(3, c))
                    q[static_cast<std::size_t>(e.id)] = e.probability;
                QVERIFY(std::abs(sum - 1) < 1e-5);
                double entropy = 0;
                double kl = 0;
                for (std::size_t v = 0; v < 60; ++v) {
                    entropy -= p[v] * std::log(p[v]);
                    kl += q[v] * std::log(q[v] / p[v]);
                }
                QVERIFY(std::abs(entropy - static_cast<double>(lens.entropy(r, c))) < 1e-4);
                QVERIFY(std::abs(kl - static_cast<double>(lens.kl(r, c))) < 1e-4);
                const auto rank = [&](TokenId id) {
                    return std::count_if(p.begin(), p.end(),
                        [&](double x) { return x > p[static_cast<std::size_t>(id)]; });
                };
                QCOMPARE(static_cast<long>(lens.trackedRanks[1](r, c)), rank(9));
                if (c + 1 < lens.columns()) {
                    QCOMPARE(static_cast<long>(lens.nextRank(r, c)), rank(lens.ids[c + 1]));
                    QVERIFY(std::abs(lens.nextProbability(r, c)
                                - p[static_cast<std::size_t>(lens.ids[c + 1])])
                        < 1e-6);
                } else {
                    QCOMPARE(lens.nextRank(r, c), -1.f);
                    QVERIFY(std::isnan(lens.nextLogit(r, c)));
                }
            }
    }

    /// Tracked by default: distinct top tokens of the selected column, the most probable first.
    void defaultTracked()
    {
        auto model = FakeModel::small(3);
        const Subject subject = subjectOf(*model, model->prompt("The cat sat on the mat"));
        const Lens lens = logitLens(*model, subject, {.selected = Position(2)});
        std::map<TokenId, double> best;
        for (std::size_t r = 0; r < lens.rows.size(); ++r) {
            const auto top = lens.top(r, 2)[0];
            best[top.id] = std::max(best[top.id], top.probability);
        }
        QCOMPARE(lens.tracked.size(), best.size());
        for (std::size_t i = 1; i < lens.tracked.size(); ++i)
            QVERIFY(best.at(lens.tracked[i - 1]) >= best.at(lens.tracked[i]));
        const auto byRow = trajectoriesByRow(lens, 2);
        const auto byPosition = trajectoriesByPosition(lens, 1);
        QCOMPARE(byRow.size(), lens.tracked.size());
        QCOMPARE(byRow[0].probability.size(), lens.rows.size());
        QCOMPARE(byPosition[0].rank.size(), lens.columns());
        QCOMPARE(byRow[0].probability[1], byPosition[0].probability[2]);
        QVERIFY(std::find(byRow[0].rank.begin(), byRow[0].rank.end(), 0) != byRow[0].rank.end());
    }

    /// Chosen columns are those of the full lens; edits act.
    void columnsAndEdits()
    {
        auto model = FakeModel::small();
        Subject subject = subjectOf(*model, model->prompt("The cat sat on the mat"));
        const Lens all = logitLens(*model, subject, {.tracked = {7}});
        const Lens some
            = logitLens(*model, subject, {.positions = {Position(4), Position(1)}, .tracked = {7}});
        for (std::size_t r = 0; r < all.rows.size(); ++r) {
            QCOMPARE(some.entropy(r, 0), all.entropy(r, 4));
            QCOMPARE(some.trackedLogits[0](r, 1), all.trackedLogits[0](r, 1));
            QCOMPARE(some.nextRank(r, 0), all.nextRank(r, 4));
        }
        Edit zero;
        zero.site = {Point::AttnOut, Layer(1), {}};
        subject.edits = {zero};
        const Lens edited = logitLens(*model, subject, {.tracked = {7}});
        QCOMPARE(edited.entropy(1, 3), all.entropy(1, 3)); // resid_post 0
        QVERIFY(edited.entropy(2, 3) != all.entropy(2, 3));
        QVERIFY_EXCEPTION_THROWN(logitLens(*model, subject, {.positions = {Position(40)}}), Error);
    }

    void bundleRoundTrip()
    {
        auto model = FakeModel::small();
        const Subject subject = subjectOf(*model, model->prompt("The cat sat"));
        const Lens lens = logitLens(*model, subject, {.mid = true});
        const Bundle bundle = lens.toBundle();
        // Through text, as a store does it.
        Bundle stored = bundle;
        stored.fields = nlohmann::json::parse(bundle.fields.dump());
        const Lens back = Lens::fromBundle(stored);
        QCOMPARE(back.rows, lens.rows);
        QCOMPARE(back.topIds, lens.topIds);
        QVERIFY(back.topLogits == lens.topLogits && back.kl == lens.kl);
        QCOMPARE(back.trackedRanks.size(), lens.trackedRanks.size());
        QCOMPARE(back.top(3, 1)[2].probability, lens.top(3, 1)[2].probability);
        stored.matrices.erase("kl");
        QVERIFY_EXCEPTION_THROWN(Lens::fromBundle(stored), Error);
        stored = bundle;
        stored.fields["topK"] = "five";
        QVERIFY_EXCEPTION_THROWN(Lens::fromBundle(stored), Error);
        stored.fields["kind"] = "dla";
        QVERIFY_EXCEPTION_THROWN(Lens::fromBundle(stored), Error);
    }

    /// 48 layers and 512 tokens stay small: rows x columns x k numbers.
    void deepAndLong()
    {
        auto model = FakeModel::deep();
        FakeRandom random(4);
        const Subject subject
            = subjectOf(*model, model->prompt(randomIds(model->architecture(), random, 512)));
        int reports = 0;
        const Progress progress(
            [&](double f, const std::string&) {
                QVERIFY(f >= 0 && f <= 1);
                ++reports;
            },
            nullptr);
        const Lens lens = logitLens(*model, subject, {.topK = 3}, progress);
        QCOMPARE(lens.topLogits.rows(), std::size_t(49 * 512));
        QVERIFY(lens.selfCheck < 1e-3);
        QVERIFY(reports > 40);
        const auto stop = std::make_shared<std::atomic<bool>>(true);
        QVERIFY_EXCEPTION_THROWN(logitLens(*model, subject, {}, Progress({}, stop)), Cancelled);
    }
};

QTEST_GUILESS_MAIN(TestLens)
#include "tst_lens.moc"
