#include "core/model/editfile.h"
#include "core/work/error.h"
#include "tests/fakevariety.h"

#include <QtTest>

#include <algorithm>

using namespace microtome;

namespace {

/// JSON written with single quotes (moc cannot read raw strings with quotes in them).
std::string text(std::string json)
{
    std::replace(json.begin(), json.end(), '\'', '"');
    return json;
}

std::string refusal(const std::string& entry)
{
    try {
        readEdits(
            "{\"edits\": [" + entry + "]}", [](const std::string&) { return Matrix(1, 1, {1}); });
    } catch (const Error& e) {
        return e.what();
    }
    return {};
}

bool mentions(const std::string& sentence, const std::string& word)
{
    return sentence.find(word) != std::string::npos;
}

} // namespace

class TestEditFile : public QObject {
    Q_OBJECT

private slots:
    void example()
    {
        std::string asked;
        const Edits edits = readEdits(
            text("{'edits': ["
                 "{'site': 'blocks.3.hook_resid_post', 'op': 'add', 'value': 'v.safetensors#dir', "
                 "'strength': 2.5},"
                 "{'site': 'pattern5', 'op': 'zero', 'index': {'head': 1, 'unit': 7}, 'positions': "
                 "{'from': 2, 'to': 9}},"
                 "{'site': 'blocks.0.hook_mlp_out', 'op': 'scale', 'value': 0.5, 'positions': "
                 "'last', 'bos': false},"
                 "{'site': 'hook_embed', 'op': 'freeze', 'positions': {'ids': [4, 5]}, 'enabled': "
                 "false},"
                 "{'site': 'hook_embed', 'op': 'mean', 'positions': {'first': 3}, 'label': 'x'}]}"),
            [&](const std::string& reference) {
                asked = reference;
                return Matrix(1, 2, {1, 2});
            });
        QCOMPARE(asked, std::string("v.safetensors#dir"));
        QCOMPARE(edits.size(), std::size_t(5));
        QCOMPARE(edits[0].strength, 2.5);
        QCOMPARE(edits[0].values.columns(), std::size_t(2));
        QCOMPARE(edits[1].site, (Site{Point::Pattern, Layer(5), Head(1)}));
        QCOMPARE(edits[1].unit, std::optional(Unit(7)));
        QCOMPARE(edits[1].positions.to, 9);
        QCOMPARE(edits[2].number, 0.5);
        QCOMPARE(edits[2].bos, std::optional(false));
        QCOMPARE(edits[2].positions.kind, EditPositions::Kind::Last);
        QVERIFY(!edits[3].enabled);
        QCOMPARE(edits[3].positions.ids, (std::vector<TokenId>{4, 5}));
        QCOMPARE(edits[4].positions.first, 3);
        QCOMPARE(edits[4].label, std::string("x"));
    }

    /// What is written reads back equal, for any edit.
    void roundTrip()
    {
        FakeRandom random(61);
        Edits edits;
        for (int i = 0; i < 300; ++i) {
            Edit e = randomEdit(randomArchitecture(random), random, 6);
            if (e.positions.kind != EditPositions::Kind::Range)
                e.positions.from = e.positions.to = 0;
            if (e.positions.kind != EditPositions::Kind::First)
                e.positions.first = 0;
            if (e.positions.kind != EditPositions::Kind::Ids)
                e.positions.ids.clear();
            const bool hasNumber = e.values.empty()
                && (e.operation == Operation::Set || e.operation == Operation::Add
                    || e.operation == Operation::Scale);
            if (!hasNumber)
                e.number = 0;
            e.enabled = random.chance(0.8);
            edits.push_back(e);
        }
        std::map<std::string, Matrix> file;
        const std::string written = writeEdits(edits, [&](const Edit& e, std::size_t i) {
            const std::string name = "e.safetensors#" + std::to_string(i);
            file[name] = e.values;
            return name;
        });
        const Edits back
            = readEdits(written, [&](const std::string& name) { return file.at(name); });
        QCOMPARE(back.size(), edits.size());
        for (std::size_t i = 0; i < edits.size(); ++i)
            QVERIFY2(back[i] == edits[i], std::to_string(i).c_str());
        QVERIFY(!file.empty());
        QVERIFY_EXCEPTION_THROWN(writeEdits(edits), Error);
    }

    void refusals()
    {
        const std::string site = text("'site': 'hook_embed'");
        QVERIFY(mentions(refusal("{" + site + text(", 'op': 'clamp', 'value': 1}")), "\"clamp\""));
        QVERIFY(mentions(refusal("{" + site + text(", 'op': 'low_rank'}")), "not supported"));
        QVERIFY(mentions(refusal("{" + site + text(", 'op': 'wiggle'}")), "unknown"));
        QVERIFY(mentions(refusal("{" + site + "}"), "no \"op\""));
        QVERIFY(mentions(refusal(text("{'op': 'zero'}")), "no \"site\""));
        QVERIFY(mentions(refusal(text("{'site': 'blocks.x', 'op': 'zero'}")), "blocks.x"));
        QVERIFY(mentions(refusal(text("{'site': 3, 'op': 'zero'}")), "must be text"));
        QVERIFY(mentions(refusal("{" + site + text(", 'op': 'zero', 'when': {'a': 1}}")), "when"));
        QVERIFY(mentions(refusal("{" + site + text(", 'op': 'zero', 'colour': 1}")), "colour"));
        QVERIFY(mentions(
            refusal("{" + site + text(", 'op': 'zero', 'index': {'feature': 1}}")), "feature"));
        QVERIFY(mentions(
            refusal("{" + site + text(", 'op': 'zero', 'index': {'head': 1}}")), "no heads"));
        QVERIFY(!refusal("{" + site + text(", 'op': 'zero', 'index': {'unit': -1}}")).empty());
        QVERIFY(!refusal("{" + site + text(", 'op': 'zero', 'index': {'unit': 1e300}}")).empty());
        QVERIFY(!refusal("{" + site + text(", 'op': 'zero', 'positions': 'some'}")).empty());
        QVERIFY(!refusal("{" + site + text(", 'op': 'zero', 'positions': {'from': 4, 'to': 2}}"))
                     .empty());
        QVERIFY(!refusal("{" + site + text(", 'op': 'zero', 'positions': {'from': 4}}")).empty());
        QVERIFY(!refusal("{" + site + text(", 'op': 'zero', 'bos': 1}")).empty());
        QVERIFY(!refusal("{" + site + text(", 'op': 'zero', 'strength': 'much'}")).empty());
        QVERIFY(!refusal("{" + site + text(", 'op': 'set'}")).empty());
        QVERIFY(!refusal("{" + site + text(", 'op': 'patch', 'value': 2}")).empty());
        QVERIFY(!refusal("{" + site + text(", 'op': 'scale', 'value': 'a#b'}")).empty());
        QVERIFY(
            !refusal("{" + site + text(", 'op': 'set', 'value': 'file-without-name'}")).empty());
        QVERIFY(mentions(refusal("17"), "Edit 1"));
        QVERIFY_EXCEPTION_THROWN(readEdits("{"), Error);
        QVERIFY_EXCEPTION_THROWN(readEdits("[]"), Error);
        QVERIFY_EXCEPTION_THROWN(readEdits(text("{'edits': {}}")), Error);
        QVERIFY(readEdits(text("{'edits': []}")).empty());
    }
};

QTEST_GUILESS_MAIN(TestEditFile)
#include "tst_editfile.moc"
