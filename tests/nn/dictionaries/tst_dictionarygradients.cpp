#include "tests/nn/dictionaries/dictionarysubject.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/tanh.h>
#include <ATen/ops/topk.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

#include <QTest>

#include <algorithm>
#include <cmath>

using namespace microtome;
using namespace microtome::nn;
using namespace microtome::test;
using Kind = DictionaryRecipe::Kind;

namespace {

constexpr std::int64_t tokens = 40;
constexpr std::int64_t latents = 24;

/// The loss as the papers and SAELens write it, dense and in doubles, for autograd.
class Reference {
public:
    Reference(const DictionaryRecipe& recipe, const DictionaryWeights& w)
        : m_recipe(recipe)
        , m_all(w.all().to(at::kDouble).requires_grad_())
    {
        std::int64_t begin = 0;
        const auto take = [&](std::vector<std::int64_t> shape) {
            std::int64_t count = 1;
            for (const auto axis : shape)
                count *= axis;
            begin += count;
            return m_all.narrow(0, begin - count, count).view(shape);
        };
        encoder = take({w.latents(), w.dIn()});
        decoder = take({w.latents(), w.dOut()});
        bias = take({w.latents()});
        outputBias = take({w.dOut()});
        if (recipe.kind == Kind::JumpRelu)
            threshold = take({w.latents()});
        if (recipe.kind == Kind::Gated) {
            magnitudeBias = take({w.latents()});
            magnitude = take({w.latents()});
        }
        if (recipe.skip)
            skip = take({w.dIn(), w.dOut()});
    }

    at::Tensor loss(
        const DictionaryRows& rows, const std::vector<std::int32_t>& dead, double sparsity) const
    {
        const at::Tensor x = rows.inputs.to(at::kDouble);
        const at::Tensor y = rows.targets.to(at::kDouble);
        const at::Tensor u = (m_recipe.subtract ? x - outputBias : x).matmul(encoder.t());
        const at::Tensor z = u + bias;
        const at::Tensor isDead = at::zeros({bias.size(0)}, at::kDouble);
        for (const auto i : dead)
            isDead[i] = 1;
        const double count = static_cast<double>(x.size(0));
        at::Tensor f;
        at::Tensor terms = at::zeros({}, at::kDouble);
        const auto made = [&](const at::Tensor& by) {
            const at::Tensor own = by.matmul(decoder) + outputBias;
            return skip.defined() ? own + x.matmul(skip) : own;
        };
        if (m_recipe.kind == Kind::Standard) {
            f = z.relu();
            terms = f.sum() * (sparsity / count);
        } else if (m_recipe.topKind()) {
            at::Tensor keys = z.detach();
            if (rows.gradients.defined() && m_recipe.gradient > 0)
                keys = keys
                    + m_recipe.gradient * keys
                        * rows.gradients.to(at::kDouble).matmul(decoder.detach().t()).abs();
            f = z.relu() * chosen(keys, z);
        } else if (m_recipe.kind == Kind::JumpRelu) {
            jump(z, isDead, sparsity / count, f, terms);
        } else {
            const at::Tensor open = (z > 0).to(at::kDouble).detach();
            f = open * (u * magnitude.exp() + magnitudeBias).relu();
            at::Tensor viaGate = z.relu().matmul(decoder.detach()) + outputBias.detach() - y;
            terms = z.relu().sum() * (sparsity / count) + viaGate.pow(2).sum() / count;
        }
        const at::Tensor error = made(f) - y;
        at::Tensor loss = error.pow(2).sum() / count + terms;
        if (m_recipe.topKind() && m_recipe.aux > 0 && !dead.empty()) {
            const std::int64_t half = x.size(1) / 2;
            const auto there = static_cast<std::int64_t>(dead.size());
            const double scale = std::min(1.0, double(there) / double(half));
            const at::Tensor masked
                = z.detach().masked_fill((isDead == 0).unsqueeze(0).expand_as(z), -1e30);
            const at::Tensor best = std::get<1>(masked.topk(std::min(half, there), 1));
            const at::Tensor a = z * at::zeros_like(masked).scatter_(1, best, 1);
            loss = loss
                + m_recipe.aux * scale * (a.matmul(decoder) + error.detach()).pow(2).sum() / count;
        }
        return loss;
    }

