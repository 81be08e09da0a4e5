#include "core/analysis/bundle.h"
#include "core/circuits/patch.h"
#include "tests/fakevariety.h"

#include <QtTest>

#include <cmath>

using namespace microtome;

namespace {

PatchRequest request(const Model& model, Sweep sweep)
{
    PatchRequest r;
    r.clean = model.prompt("When Mary went to the store John gave");
    r.corrupted = model.prompt("When John went to the store Mary gave");
    r.metric.answers = {7};
    r.metric.wrongs = {8};
    r.sweep = sweep;
    return r;
}

const std::vector<Sweep> allSweeps{Sweep::ResidPre, Sweep::ResidMid, Sweep::AttnOut, Sweep::MlpOut,
    Sweep::HeadOut, Sweep::Q, Sweep::K, Sweep::V, Sweep::Pattern};

} // namespace

class TestPatch : public QObject {
    Q_OBJECT

private slots:
    /// Patching a run with itself changes nothing, in every sweep.
    void withItself()
    {
        auto model = FakeModel::small();
        for (const Sweep sweep : allSweeps)
            for (const bool byPosition : {false, true}) {
                PatchRequest r = request(*model, sweep);
                r.corrupted = r.clean;
                r.byPosition = byPosition;
                const PatchSweep s = patchSweep(*model, r);
                for (const float x : s.raw.values())
                    QVERIFY(std::abs(static_cast<double>(x) - s.cleanMetric) < 1e-5);
                QVERIFY(!s.remark.empty());
                QVERIFY(std::isnan(s.normalised(0, 0)));
                QCOMPARE(sweepNamed(sweepName(sweep)), std::optional(sweep));
            }
    }

    /// The whole residual stream of the last position decides: its last layer restores everything,
    /// and at layer 0 only the differing positions do anything.
    void residualSweep()
    {
        auto model = FakeModel::small();
        const PatchRequest r = request(*model, Sweep::ResidPre);
        const PatchSweep s = patchSweep(*model, r);
        QCOMPARE(s.layers, 3);
        QCOMPARE(s.positions, static_cast<int>(r.clean.ids.size()));
        QVERIFY(s.remark.empty());
        for (int p = 0; p < s.positions; ++p) {
            const auto at = static_cast<std::size_t>(p);
            if (r.clean.ids[at] == r.corrupted.ids[at])
                QVERIFY(std::abs(s.normalised(0, at)) < 1e-4f);
            else
                QVERIFY(std::abs(s.normalised(0, at)) > 1e-3f);
        }
        PatchRequest both = r;
        both.denoising = false;
        const PatchSweep noising = patchSweep(*model, both);
        QCOMPARE(noising.cleanMetric, s.cleanMetric);
        for (int p = 0; p < s.positions; ++p) {
            const auto at = static_cast<std::size_t>(p);
            if (r.clean.ids[at] == r.corrupted.ids[at])
                QVERIFY(std::abs(noising.normalised(0, at) - 1) < 1e-4f);
        }
    }

    /// Every kind of cell against one run with the edit made by hand.
    void cellsByHand()
    {
        auto model = FakeModel::small();
        for (const Sweep sweep : allSweeps) {
            PatchRequest r = request(*model, sweep);
            r.byPosition = true;
            const PatchSweep s = patchSweep(*model, r);
            Edit edit;
            edit.site = {sweepPoint(sweep), Layer(1), sweepsHeads(sweep) ? Head(2) : Head()};
            edit.operation = Operation::Patch;
            edit.positions = EditPositions::at(Position(3));
            edit.values
                = model->run(RunRequest{r.clean.ids, {edit.site}, {}, {}, false, {}}).at(edit.site);
            const double value = model->measure({r.corrupted.ids, {{edit}}, r.metric, {}}).front();
            const std::size_t column = s.column(3, sweepsHeads(sweep) ? 2 : 0);
            QVERIFY(std::abs(static_cast<double>(s.raw(1, column)) - value) < 1e-5);
            QVERIFY(std::abs((value - s.corruptedMetric) / (s.cleanMetric - s.corruptedMetric)
                        - static_cast<double>(s.normalised(1, column)))
                < 1e-4);
            r.byPosition = false;
            if (!sweepsHeads(sweep))
                continue;
            edit.positions = {};
            const PatchSweep whole = patchSweep(*model, r);
            QCOMPARE(whole.raw.columns(), std::size_t(4));
            QVERIFY(std::abs(static_cast<double>(whole.raw(1, 2))
                        - model->measure({r.corrupted.ids, {{edit}}, r.metric, {}}).front())
                < 1e-5);
        }
    }

    void groupedQueries()
    {
        Architecture a = FakeModel::small()->architecture();
        a.kvHeads = 2;
        FakeModel model(a, 5, FakeModel::small()->tokenizer());
        QCOMPARE(patchSweep(model, request(model, Sweep::K)).heads, 2);
        QCOMPARE(patchSweep(model, request(model, Sweep::Q)).heads, 4);
    }

