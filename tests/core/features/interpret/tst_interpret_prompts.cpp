// Prompts for language models and the readers of their replies.
#include "core/features/interpret/prompts/answers.h"
#include "core/features/interpret/prompts/languagejudge.h"
#include "core/features/interpret/prompts/questions.h"
#include "core/features/interpret/score/detection.h"
#include "tests/core/features/interpret/storytext.h"

#include <QRegularExpression>
#include <QTest>

#include <cmath>

using namespace microtome;
using namespace microtome::test;

namespace {

QString text(const std::string& s)
{
    return QString::fromStdString(s);
}

const std::vector<PromptWindow> windows{
    {{"A", " red", " cat"}, {}, {0, 7, 2}}, {{"<<", "x", "\n"}, {}, {0, 0, 10}}};

} // namespace

class TestInterpretPrompts : public QObject {
    Q_OBJECT

private slots:
    void promptsShowTheWindows()
    {
        const Prompt explanation = explanationPrompt(windows);
        QCOMPARE(text(explanation.id), QString("explanation-1"));
        QCOMPARE(text(explanation.user),
            QString("Example 1: A<<< red>>> cat\nLevels: “ red” 7, “ cat” 2\n"
                    "Example 2: <<x<<<⏎>>>\nLevels: “⏎” 10\n"));
        QVERIFY(text(explanation.system).contains("between <<< and >>>"));

        const Prompt detection = detectionPrompt("red things", windows);
        QCOMPARE(text(detection.user),
            QString("Explanation: red things\n\nExample 1: A red cat\nExample 2: <<x⏎\n"));
        QVERIFY(text(detection.system).contains("list of 2 numbers"));

        PromptWindow marked = windows[0];
        marked.marked = {true, true, false};
        const Prompt fuzzing = fuzzingPrompt("red things", std::span(&marked, 1));
        QVERIFY(text(fuzzing.user).endsWith("Example 1: <<A red>> cat\n"));

        const Prompt simulation = simulationPrompt("red things", windows[1]);
        QVERIFY(text(simulation.user).endsWith("\n\n1\t<<\n2\tx\n3\t⏎\n"));
        QVERIFY(text(intruderPrompt(windows).user).startsWith("Example 1: "));
        QVERIFY(text(detectionPrompt("", {}).user).isEmpty() == false);
    }

    void verdictsAreRead_data()
    {
        QTest::addColumn<QString>("reply");
        QTest::addColumn<QString>("expected");
        QTest::newRow("list") << "[1, 0, 1]"
                              << "101";
        QTest::newRow("words") << "Sure! The answer is [yes,No, TRUE]."
                               << "101";
        QTest::newRow("last list") << "Like [1, 1, 1]? No: [0,0,1]"
                                   << "001";
        QTest::newRow("other length first") << "[1, 0]\n[0,1,1]"
                                            << "011";
        QTest::newRow("fenced") << "```json\n[0, 1, 0]\n```"
                                << "010";
        QTest::newRow("lines") << "1: yes\n2: no\n3. Yes"
                               << "101";
        QTest::newRow("examples") << "Example 1 - no\n**Example 2: 1**\nExample 3: 0"
                                  << "010";
        QTest::newRow("too short") << "[1, 0]"
                                   << "";
        QTest::newRow("too long") << "[1, 0, 1, 1]"
                                  << "";
        QTest::newRow("not sure") << "[1, maybe, 0]"
                                  << "";
        QTest::newRow("twice") << "1: yes\n1: no\n2: no\n3: no"
                               << "";
        QTest::newRow("gap") << "1: yes\n3: no"
                             << "";
        QTest::newRow("nothing") << ""
                                 << "";
        QTest::newRow("brackets") << "]]][[["
                                  << "";
        QTest::newRow("refusal") << "I cannot help with that."
                                 << "";
        QTest::newRow("huge number") << "99999999999999999999999: yes"
                                     << "";
    }

    void verdictsAreRead()
    {
        QFETCH(QString, reply);
        QFETCH(QString, expected);
        const auto read = verdictsIn(reply.toStdString(), 3);
        QCOMPARE(read.has_value(), !expected.isEmpty());
        QString found;
        for (std::size_t i = 0; read && i < read->size(); ++i)
            found += (*read)[i] ? '1' : '0';
        QCOMPARE(found, expected);
    }

