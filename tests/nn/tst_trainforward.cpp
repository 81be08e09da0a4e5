#include "core/nn/train/adamw.h"
#include "core/nn/train/forward.h"
#include "core/nn/train/leaves.h"
#include "tests/fakevariety.h"
#include "tests/nn/exported.h"
#include "tests/nn/pair.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros_like.h>

#include <nlohmann/json.hpp>

#include <QTest>

#include <cmath>
#include <fstream>

using namespace microtome;
using namespace microtome::nn;

/// The forward pass of training against the engine, its gradients against differences, and one step
/// of the optimiser against its formula.
class TestTrainForward : public QObject {
    Q_OBJECT

private:
    using Way = TrainForward::Way;

    struct Subject {
        Pair pair;
        nlohmann::json config;
        Leaves leaves;
    };

    static Subject subjectOf(Pair pair)
    {
        std::ifstream in(pair.path() / "config.json");
        const auto config = nlohmann::json::parse(in);
        Weights files = Weights::open(pair.path());
        Leaves leaves = Leaves::of(files, config, false, at::kCPU);
        return {std::move(pair), config, std::move(leaves)};
    }

    static Subject subject(int seed)
    {
        return subjectOf(randomPair(static_cast<std::uint64_t>(seed)));
    }

    static at::Tensor idsOf(const std::vector<std::vector<TokenId>>& rows)
    {
        std::vector<std::int64_t> all;
        for (const auto& row : rows)
            all.insert(all.end(), row.begin(), row.end());
        return at::tensor(all, at::kLong).view({static_cast<std::int64_t>(rows.size()), -1});
    }

    static std::vector<std::vector<TokenId>> someRows(
        const Architecture& a, int seed, std::size_t rows, std::size_t width)
    {
        FakeRandom random(static_cast<std::uint64_t>(seed) + 5);
        std::vector<std::vector<TokenId>> all;
        for (std::size_t i = 0; i < rows; ++i)
            all.push_back(randomIds(a, random, width));
        return all;
    }

    /// The loss of rows by what follows each token, and its gradient in the leaves.
    static double lossOf(Subject& s, Way way, const at::Tensor& ids, bool differentiate)
    {
        const auto decoder = s.leaves.decoder(s.config);
        const Architecture& a = decoder.architecture;
        const TrainForward forward(a, at::kCPU, way);
        const at::Tensor targets = (ids.flatten() * 7 + 3).remainder(a.outputs());
        const at::Tensor loss
            = forward.loss(decoder.parameters, forward.residual(decoder.parameters, ids), targets);
        if (differentiate) {
            s.leaves.gradients().zero_();
            loss.backward();
        }
        return loss.item<double>();
    }

private Q_SLOTS:
    void logits_data();
    void logits();
    void gradients_data() { logits_data(); }
    void gradients();
    void longRows();
    void differences();
    void optimiser();
    void length();
    void schedule();
};

void TestTrainForward::logits_data()
{
    QTest::addColumn<int>("seed");
    for (int seed = 0; seed < 40; ++seed)
        QTest::addRow("%d", seed) << seed;
}

/// Both ways give the engine's logits, within 1e-4, for random networks of every family.
void TestTrainForward::logits()
{
    QFETCH(int, seed);
    Subject s = subject(seed);
    const Architecture& a = s.pair.engine->architecture();
    const auto rows = someRows(a, seed, 3, 11);
    const at::NoGradGuard guard;
    const auto decoder = s.leaves.decoder(s.config);
    for (const Way way : {Way::Fused, Way::Plain}) {
        const TrainForward forward(decoder.architecture, at::kCPU, way);
        const at::Tensor logits
            = forward.logits(decoder.parameters, forward.residual(decoder.parameters, idsOf(rows)));
        QCOMPARE(logits.size(0), std::int64_t(33));
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const Trace trace = s.pair.engine->run(requestOf(rows[i], {logitsSite}));
            const at::Tensor own
                = logits.narrow(0, static_cast<std::int64_t>(i) * 11, 11).contiguous();
            const float* const data = own.data_ptr<float>();
            const Matrix mine(11, static_cast<std::size_t>(own.size(1)),
                std::vector<float>(data, data + own.numel()));
            const double apart = distance(mine, trace.values.at(logitsSite));
            QVERIFY2(apart < 1e-4, qPrintable(QString::number(apart)));
        }
    }
}

/// The functions of ops.h have the gradients that libtorch's operators have, for every weight.
void TestTrainForward::gradients()
{
    QFETCH(int, seed);
    Subject s = subject(seed);
    const at::Tensor ids = idsOf(someRows(s.pair.engine->architecture(), seed, 3, 13));
    const double plain = lossOf(s, Way::Plain, ids, true);
    const at::Tensor expected = s.leaves.gradients().clone();
    const double fused = lossOf(s, Way::Fused, ids, true);
    QVERIFY2(std::abs(plain - fused) < 1e-5 * std::max(1.0, plain),
        qPrintable(QString::number(plain - fused)));
    const double largest = expected.abs().max().item<double>();
    QVERIFY(largest > 0);
    const double apart = (s.leaves.gradients() - expected).abs().max().item<double>();
    // Rounding in another order. Without norms, scores grow into the hundreds, and rounding with
    // them.
    const double most = s.pair.engine->architecture().norm == Norm::None ? 1e-4 : 5e-6;
    QVERIFY2(apart < most * std::max(1.0, largest),
        qPrintable(QString("%1 of %2").arg(apart).arg(largest)));
}

