#include "core/work/error.h"
#include "tests/core/features/coder/plaincoder.h"

#include <QtTest>

#include <cmath>
#include <functional>
#include <limits>

using namespace microtome;

namespace {

const float none = std::nanf("");
const float endless = std::numeric_limits<float>::infinity();

SparseCoder sound()
{
    SparseCoder coder = plainCoder(rows({{1, 2}, {3, 4}, {5, 6}, {7, 8}}),
        rows({{1, 2}, {3, 4}, {5, 6}, {7, 8}}), JumpReluActivation{{1, 2, 3, 4}});
    coder.bias = {1, 2, 3, 4};
    coder.inputs.front().subtracted = {1, 2};
    coder.outputs.front().bias = {1, 2};
    return coder;
}

std::string refusal(const SparseCoder& coder)
{
    try {
        check(coder);
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

} // namespace

/// What check() lets through, and what it says of what it does not.
class TestCoderCheck : public QObject {
    Q_OBJECT

private slots:
    void whatIsSoundPasses();
    void faults_data();
    void faults();
    void severalPlacesAreNamed();
};

void TestCoderCheck::whatIsSoundPasses()
{
    SparseCoder coder = sound();
    QCOMPARE(refusal(coder), std::string());
    coder.bias.clear();
    coder.inputs.front().subtracted.clear();
    coder.outputs.front().bias.clear();
    QCOMPARE(refusal(coder), std::string());
    QCOMPARE(coder.latents(), std::size_t(4));
    QCOMPARE(refusal(plainCoder({}, rows({{1, 2}}), MatchingPursuitActivation{5, 0.1F, true})),
        std::string());
    QCOMPARE(SparseCoder().latents(), std::size_t(0));
}

using Spoil = std::function<void(SparseCoder&)>;

void TestCoderCheck::faults_data()
{
    QTest::addColumn<Spoil>("spoil");
    QTest::addColumn<QString>("says");
    const auto add = [](const char* name, const char* says, const Spoil& spoil) {
        QTest::newRow(name) << spoil << QString(says);
    };
    add("nothing", "no input or no output", [](auto& c) { c = SparseCoder(); });
    add("no output", "no input or no output", [](auto& c) { c.outputs.clear(); });
    add("no latents", "no latents", [](auto& c) { c = plainCoder({}, {}, ReluActivation{}); });
    add("no encoder", "the encoder is empty", [](auto& c) { c.inputs.front().encoder = {}; });
    add("no decoder", "the decoder is empty", [](auto& c) { c.outputs.front().decoder = {}; });
    add("other latents", "the decoder is 1 x 2 where 4 x 2 fits", [](auto& c) {
        c.outputs.front().decoder = rows({{1, 2}});
    });
    add("NaN in the encoder", "the encoder holds a number that is not finite (row 1, column 0)",
        [](auto& c) {
            c.inputs.front().encoder = rows({{1, 2}, {none, 4}, {5, 6}, {7, 8}});
        });
    add("infinity in the decoder", "the decoder holds a number that is not finite", [](auto& c) {
        c.outputs.front().decoder = rows({{1, 2}, {3, 4}, {5, 6}, {7, endless}});
    });
    add("NaN in the bias", "the encoder's bias holds", [](auto& c) { c.bias[2] = none; });
    add("short bias", "the encoder's bias has 1 numbers where 4 fit",
        [](auto& c) { c.bias = {1}; });
    add("subtracted", "the subtracted bias has 3 numbers where 2 fit", [](auto& c) {
        c.inputs.front().subtracted = {1, 2, 3};
    });
    add("output's bias", "the output's bias has 1 numbers",
        [](auto& c) { c.outputs.front().bias = {1}; });
    add("skip", "the skip is 1 x 2 where 2 x 2 fits", [](auto& c) {
        c.outputs.front().skip = rows({{1, 2}});
    });
    add("scale", "scale", [](auto& c) { c.inputs.front().norm.scale = 0; });
    add("no scale", "scale", [](auto& c) { c.inputs.front().norm.scale = none; });
    add("epsilon", "epsilon", [](auto& c) { c.inputs.front().norm.epsilon = -1; });
    add("layer norm of one number", "at least two numbers", [](auto& c) {
        c = plainCoder(rows({{1}}), rows({{1}}), ReluActivation{});
        c.inputs.front().norm.kind = InputNorm::Kind::LayerNorm;
    });
    add("threshold", "the threshold has 3 numbers where 4 fit", [](auto& c) {
        c.activation = JumpReluActivation{{1, 2, 3}};
    });
    add("endless threshold", "the threshold holds a number that is not finite", [](auto& c) {
        c.activation = JumpReluActivation{{1, 2, 3, endless}};
    });
    add("k of 0", "k is 0", [](auto& c) { c.activation = TopKActivation{}; });
    add("k above n", "k is 5, and must be from 1 to 4", [](auto& c) {
        c.activation = TopKActivation{5, false, false};
    });
    add("gate", "the magnitude's bias has 0 numbers", [](auto& c) {
        c.activation = GatedActivation{{1, 2, 3, 4}, {}, {1, 2, 3, 4}};
    });
    add("groups", "cannot be divided evenly into 3",
        [](auto& c) { c.activation = GroupMaxActivation{3}; });
    add("no groups", "the number of groups is 0",
        [](auto& c) { c.activation = GroupMaxActivation{0}; });
    add("glu", "the gate's encoder is 1 x 2 where 4 x 2 fits", [](auto& c) {
        c.activation = GluActivation{rows({{1, 2}}), {1, 2, 3, 4}, {}};
    });
    add("codebook's k", "k is 3, and must be from 1 to 2", [](auto& c) {
        c.activation = CodebookActivation{3, 2, false};
        c.bias.clear();
    });
    add("codebook's bias", "no encoder's bias", [](auto& c) {
        c.activation = CodebookActivation{1, 2, false};
    });
    add("pursuit with an encoder", "no encoder of its own", [](auto& c) {
        c.activation = MatchingPursuitActivation{1, 0, false};
    });
    add("endless pursuit", "the number of steps is 2000000000", [](auto& c) {
        c = plainCoder({}, rows({{1, 2}}), MatchingPursuitActivation{2'000'000'000, 0, false});
    });
    add("pursuit's residual", "residual", [](auto& c) {
        c = plainCoder({}, rows({{1, 2}}), MatchingPursuitActivation{2, none, false});
    });
    add("two scales", "which of its inputs", [](auto& c) {
        c.inputs.push_back(c.inputs.front());
        c.outputs.front().scaledBack = true;
    });
}

void TestCoderCheck::faults()
{
    QFETCH(Spoil, spoil);
    QFETCH(QString, says);
    SparseCoder coder = sound();
    spoil(coder);
    const auto sentence = QString::fromStdString(refusal(coder));
    QVERIFY2(sentence.startsWith("This dictionary cannot be used: ") && sentence.endsWith('.'),
        qPrintable(sentence));
    QVERIFY2(sentence.contains(says), qPrintable(sentence));
}

void TestCoderCheck::severalPlacesAreNamed()
{
    SparseCoder coder = sound();
    coder.inputs.push_back(coder.inputs.front());
    coder.inputs.back().encoder = rows({{1, 2}, {3, 4}, {5, 6}, {7, none}});
    QVERIFY(refusal(coder).find("the encoder of input 2 holds") != std::string::npos);
}

QTEST_GUILESS_MAIN(TestCoderCheck)
#include "tst_coder_check.moc"