    void otherRepliesAreRead()
    {
        using Levels = std::vector<double>;
        QVERIFY(levelsIn("1\t0\n2\t10\n3\t2.5", 3) == Levels({0, 10, 2.5}));
        QVERIFY(levelsIn("Here:\n1: cat 0\n2: 7 - 3\n3\t x\t4\n", 3) == Levels({0, 3, 4}));
        QVERIFY(!levelsIn("1\t0\n2\t11\n3\t2", 3));
        QVERIFY(!levelsIn("1\t0\n2\t-1\n3\t2", 3));
        QVERIFY(!levelsIn("1\t0\n3\t2", 3));
        QVERIFY(!levelsIn("1\tunknown\n2\t1\n3\t2", 3));
        QVERIFY(!levelsIn("", 1));

        QVERIFY(intruderIn("Because ...\nAnswer: Example 3", 5) == 2U);
        QVERIFY(intruderIn("**Answer: 5.**", 5) == 4U);
        QVERIFY(intruderIn("2", 5) == 1U);
        QVERIFY(!intruderIn("Answer: 6", 5));
        QVERIFY(!intruderIn("Answer: 0", 5));
        QVERIFY(!intruderIn("Answer: 2 or 3", 5));
        QVERIFY(!intruderIn("none of them", 5));

        QCOMPARE(text(explanationIn("I think so.\nExplanation: words for colours\n").value()),
            QString("words for colours"));
        QCOMPARE(
            text(explanationIn("**EXPLANATION:** “a” before b").value()), QString("“a” before b"));
        QCOMPARE(text(explanationIn("[EXPLANATION]: numbers").value()), QString("numbers"));
        QVERIFY(!explanationIn("Explanation:   \n"));
        QVERIFY(!explanationIn("There is no explanation: none."));
        QVERIFY(!explanationIn(""));
        QVERIFY(explanationIn("explanation: " + std::string(100000, '\xff')).has_value());
    }

    void chancesAreRead()
    {
        const std::vector<Alternative> verdicts{
            {" 1", std::log(0.6)}, {"yes", std::log(0.1)}, {"0", std::log(0.1)}, {"x", 0}};
        QVERIFY(std::abs(*chanceOfYes(verdicts) - 0.875) < 1e-12);
        QVERIFY(!chanceOfYes(std::vector<Alternative>{{"x", 0}}));
        const std::vector<Alternative> levels{
            {"10", std::log(0.25)}, {" 2", std::log(0.25)}, {"11", 0}, {"a", 0}};
        QVERIFY(std::abs(*expectedLevel(levels) - 6) < 1e-12);
        QVERIFY(!expectedLevel({}));
    }

    void languageJudgeAsksAndReads()
    {
        const Story story(60, 3);
        const Predicate truth{TokenIs{{story.id(" walk")}, 0}};
        const auto index = story.index({truth});
        const auto scored = scoringWindows(*index, story.windows(), 0);
        int asked = 0;
        // A "model" that looks for the word, and fails at every fourth prompt.
        LanguageJudge judge(
            "walk", story.reading(), [&](const Prompt& prompt) -> std::optional<std::string> {
                if (++asked % 4 == 0)
                    return asked % 8 == 0 ? std::optional<std::string>("I would rather not.")
                                          : std::nullopt;
                std::string list;
                for (const QString& line : text(prompt.user).split('\n'))
                    if (line.startsWith("Example"))
                        list += (list.empty() ? "" : ",")
                            + std::string(
                                (line + " ").contains(QRegularExpression(" walk(?![a-z])")) ? "1"
                                                                                            : "0");
                return "[" + list + "]";
            });
        const ClassScore score = scoreDetection(scored, judge);
        QCOMPARE(asked, int(scored.size() + 4) / 5);
        QCOMPARE(score.balancedAccuracy.value, 1.0);
        QVERIFY(score.missing >= 15 && score.missing % 5 == 0);
    }
};

QTEST_GUILESS_MAIN(TestInterpretPrompts)
#include "tst_interpret_prompts.moc"
