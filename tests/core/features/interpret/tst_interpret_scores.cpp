// The scores of explanations, with judges whose score is known.
#include "core/features/interpret/score/detection.h"
#include "core/features/interpret/score/fuzzing.h"
#include "core/features/interpret/score/intervention.h"
#include "core/features/interpret/score/intruder.h"
#include "core/features/interpret/score/predicatejudge.h"
#include "core/features/interpret/score/simulation.h"
#include "core/features/interpret/score/summary.h"
#include "core/features/interpret/score/surprisal.h"
#include "core/features/samples/samples.h"
#include "core/work/error.h"
#include "tests/core/features/interpret/storytext.h"

#include <QTest>

#include <cmath>
#include <set>

using namespace microtome;
using namespace microtome::test;

namespace {

/// Does not answer some questions; to the others what another judge says.
class Failing : public Judge {
public:
    Failing(Judge& judge, double share)
        : m_judge(judge)
        , m_share(share)
    {
    }

    Answers<double> detect(std::span<const TokenRange> w) override
    {
        return some(m_judge.detect(w));
    }
    Answers<double> fuzz(std::span<const MarkedWindow> w) override { return some(m_judge.fuzz(w)); }
    Answers<std::vector<double>> simulate(std::span<const TokenRange> w) override
    {
        return some(m_judge.simulate(w));
    }
    Answers<std::size_t> intruder(std::span<const std::vector<TokenRange>> w) override
    {
        return some(m_judge.intruder(w));
    }

private:
    template <class T> Answers<T> some(Answers<T> answers)
    {
        for (auto& answer : answers)
            if (static_cast<double>(m_random() % 1000) < 1000 * m_share)
                answer.reset();
        return answers;
    }

    Judge& m_judge;
    double m_share;
    std::mt19937_64 m_random{7};
};

std::uint64_t begin(const ScoringWindow& window)
{
    return window.tokens.begin;
}

} // namespace

class TestInterpretScores : public QObject {
    Q_OBJECT

private slots:
    void initTestCase()
    {
        m_story.emplace(600, 1);
        const auto id = [&](const char* piece) { return m_story->id(piece); };
        m_truth = {AllOf{{{TokenIs{{id(" the"), id(" walk"), id(" look")}, 0}},
            {TokenNear{{id(","), id(" garden")}, TokenNear::Side::Before, 8}}}}};
        const Predicate partner{TokenNear{{id(","), id(" garden")}, TokenNear::Side::Before, 8}};
        m_index = m_story->index({m_truth, partner, {AnyOf{}}});
        m_partners = {1};
        m_windows = scoringWindows(*m_index, m_story->windows(), 0, {}, m_partners);
    }

    void windowsAreOfTheOtherSideAndHard()
    {
        SampleSettings explaining;
        explaining.split = Split::Explaining;
        const Samples samples = takeSamples(*m_index, m_story->windows(), 0, explaining);
        std::set<std::uint64_t> seen;
        for (const Sample& sample : samples.top.samples)
            seen.insert(sample.tokens.begin);
        for (const auto& group : samples.quantiles)
            for (const Sample& sample : group.samples)
                seen.insert(sample.tokens.begin);
        const auto where = m_story->where(m_truth);
        std::map<WindowGroup, int> counts;
        std::set<std::uint64_t> begins;
        bool sorted = true;
        for (const ScoringWindow& window : m_windows) {
            QVERIFY(!seen.contains(begin(window)));
            QVERIFY(begins.insert(begin(window)).second);
            const std::uint64_t document = m_story->corpus().documentOf(begin(window));
            QVERIFY(m_story->windows().in(
                m_story->windows().windowOf(begin(window), document), Split::Scoring));
            float largest = 0;
            for (std::size_t i = 0; i < window.values.size(); ++i) {
                largest = std::max(largest, window.values[i]);
                QCOMPARE(window.values[i] > 0,
                    std::ranges::binary_search(where, window.tokens.begin + i));
            }
            QCOMPARE(largest, window.strength);
            QCOMPARE(window.fires(), largest > 0);
            sorted = sorted && (begins.size() == 1 || begin(window) == *begins.rbegin());
            ++counts[window.group];
        }
        QCOMPARE(counts[WindowGroup::Firing], 50);
        QCOMPARE(counts[WindowGroup::SameToken], 15);
        QCOMPARE(counts[WindowGroup::Partner], 10);
        QCOMPARE(counts[WindowGroup::Silent], 25);
        QVERIFY(!sorted);
        const auto firstHalf = std::span(m_windows).first(50);
        QVERIFY(std::abs(std::ranges::count_if(firstHalf, &ScoringWindow::fires) - 25) < 15);
        ScoringSettings none;
        none.quantiles = 0;
        QVERIFY(
            !sentence([&] { scoringWindows(*m_index, m_story->windows(), 0, none); }).isEmpty());
        QVERIFY(scoringWindows(*m_index, m_story->windows(), 2).empty()); // never fires
    }

