// The offline explainer on the town's text, with the town's labels.
#include "core/features/interpret/selftest/explainerselftest.h"
#include "data/world/document.h"
#include "data/world/tokenizer.h"
#include "tests/core/features/sparsedata.h"

#include <QTest>

#include <map>

using namespace microtome;
using namespace microtome::test;

namespace {

constexpr std::uint64_t seed = 17; // neither that of the training text nor the held-out one
constexpr std::uint64_t documents = 800;

/// The text of a token as it stands in a text.
std::string shown(std::string piece)
{
    const std::string space = "▁";
    if (piece.starts_with(space))
        piece.replace(0, space.size(), " ");
    return piece;
}

} // namespace

class TestExplainTown : public QObject {
    Q_OBJECT

private slots:
    void findsWhatIsPlanted()
    {
        const std::vector<std::string> vocabulary = world::vocabulary();
        std::map<std::string, std::uint32_t> ids;
        std::vector<std::string> pieces;
        for (std::uint32_t id = 0; id < vocabulary.size(); ++id) {
            pieces.push_back(shown(vocabulary[id]));
            ids.emplace(pieces.back(), id);
        }
        Text text;
        text.vocabulary = static_cast<std::uint32_t>(pieces.size());
        std::map<std::string, std::vector<std::uint32_t>> tokens;
        std::uint32_t next = 0;
        for (std::uint64_t d = 0; d < documents; ++d) {
            auto& document = text.documents.emplace_back(1, 0);
            ++next;
            for (const world::Token& token : world::makeDocument(seed, d).text.tokens) {
                const auto found = ids.find((token.glued ? "" : " ") + token.text);
                QVERIFY2(found != ids.end(), token.text.c_str());
                document.push_back(found->second);
                for (std::size_t column = 0; column < std::size(world::labelNames); ++column)
                    if (const auto& label = token.labels.*world::labelFields[column];
                        !label.empty())
                        tokens[std::string(world::labelNames[column]) + ":" + label].push_back(
                            next);
                ++next;
            }
        }
        std::vector<TokenLabel> labels;
        for (auto& [name, at] : tokens)
            labels.push_back({name, std::move(at)});

        const Folder folder;
        writeCorpus(folder / "c", text);
        const Corpus corpus(folder / "c");
        const Windows windows(corpus);
        const Reading reading(windows, pieces, labels);
        SelfTestSettings settings;
        settings.perKind = 2;
        const SelfTest test = explainerSelfTest(reading, settings);
        for (const SelfTestCase& one : test.cases) {
            const std::string what = std::string(nameOf(one.kind)) + ": planted " + one.planted
                + ", said: " + one.sentence;
            if (!one.found)
                qInfo("%.3f %s", one.truth.balancedAccuracy.value, what.c_str());
            QVERIFY2(one.truth.balancedAccuracy.value >= 0.95, what.c_str());
        }
        std::size_t kinds = 0;
        for (const SelfTestRow& row : test.rows) {
            qInfo("%-33s %s found %d of %d, balanced accuracy %.3f, of the truth %.3f",
                nameOf(row.kind), row.noisy ? "noisy" : "clean", int(row.found), int(row.planted),
                row.balancedAccuracy, row.truth);
            kinds += row.planted > 0;
            QVERIFY(row.planted == 0 || row.balancedAccuracy >= 0.93);
        }
        QVERIFY(kinds >= 10);
    }
};

QTEST_GUILESS_MAIN(TestExplainTown)
#include "tst_explain_town.moc"