    at::Tensor gradient(const at::Tensor& loss) const
    {
        loss.backward();
        return m_all.grad();
    }

private:
    at::Tensor chosen(const at::Tensor& keys, const at::Tensor& z) const
    {
        const at::Tensor flat = at::zeros_like(z).detach();
        if (m_recipe.kind == Kind::TopK)
            return flat.scatter_(
                1, std::get<1>(keys.topk(static_cast<std::int64_t>(m_recipe.k), 1)), 1);
        const auto all
            = static_cast<std::int64_t>(std::llround(m_recipe.k * static_cast<double>(z.size(0))));
        return flat.view({-1})
            .scatter_(0, std::get<1>(keys.reshape({-1}).topk(all)), 1)
            .view(z.sizes());
    }

    /// Values as they are; derivatives as the straight-through estimator has them.
    void jump(const at::Tensor& z, const at::Tensor& isDead, double weight, at::Tensor& f,
        at::Tensor& terms) const
    {
        const DictionaryRecipe::Jump& j = m_recipe.jump;
        const at::Tensor above = (z > threshold).to(at::kDouble).detach();
        const at::Tensor near
            = ((z - threshold).abs() < j.bandwidth / 2).to(at::kDouble).detach() / j.bandwidth;
        at::Tensor moved = threshold.detach() - threshold; // 0, with a derivative
        if (j.toInput)
            moved = moved + z - z.detach();
        f = z * above + threshold.detach() * near * moved;
        if (j.penalty == DictionaryRecipe::Penalty::Tanh)
            terms = (f * j.scale).tanh().sum() * weight;
        else
            terms = (above + near * moved).sum() * weight;
        terms = terms
            + ((threshold - z).relu() * isDead).sum() * (j.preAct / static_cast<double>(z.size(0)));
    }

    const DictionaryRecipe& m_recipe;
    at::Tensor m_all;
    at::Tensor encoder, decoder, bias, outputBias, threshold, magnitudeBias, magnitude, skip;
};

} // namespace

/// Gradients in closed form, over the latents that fire, against autograd of the dense formulas.
class TestDictionaryGradients : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void closedForm_data();
    void closedForm();
    void straightDifferences();
    void staysOnTheSphere();
};

void TestDictionaryGradients::closedForm_data()
{
    QTest::addColumn<QString>("recipe");
    QTest::addColumn<int>("dead");
    for (const auto& [name, form] : everyKind())
        for (const int dead : {0, 2, 11})
            QTest::newRow((name + ", dead " + std::to_string(dead)).c_str())
                << QString::fromStdString(form.dump()) << dead;
}

void TestDictionaryGradients::closedForm()
{
    QFETCH(QString, recipe);
    QFETCH(int, dead);
    nlohmann::json form = nlohmann::json::parse(recipe.toStdString());
    form["latents"] = latents;
    const DictionaryRecipe r = recipeOf(form);
    const std::int64_t dIn = 8;
    const std::int64_t dOut = r.target.empty() ? dIn : 5;
    const DictionaryWeights w = randomWeights(r, dIn, dOut, 17);
    DictionaryRows rows{randomTensor(tokens, dIn, 1), {}, {}};
    rows.targets = r.target.empty() ? rows.inputs : randomTensor(tokens, dOut, 2);
    if (r.gradient > 0)
        rows.gradients = randomTensor(tokens, dOut, 4);
    std::vector<std::int32_t> deadOnes;
    for (int i = 0; i < dead; ++i)
        deadOnes.push_back(2 * i + 1);

    DictionaryWeights gradient(r, dIn, dOut);
    gradient.all().fill_(7); // what was there before does not matter
    const DictionaryLoss loss
        = DictionaryPass(r).differentiate(w, rows, deadOnes, r.sparsity, gradient);

    const at::AutoGradMode guard(true);
    const Reference reference(r, w);
    const at::Tensor expected = reference.loss(rows, deadOnes, r.sparsity);
    const double off = std::abs(loss.total - expected.item<double>());
    QVERIFY2(off < 1e-5 * expected.item<double>(),
        qPrintable(QString("%1 instead of %2").arg(loss.total).arg(expected.item<double>())));
    QVERIFY(loss.squared > 0 && loss.squared <= loss.total);
    const at::Tensor wanted = reference.gradient(expected);
    const double most = (gradient.all().to(at::kDouble) - wanted).abs().max().item<double>();
    const double largest = wanted.abs().max().item<double>();
    QVERIFY2(most < 2e-6 * std::max(1.0, largest),
        qPrintable(QString("%1 of %2").arg(most).arg(largest)));
    // Every part has a gradient: none is compared with zeros alone.
    QVERIFY(gradient.all().narrow(0, 0, latents * dIn).abs().max().item<float>() > 1e-3f);
    if (w.threshold())
        QVERIFY(*std::max_element(gradient.threshold(), gradient.threshold() + latents) != 0);
    if (w.magnitude())
        QVERIFY(*std::max_element(gradient.magnitude(), gradient.magnitude() + latents) != 0);
}