    void perfectLabelScoresOne()
    {
        PredicateJudge judge(m_truth, m_story->reading());
        const ClassScore detection = scoreDetection(m_windows, judge);
        QCOMPARE(detection.balancedAccuracy.value, 1.0);
        QCOMPARE(detection.f1.value, 1.0);
        QCOMPARE(detection.auc.value, 1.0);
        QVERIFY(detection.balancedAccuracy.low < 0.99);
        QCOMPARE(detection.asked, std::size_t(100));
        QCOMPARE(detection.missing, std::size_t(0));
        QCOMPARE(detection.groups.size(), std::size_t(3 + 10));

        const auto questions = fuzzingQuestions(m_windows);
        const ClassScore fuzzing = scoreFuzzing(questions, judge);
        QCOMPARE(fuzzing.balancedAccuracy.value, 1.0);
        QCOMPARE(fuzzing.groups.size(), std::size_t(4));

        const SimulationScore simulation
            = scoreSimulation(m_windows, m_index->numbers(0).max, judge);
        QVERIFY(simulation.correlation.value > 0.85); // strengths vary, its answers do not
        QVERIFY(simulation.r2 > 0.3 && simulation.r2 < 1);

        const IntruderScore intruder = scoreIntruder(intruderQuestions(m_windows), judge);
        QCOMPARE(intruder.asked, std::size_t(10));
        QCOMPARE(intruder.accuracy.value, 1.0);
    }

    void shuffledLabelScoresChance()
    {
        // A label about which windows of the corpus fires as often, and by chance: a coin for each.
        class Coin : public PredicateJudge {
        public:
            using PredicateJudge::PredicateJudge;
            Answers<double> detect(std::span<const TokenRange> w) override
            {
                return coins(w.size());
            }
            Answers<double> fuzz(std::span<const MarkedWindow> w) override
            {
                return coins(w.size());
            }
            Answers<double> coins(std::size_t n)
            {
                Answers<double> answers;
                for (std::size_t i = 0; i < n; ++i)
                    answers.emplace_back(static_cast<double>(m_random() % 1000) / 999);
                return answers;
            }
            std::mt19937_64 m_random;
        };
        int inside = 0, auc = 0, fuzz = 0;
        double sum = 0;
        for (std::uint64_t seed = 0; seed < 40; ++seed) {
            Coin coin({AllOf{}}, m_story->reading());
            coin.m_random.seed(seed);
            const ClassScore score = scoreDetection(m_windows, coin);
            inside += score.balancedAccuracy.contains(0.5);
            auc += score.auc.contains(0.5);
            sum += score.balancedAccuracy.value;
            fuzz += scoreFuzzing(fuzzingQuestions(m_windows, seed), coin)
                        .balancedAccuracy.contains(0.5);
        }
        QVERIFY(std::abs(sum / 40 - 0.5) < 0.03);
        QVERIFY2(inside >= 35, qPrintable(QString::number(inside)));
        QVERIFY2(auc >= 34, qPrintable(QString::number(auc)));
        QVERIFY2(fuzz >= 35, qPrintable(QString::number(fuzz)));

        // And a real label of something else.
        PredicateJudge other(
            {TokenIs{{m_story->id(" park"), m_story->id(" 24")}, 0}}, m_story->reading());
        QVERIFY(scoreDetection(m_windows, other).balancedAccuracy.contains(0.5));
        PredicateJudge always({AllOf{}}, m_story->reading());
        QCOMPARE(scoreDetection(m_windows, always).balancedAccuracy.value, 0.5);
        QCOMPARE(scoreDetection(m_windows, always).auc.value, 0.5);
    }

