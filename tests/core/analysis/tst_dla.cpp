#include "core/analysis/bundle.h"
#include "core/analysis/dla.h"
#include "tests/fakevariety.h"

#include <QtTest>

#include <cmath>

using namespace microtome;
using Kind = DlaComponent::Kind;

class TestDla : public QObject {
    Q_OBJECT

private slots:
    /// The components sum to the logit difference, over random architectures, positions and token
    /// sets; with edits too.
    void sumsToTheLogitDifference()
    {
        FakeRandom random(41);
        for (int round = 0; round < 30; ++round) {
            const Architecture a = randomArchitecture(random);
            FakeModel model(a, random.next());
            Subject subject = subjectOf(model, model.prompt(randomIds(a, random, 6)));
            for (int e = 0; e < round % 3; ++e) {
                Edit edit = randomEdit(a, random, 6);
                if (edit.site.point != Point::LnFinalNormalized && edit.site.point != Point::Logits
                    && edit.site.point != Point::LnFinalScale)
                    subject.edits.push_back(edit);
            }
            DlaRequest request;
            request.answers = {random.below(a.outputs())};
            if (random.chance(0.7))
                request.wrongs = {random.below(a.outputs()), random.below(a.outputs())};
            request.position = Position(random.below(6));
            const Dla dla = directLogitAttribution(model, subject, request);
            double size = 1;
            double sum = 0;
            for (const auto& c : dla.components) {
                size = std::max(size, std::abs(c.value));
                sum += c.value;
            }
            QVERIFY2(std::abs(dla.remainder) < 1e-4 * size, std::to_string(dla.remainder).c_str());
            QCOMPARE(sum, dla.sum);
            QVERIFY(dla.remark.empty());
            const std::size_t last = dla.accumulated.rows() - 1;
            QCOMPARE(last, static_cast<std::size_t>(a.layers));
            QVERIFY(
                std::abs(static_cast<double>(dla.accumulated(last, 2)) - dla.sum) < 1e-4 * size);
        }
    }

    /// Removing a head's output while the final scale is kept changes the logit difference by
    /// exactly its direct effect.
    void headByAblation()
    {
        Architecture a = FakeModel::small()->architecture();
        a.layers = 1;
        a.norm = Norm::RmsNorm;
        a.dMlp = 0;
        FakeModel model(a, 9);
        Subject subject = subjectOf(model, model.prompt(std::vector<TokenId> {0, 5, 9, 14}));
        const DlaRequest request{{7}, {8}, {}, {}};
        const Dla plain = directLogitAttribution(model, subject, request);
        Edit zero;
        zero.site = {Point::Z, Layer(0), Head(2)};
        Edit keepScale;
        keepScale.site = {Point::LnFinalScale, {}, {}};
        keepScale.operation = Operation::Freeze;
        subject.edits = {zero, keepScale};
        const Dla without = directLogitAttribution(model, subject, request);
        const auto head = std::find_if(plain.components.begin(), plain.components.end(),
            [](const DlaComponent& c) { return c.name() == "L0H2"; });
        QVERIFY(head != plain.components.end());
        QVERIFY(std::abs(head->value) > 1e-3);
        QVERIFY(std::abs(plain.actual - without.actual - head->value) < 1e-5);
        QCOMPARE(plain.finalScale, without.finalScale);
    }

    void componentsAndNeurons()
    {
        auto model = FakeModel::small();
        const Subject subject = subjectOf(*model, model->prompt("The cat sat"));
        const Dla dla = directLogitAttribution(*model, subject, {{7}, {8}, {}, Layer(1)});
        // embed, pos, per layer 4 heads + b_O + mlp, two biases.
        QCOMPARE(dla.components.size(), std::size_t(2 + 3 * 6 + 2));
        QCOMPARE(dla.components[2].name(), std::string("L0H0"));
        QCOMPARE(dla.components.back().name(), std::string("unembed.b_U"));
        QCOMPARE(dla.neurons.size(), std::size_t(33));
        double sum = 0;
        for (const auto& n : dla.neurons)
            sum += n.value;
        const auto mlp = std::find_if(dla.components.begin(), dla.components.end(),
            [](const DlaComponent& c) { return c.kind == Kind::Mlp && c.layer == Layer(1); });
        QVERIFY(std::abs(sum - mlp->value) < 1e-5);
        QVERIFY(mlp->magnitude > 0);
        const Dla back = Dla::fromBundle(dla.toBundle());
        QCOMPARE(back.components[5].value, dla.components[5].value);
        QCOMPARE(back.neurons.back().name(), dla.neurons.back().name());
        QCOMPARE(back.remainder, dla.remainder);
        QVERIFY(back.accumulated == dla.accumulated);
        Bundle damaged = dla.toBundle();
        damaged.fields["components"][0][0] = 99;
        QVERIFY_EXCEPTION_THROWN(Dla::fromBundle(damaged), Error);
    }

    /// An edit behind the residual stream is named; edits of the stream get their own row.
    void editsAreAccountedFor()
    {
        auto model = FakeModel::small();
        Subject subject = subjectOf(*model, model->prompt("The cat sat"));
        Edit late;
        late.site = {Point::Logits, {}, {}};
        late.operation = Operation::Add;
        late.unit = Unit(7);
        late.number = 2;
        subject.edits = {late};
        const Dla dla = directLogitAttribution(*model, subject, {{7}, {}, {}, {}});
        QVERIFY(std::abs(dla.remainder - 2) < 1e-4);
        QVERIFY(dla.remark.find("hook_logits") != std::string::npos);
        Edit push;
        push.site = {Point::ResidPost, Layer(1), {}};
        push.operation = Operation::Add;
        push.number = 0.5;
        push.values = Matrix(
            1, 16, std::vector<float>{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16});
        subject.edits = {push};
        const Dla pushed = directLogitAttribution(*model, subject, {{7}, {}, {}, {}});
        const auto edits = std::find_if(pushed.components.begin(), pushed.components.end(),
            [](const DlaComponent& c) { return c.name() == "edits 1"; });
        QVERIFY(edits != pushed.components.end());
        QVERIFY(std::abs(edits->magnitude - std::sqrt(1496.0)) < 1e-3);
        QVERIFY(std::abs(pushed.remainder) < 1e-4);
    }

    void refusals()
    {
        auto model = FakeModel::small();
        const Subject subject = subjectOf(*model, model->prompt("The cat sat"));
        QVERIFY_EXCEPTION_THROWN(directLogitAttribution(*model, subject, {}), Error);
        QVERIFY_EXCEPTION_THROWN(
            directLogitAttribution(*model, subject, {{60}, {}, {}, {}}), Error);
        QVERIFY_EXCEPTION_THROWN(
            directLogitAttribution(*model, subject, {{6}, {}, Position(9), {}}), Error);
        QVERIFY_EXCEPTION_THROWN(
            directLogitAttribution(*model, subject, {{6}, {}, {}, Layer(3)}), Error);
    }
};

QTEST_GUILESS_MAIN(TestDla)
#include "tst_dla.moc"