/// More than one block of queries, and the last one shorter.
void TestTrainForward::longRows()
{
    for (const char* family : {"gpt2", "llama"}) {
        FakeRandom random(4);
        Architecture a = randomArchitecture(random);
        a.family = family;
        a.context = 200;
        a.kvHeads = 2;
        a.heads = 4;
        a.dHead = 8;
        a.activation = a.family == "llama" ? Activation::Silu : Activation::GeluTanh;
        fitToFamily(a);
        Subject s = subjectOf(pairOf(a, 9));
        const at::Tensor ids = idsOf(someRows(a, 9, 2, 157));
        const double plain = lossOf(s, Way::Plain, ids, true);
        const at::Tensor expected = s.leaves.gradients().clone();
        const double fused = lossOf(s, Way::Fused, ids, true);
        QVERIFY(std::abs(plain - fused) < 1e-5 * std::max(1.0, plain));
        const double largest = expected.abs().max().item<double>();
        QVERIFY((s.leaves.gradients() - expected).abs().max().item<double>()
            < 2e-5 * std::max(1.0, largest));
    }
}

/// Along a random direction the loss grows as the gradient says: central differences in float32, so
/// within 1 %.
void TestTrainForward::differences()
{
    for (int seed = 0; seed < 8; ++seed) {
        Subject s = subject(seed);
        const at::Tensor ids = idsOf(someRows(s.pair.engine->architecture(), seed, 2, 12));
        lossOf(s, Way::Fused, ids, true);
        const at::Tensor gradient = s.leaves.gradients().clone();
        const double length = lengthOf(gradient);
        const at::Tensor direction = gradient / length;
        const double step = 2e-3;
        const at::NoGradGuard guard;
        at::Tensor weights = s.leaves.weights();
        const at::Tensor before = weights.clone();
        weights.copy_(before + direction * step);
        const double above = lossOf(s, Way::Fused, ids, false);
        weights.copy_(before - direction * step);
        const double below = lossOf(s, Way::Fused, ids, false);
        const double slope = (above - below) / (2 * step);
        QVERIFY2(std::abs(slope - length) < 0.01 * length + 1e-3,
            qPrintable(QString("%1: %2 %3").arg(seed).arg(slope).arg(length)));
    }
}

/// Two steps by the formula in doubles; what decays, and what does not.
void TestTrainForward::optimiser()
{
    Recipe::Optimizer settings;
    settings.decay = 0.3;
    settings.beta1 = 0.8;
    settings.beta2 = 0.9;
    settings.epsilon = 1e-3;
    const std::vector<double> start{0.5, -2, 3, 0.25, 1e-3};
    const std::vector<std::vector<double>> gradients{{0.1, -0.2, 0, 4, 1e-5}, {-1, 0.5, 2, 0, 3}};
    constexpr std::size_t decayed = 2;
    std::vector<float> initial(start.begin(), start.end());
    at::Tensor weights = at::tensor(initial, at::kFloat);
    AdamW optimiser(settings, weights, decayed);
    std::vector<double> w = start, m(5, 0.0), v(5, 0.0);
    for (std::size_t t = 1; t <= 2; ++t) {
        const double rate = 0.01 * static_cast<double>(t);
        const double factor = t == 1 ? 1 : 0.5;
        const auto& given = gradients[t - 1];
        optimiser.step(weights,
            at::tensor(std::vector<float>(given.begin(), given.end()), at::kFloat), factor, rate,
            static_cast<std::int64_t>(t));
        for (std::size_t i = 0; i < w.size(); ++i) {
            const double g = given[i] * factor;
            if (i < decayed)
                w[i] -= rate * settings.decay * w[i];
            m[i] = 0.8 * m[i] + 0.2 * g;
            v[i] = 0.9 * v[i] + 0.1 * g * g;
            const double first = m[i] / (1 - std::pow(0.8, t));
            const double second = v[i] / (1 - std::pow(0.9, t));
            w[i] -= rate * first / (std::sqrt(second) + 1e-3);
        }
    }
    for (std::size_t i = 0; i < w.size(); ++i) {
        const double mine = weights[static_cast<std::int64_t>(i)].item<double>();
        QVERIFY2(std::abs(mine - w[i]) < 1e-6 * std::max(1.0, std::abs(w[i])),
            qPrintable(QString("%1 %2").arg(mine).arg(w[i])));
    }
}

void TestTrainForward::length()
{
    std::vector<float> numbers(1000, 0.0f);
    numbers[3] = 3;
    numbers[999] = -4;
    QCOMPARE(lengthOf(at::tensor(numbers, at::kFloat)), 5.0);
}

void TestTrainForward::schedule()
{
    Recipe recipe;
    recipe.steps = 110;
    recipe.optimizer.rate = 2;
    recipe.optimizer.warmup = 10;
    recipe.optimizer.final = 0.1;
    QCOMPARE(recipe.rateAfter(0), 0.2);
    QCOMPARE(recipe.rateAfter(4), 1.0);
    QCOMPARE(recipe.rateAfter(9), 2.0);
    QCOMPARE(recipe.rateAfter(10), 2.0);
    QCOMPARE(recipe.rateAfter(60), 1.1);
    QCOMPARE(recipe.rateAfter(110), 0.2);
    recipe.optimizer.schedule = Recipe::Schedule::Constant;
    QCOMPARE(recipe.rateAfter(90), 2.0);
}

QTEST_GUILESS_MAIN(TestTrainForward)
#include "tst_trainforward.moc"