    void hardNegativesShowWhatRandomOnesHide()
    {
        // The label forgets the condition: only windows with a look-alike tell.
        PredicateJudge careless(
            {TokenIs{{m_story->id(" the"), m_story->id(" walk"), m_story->id(" look")}, 0}},
            m_story->reading());
        const ClassScore score = scoreDetection(m_windows, careless);
        QCOMPARE(score.recall.value, 1.0);
        for (const GroupScore& group : score.groups)
            if (group.group == static_cast<std::size_t>(WindowGroup::SameToken) - 1)
                QCOMPARE(group.right.value, 0.0);
    }

    void failingJudgeIsMissingNotWrong()
    {
        PredicateJudge judge(m_truth, m_story->reading());
        Failing failing(judge, 0.2);
        const ClassScore detection = scoreDetection(m_windows, failing);
        QVERIFY(detection.missing > 8 && detection.missing < 35);
        QCOMPARE(detection.balancedAccuracy.value, 1.0);
        QCOMPARE(scoreFuzzing(fuzzingQuestions(m_windows), failing).balancedAccuracy.value, 1.0);
        const auto simulation = scoreSimulation(m_windows, m_index->numbers(0).max, failing);
        QVERIFY(simulation.missing > 8 && simulation.correlation.value > 0.85);
        QCOMPARE(scoreIntruder(intruderQuestions(m_windows), failing).accuracy.value, 1.0);

        // A judge that is right at 0.8 stays so, on average, when it fails at a fifth.
        std::mt19937_64 random(3);
        double sum = 0;
        for (int round = 0; round < 200; ++round) {
            std::vector<Judged> answers;
            for (int i = 0; i < 100; ++i) {
                const bool truth = i % 2 == 0, right = random() % 10 < 8;
                answers.push_back({truth, right == truth ? 1.0 : 0.0, 0});
                if (random() % 5 == 0)
                    answers.back().chance.reset();
            }
            sum += classScore(answers).balancedAccuracy.value;
        }
        QVERIFY(std::abs(sum / 200 - 0.8) < 0.01);

        Failing silent(judge, 1);
        const ClassScore nothing = scoreDetection(m_windows, silent);
        QCOMPARE(nothing.missing, nothing.asked);
        QVERIFY(std::isnan(nothing.balancedAccuracy.value));
        QVERIFY(std::isnan(nothing.f1.value) && std::isnan(nothing.auc.value));
        QVERIFY(std::isnan(scoreSimulation(m_windows, 4, silent).correlation.value));
    }

    void marksGiveNothingAway()
    {
        // Positions and numbers of marks are distributed alike over right and wrong ones.
        std::array<std::vector<double>, 2> positions, numbers;
        for (std::uint64_t seed = 0; seed < 30; ++seed) {
            ScoringSettings settings;
            settings.seed = seed;
            const auto windows = scoringWindows(*m_index, m_story->windows(), 0, settings);
            for (const FuzzingQuestion& question : fuzzingQuestions(windows, seed)) {
                if (question.kind == MarkKind::Lookalike)
                    continue;
                const std::size_t side = question.kind == MarkKind::Right;
                numbers[side].push_back(static_cast<double>(question.window.marked.size()));
                for (const std::uint32_t mark : question.window.marked) {
                    QVERIFY(mark < question.window.tokens.size());
                    positions[side].push_back(mark);
                }
            }
        }
        for (const auto& of : {positions, numbers}) {
            const auto mean = [](const std::vector<double>& v) {
                double sum = 0;
                for (const double x : v)
                    sum += x / static_cast<double>(v.size());
                return sum;
            };
            QVERIFY(of[0].size() > 500 && of[1].size() > 500);
            QVERIFY2(std::abs(mean(of[0]) - mean(of[1])) < 0.08 * mean(of[1]),
                qPrintable(QString("%1 %2").arg(mean(of[0])).arg(mean(of[1]))));
        }
    }