    void estimatesAndRefusals()
    {
        auto model = FakeModel::small();
        PatchRequest r = request(*model, Sweep::HeadOut);
        QCOMPARE(estimateSweep(*model, r).runs, std::size_t(12));
        r.byPosition = true;
        const SweepEstimate estimate = estimateSweep(*model, r);
        QCOMPARE(estimate.runs, 12 * r.clean.ids.size());
        QVERIFY(estimate.seconds > 0 && estimate.bytes > 0);
        r.corrupted = model->prompt("When John");
        try {
            patchSweep(*model, r);
            QFAIL("prompts of different length must be refused");
        } catch (const Error& e) {
            QVERIFY(std::string(e.what()).find("equally many") != std::string::npos);
        }
        Architecture a = model->architecture();
        a.parallelResidual = true;
        FakeModel parallel(a, 5, model->tokenizer());
        QVERIFY_EXCEPTION_THROWN(patchSweep(parallel, request(parallel, Sweep::ResidMid)), Error);
        const auto stop = std::make_shared<std::atomic<bool>>(true);
        QVERIFY_EXCEPTION_THROWN(
            patchSweep(*model, request(*model, Sweep::Q), Progress({}, stop)), Cancelled);
    }

    void bundleRoundTrip()
    {
        auto model = FakeModel::small();
        const PatchSweep s = patchSweep(*model, request(*model, Sweep::V));
        const PatchSweep back = PatchSweep::fromBundle(s.toBundle());
        QVERIFY(back.raw == s.raw && back.normalised == s.normalised);
        QCOMPARE(back.sweep, s.sweep);
        QCOMPARE(back.corruptedMetric, s.corruptedMetric);
        Bundle damaged = s.toBundle();
        damaged.fields["heads"] = 3;
        QVERIFY_EXCEPTION_THROWN(PatchSweep::fromBundle(damaged), Error);
    }

    /// A dragged cell puts the source's value at the target.
    void drag()
    {
        auto model = FakeModel::small();
        const Subject source = subjectOf(*model, model->prompt("The cat sat on"));
        const Site from{Point::ResidPost, Layer(0), {}};
        const Site to{Point::ResidPost, Layer(1), {}};
        const Edit edit = patchFrom(*model, source, from, Position(2), to, Position(1));
        const Subject target{model->prompt("The dog sat"), {edit}, {}};
        const Matrix there = model->run(target.request({to})).at(to);
        const Matrix here = model->run(source.request({from})).at(from);
        QVERIFY(std::equal(there.row(1).begin(), there.row(1).end(), here.row(2).begin()));
        QVERIFY_EXCEPTION_THROWN(patchFrom(*model, source, from, Position(2),
                                     {Point::MlpPost, Layer(1), {}}, Position(1)),
            Error);
        QVERIFY_EXCEPTION_THROWN(
            patchFrom(*model, source, from, Position(20), to, Position(1)), Error);
    }

    /// Outside the causal cone of an edit every site is bit-equal, over random models and edits;
    /// and the cone is not simply everything.
    void cone()
    {
        FakeRandom random(51);
        std::size_t changedInside = 0;
        for (int round = 0; round < 60; ++round) {
            const Architecture a = randomArchitecture(random);
            FakeModel model(a, random.next());
            const auto ids = randomIds(a, random, 6);
            Edit edit = randomEdit(a, random, 6);
            const int position = random.below(6);
            edit.positions = EditPositions::at(Position(position));
            const RunRequest plain{ids, a.sites(), {}, {}, false, {}};
            RunRequest edited = plain;
            edited.edits = {edit};
            const Trace before = model.run(plain);
            const Trace after = model.run(edited);
            const CausalCone cone{edit.site.whole(), Position(position)};
            for (const Site& site : a.sites()) {
                const Matrix& x = before.values.at(site);
                const Matrix& y = after.values.at(site);
                for (std::size_t r = 0; r < x.rows(); ++r) {
                    const bool same
                        = std::equal(x.row(r).begin(), x.row(r).end(), y.row(r).begin());
                    const Position p(static_cast<std::int64_t>(r % 6));
                    if (!cone.reaches(site, p))
                        QVERIFY2(same, (edit.site.text() + " reached " + site.text()).c_str());
                    else
                        changedInside += !same;
                }
            }
        }
        QVERIFY(changedInside > 1000);
        const CausalCone cone{{Point::ResidPost, Layer(1), {}}, Position(2)};
        QVERIFY(cone.reaches(cone.at, Position(2)));
        QVERIFY(!cone.reaches(cone.at, Position(3)));
        QVERIFY(cone.reaches({Point::ResidPost, Layer(2), {}}, Position(3)));
        QVERIFY(!cone.reaches({Point::ResidPost, Layer(2), {}}, Position(1)));
        QVERIFY(!cone.reaches({Point::ResidPost, Layer(0), {}}, Position(2)));
    }
};

QTEST_GUILESS_MAIN(TestPatch)
#include "tst_patch.moc"