/// Of the loss that differentiate() itself gives, where no derivative is an estimate.
void TestDictionaryGradients::straightDifferences()
{
    const DictionaryRecipe r
        = recipeOf({{"kind", "standard"}, {"sparsity", 0.7}, {"latents", latents}});
    DictionaryWeights w = randomWeights(r, 6, 6, 3);
    const at::Tensor x = randomTensor(tokens, 6, 8);
    const DictionaryRows rows{x, x, {}};
    DictionaryWeights gradient(r, 6, 6);
    DictionaryWeights other(r, 6, 6);
    const DictionaryPass pass(r);
    pass.differentiate(w, rows, {}, r.sparsity, gradient);
    int checked = 0;
    for (std::int64_t i = 0; i < w.all().numel(); i += 7) {
        float& value = w.all().data_ptr<float>()[i];
        const float before = value;
        constexpr float step = 2e-3f;
        value = before + step;
        const double above = pass.differentiate(w, rows, {}, r.sparsity, other).total;
        value = before - step;
        const double below = pass.differentiate(w, rows, {}, r.sparsity, other).total;
        value = before;
        const double slope = (above - below) / (2.0 * step);
        const double own = gradient.all().data_ptr<float>()[i];
        QVERIFY2(std::abs(slope - own) < 0.02 * std::max(1.0, std::abs(own)),
            qPrintable(QString("%1: %2 and %3").arg(i).arg(slope).arg(own)));
        ++checked;
    }
    QVERIFY(checked > 30);
}

/// What lies along decoder rows is taken out, nothing else.
void TestDictionaryGradients::staysOnTheSphere()
{
    const DictionaryRecipe r = recipeOf({{"kind", "topk"}, {"k", 3}, {"latents", latents}});
    DictionaryWeights w = randomWeights(r, 6, 6, 3);
    DictionaryWeights gradient = randomWeights(r, 6, 6, 4);
    const at::Tensor before = gradient.all().clone();
    w.removeAlong(gradient);
    for (std::int64_t i = 0; i < latents; ++i) {
        double along = 0;
        double length = 0;
        double removed = 0;
        for (std::int64_t j = 0; j < 6; ++j) {
            const double row = w.decoder()[i * 6 + j];
            along += row * double(gradient.decoder()[i * 6 + j]);
            length += row * row;
            removed += row * double(before.data_ptr<float>()[(latents + i) * 6 + j]);
        }
        QVERIFY(std::abs(along) < 1e-6);
        QVERIFY(std::abs(length - 1) < 1e-6);
        for (std::int64_t j = 0; j < 6; ++j)
            QVERIFY(std::abs(double(gradient.decoder()[i * 6 + j])
                        + removed * double(w.decoder()[i * 6 + j])
                        - double(before.data_ptr<float>()[(latents + i) * 6 + j]))
                < 1e-6);
    }
    QVERIFY(gradient.all().narrow(0, 0, latents * 6).equal(before.narrow(0, 0, latents * 6)));
}

QTEST_GUILESS_MAIN(TestDictionaryGradients)
#include "tst_dictionarygradients.moc"