    void numbersAreRight()
    {
        // By hand: 3 of 4 true found, 1 of 2 false not; AUC counts ties half.
        const std::vector<Judged> answers{{true, 0.9, 0}, {true, 0.8, 0}, {true, 0.6, 0},
            {true, 0.1, 0}, {false, 0.6, 1}, {false, 0.2, 1}, {false, {}, 1}};
        const ClassScore score = classScore(answers);
        QCOMPARE(score.recall.value, 0.75);
        QCOMPARE(score.specificity.value, 0.5);
        QCOMPARE(score.balancedAccuracy.value, 0.625);
        QCOMPARE(score.precision.value, 0.75);
        QCOMPARE(score.f1.value, 0.75);
        QCOMPARE(score.auc.value, (1 + 1 + 0.5 + 0 + 1 + 1 + 1 + 0) / 8);
        QCOMPARE(score.missing, std::size_t(1));
        QCOMPARE(score.groups[1].asked, std::size_t(3));
        QCOMPARE(score.groups[1].missing, std::size_t(1));

        // Newcombe 1998: 81 of 263 is 0.2553 ... 0.3662, 0 of 20 is 0 ... 0.1611.
        QVERIFY(std::abs(wilson(81.0 / 263, 263).low - 0.2553) < 1e-4);
        QVERIFY(std::abs(wilson(81.0 / 263, 263).high - 0.3662) < 1e-4);
        QVERIFY(std::abs(wilson(0, 20).high - 0.1611) < 1e-4);
        QCOMPARE(wilson(0, 20).low, 0.0);

        const auto surprisal = scoreSurprisal(std::vector<LossDifference>{{true, 0.5}, {true, 0.1},
            {true, {}}, {false, 0.2}, {false, -0.3}, {false, std::nan("")}});
        QCOMPARE(surprisal.auc.value, 0.75);
        QCOMPARE(surprisal.missing, std::size_t(2));

        const auto effect = scoreIntervention(
            std::vector<Intervened>{{1.0, 0.5}, {3.0, 1.5}, {std::nullopt, 9}}, 0);
        QCOMPARE(effect.score.value, 2.0);
        QCOMPARE(effect.missing, std::size_t(1));
        const auto noEffect = scoreIntervention(std::vector<Intervened>{{0.0, 0.0}, {0.0, 0.0}});
        QCOMPARE(noEffect.score.value, 0.0);

        const auto summary
            = summarise(std::vector<LatentScore>{{1.0, 10}, {0.4, 90}, {std::nullopt, 1000}});
        QCOMPARE(summary.plain.value, 0.7);
        QCOMPARE(summary.weighted.value, 0.46);
        QCOMPARE(summary.missing, std::size_t(1));
        QVERIFY(std::isnan(summarise({}).plain.value));
    }

    void simulationAsOpenAiHasIt()
    {
        class Fixed : public PredicateJudge {
        public:
            using PredicateJudge::PredicateJudge;
            Answers<std::vector<double>> simulate(std::span<const TokenRange>) override
            {
                return {{{10, 0, 0}}, {{4, 2, 0}}, {{1, 2}}};
            }
        };
        Fixed judge({AllOf{}}, m_story->reading());
        std::vector<ScoringWindow> windows(3);
        windows[0].values = {2, 0, -1}; // of 2 at most: 10 0 0
        windows[1].values = {1.05F, 0, 0}; // 5 0 0
        windows[2].values = {1, 1, 1}; // the answer is too short
        for (ScoringWindow& window : windows)
            window.tokens = {0, 3};
        const SimulationScore score = scoreSimulation(windows, 2, judge);
        QCOMPARE(score.missing, std::size_t(1));
        QCOMPARE(score.tokens, std::size_t(6));
        QCOMPARE(score.r2, 1 - (1.0 + 4.0) / 125);
        QCOMPARE(score.absoluteDeviation, 1 - 3.0 / 15);
        // a = 10 0 0 5 0 0, p = 10 0 0 4 2 0
        const double expected
            = (6 * 120 - 15 * 16) / std::sqrt((6 * 125.0 - 225) * (6 * 120.0 - 256));
        QVERIFY(std::abs(score.correlation.value - expected) < 1e-12);
        QVERIFY(std::abs(score.explained - expected * expected) < 1e-12);
    }

private:
    std::optional<Story> m_story;
    Predicate m_truth;
    std::unique_ptr<FeatureIndex> m_index;
    std::vector<std::uint32_t> m_partners;
    std::vector<ScoringWindow> m_windows;
};

QTEST_GUILESS_MAIN(TestInterpretScores)
#include "tst_interpret_scores.moc"
