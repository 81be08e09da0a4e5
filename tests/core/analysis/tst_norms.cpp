#include "core/analysis/bundle.h"
#include "core/analysis/effect.h"
#include "core/analysis/norms.h"
#include "tests/fakevariety.h"

#include <QtTest>

#include <cmath>

using namespace microtome;

/// Residual norms and the measured effects of edits.
class TestNorms : public QObject {
    Q_OBJECT

private slots:
    void normsAndPeaks()
    {
        auto model = FakeModel::small();
        Subject subject = subjectOf(*model, model->prompt("The cat sat on"));
        Edit spike;
        spike.site = {Point::ResidPost, Layer(1), {}};
        spike.operation = Operation::Set;
        spike.unit = Unit(3);
        spike.positions = EditPositions::at(Position(2));
        spike.number = -5000;
        subject.edits = {spike};
        const ResidualNorms out = residualNorms(*model, subject);
        QCOMPARE(out.rows.size(), std::size_t(4));
        const Site post{Point::ResidPost, Layer(1), {}};
        const Matrix h = model->run(subject.request({post})).at(post);
        double square = 0;
        std::vector<float> sizes;
        for (const float x : h.row(2))
            square += static_cast<double>(x) * static_cast<double>(x);
        for (const float x : h.values())
            sizes.push_back(std::abs(x));
        std::sort(sizes.begin(), sizes.end());
        QVERIFY(std::abs(static_cast<double>(out.norms(2, 2)) - std::sqrt(square)) < 1e-2);
        QCOMPARE(out.peaks(2, 0), 5000.f);
        QCOMPARE(out.peaks(2, 1), sizes[sizes.size() - 2]);
        QCOMPARE(out.peaks(2, 3), (sizes[sizes.size() / 2 - 1] + sizes[sizes.size() / 2]) / 2);

        const auto massive = out.massive({.absolute = 100, .ratio = 1000});
        QVERIFY(!massive.empty());
        QCOMPARE(massive[0].site, post);
        QCOMPARE(massive[0].position, Position(2));
        QCOMPARE(massive[0].dimension, 3);
        QCOMPARE(massive[0].value, -5000.f);
        QVERIFY(massive[0].ratio > 1000);
        QVERIFY(out.massive({.absolute = 6000, .ratio = 0}).empty());
        QVERIFY(out.massive({.absolute = 0, .ratio = 1e9}).empty());
        QVERIFY(out.massive({.absolute = 0, .ratio = 0}).size() == out.candidates.size());

        const ResidualNorms back = ResidualNorms::fromBundle(out.toBundle());
        QVERIFY(back.norms == out.norms && back.peaks == out.peaks);
        QCOMPARE(back.massive().size(), out.massive().size());
        QCOMPARE(back.candidates[70].dimension, out.candidates[70].dimension);
        QCOMPARE(back.candidates[70].site, out.candidates[70].site);
    }

    void nextTokenChange()
    {
        auto model = FakeModel::small();
        const Subject a = subjectOf(*model, model->prompt("The cat sat on"));
        const NextTokenChange same = compareNext(*model, a, a);
        QVERIFY(std::abs(same.kl) < 1e-12);
        QCOMPARE(same.totalVariation, 0.0);
        Subject b = a;
        Edit zero;
        zero.site = {Point::MlpOut, Layer(2), {}};
        b.edits = {zero};
        const NextTokenChange change = compareNext(*model, a, b, {}, {}, 60);
        QCOMPARE(change.changes.size(), std::size_t(60));
        double kl = 0;
        double variation = 0;
        for (const auto& t : change.changes) {
            kl += t.before * std::log(t.before / t.after);
            variation += std::abs(t.before - t.after) / 2;
        }
        QVERIFY(std::abs(kl - change.kl) < 1e-9 && change.kl > 1e-4);
        QVERIFY(std::abs(variation - change.totalVariation) < 1e-9);
        QVERIFY(change.topA[0].before >= change.topA[1].before);
        QVERIFY(change.topB[0].after >= change.topB[1].after);
        const NextTokenChange back = NextTokenChange::fromBundle(change.toBundle());
        QCOMPARE(back.changes[3].after, change.changes[3].after);
        QCOMPARE(back.kl, change.kl);
    }

    /// Each edit alone and all together, against runs by hand.
    void effects()
    {
        auto model = FakeModel::small();
        Subject subject = subjectOf(*model, model->prompt("The cat sat on"));
        Edit zero;
        zero.site = {Point::AttnOut, Layer(1), {}};
        Edit off = zero;
        off.enabled = false;
        Edit scale;
        scale.site = {Point::MlpOut, Layer(2), {}};
        scale.operation = Operation::Scale;
        scale.number = 2;
        subject.edits = {zero, off, scale};
        const EditEffects effects = editEffects(*model, subject);
        QCOMPARE(effects.alone.size(), std::size_t(3));
        QCOMPARE(effects.alone[1].kl, 0.0);
        QCOMPARE(effects.position, Position(static_cast<int>(subject.tokens()) - 1));
        Subject plain = subject;
        plain.edits = {};
        for (const std::size_t i : {0, 2}) {
            Subject one = subject;
            one.edits = {subject.edits[i]};
            const NextTokenChange change = compareNext(*model, plain, one);
            QVERIFY(std::abs(change.kl - effects.alone[i].kl) < 1e-6);
            QCOMPARE(change.topA[0].id, effects.target);
        }
        QVERIFY(std::abs(compareNext(*model, plain, subject).kl - effects.together.kl) < 1e-6);
        QVERIFY(effects.together.targetChange != 0);
        const EditEffects back = EditEffects::fromBundle(effects.toBundle());
        QCOMPARE(back.alone[2].targetChange, effects.alone[2].targetChange);
        QCOMPARE(back.together.kl, effects.together.kl);
        QCOMPARE(editEffects(*model, plain).together.kl, 0.0);
        QVERIFY_EXCEPTION_THROWN(editEffects(*model, subject, Position(9)), Error);
        QVERIFY_EXCEPTION_THROWN(editEffects(*model, subject, {}, 60), Error);
    }
};

QTEST_GUILESS_MAIN(TestNorms)
#include "tst_norms.moc"
