#include "core/features/interpret/score/intruder.h"

#include "core/features/samples/draws.h"

#include <map>

namespace microtome {

namespace {

constexpr std::size_t together = 4; // firing windows of a question

void shuffle(std::vector<TokenRange>& windows, Draws& draws)
{
    for (std::size_t i = windows.size(); i > 1; --i)
        std::swap(windows[i - 1], windows[draws.below(i)]);
}

} // namespace

std::vector<IntruderQuestion> intruderQuestions(
    std::span<const ScoringWindow> windows, std::uint64_t seed)
{
    Draws draws(seed);
    std::map<std::size_t, std::vector<TokenRange>> firing;
    std::vector<TokenRange> others;
    for (const ScoringWindow& window : windows)
        (window.fires() ? firing[window.quantile] : others).push_back(window.tokens);
    shuffle(others, draws);
    std::vector<IntruderQuestion> questions;
    for (auto& [quantile, group] : firing) {
        shuffle(group, draws);
        for (; group.size() >= together && !others.empty(); others.pop_back()) {
            IntruderQuestion question;
            question.quantile = quantile;
            question.windows.assign(group.end() - together, group.end());
            group.resize(group.size() - together);
            question.intruder = draws.below(together + 1);
            question.windows.insert(
                question.windows.begin() + static_cast<std::ptrdiff_t>(question.intruder),
                others.back());
            questions.push_back(std::move(question));
        }
    }
    return questions;
}

IntruderScore scoreIntruder(std::span<const IntruderQuestion> questions, Judge& judge)
{
    std::vector<std::vector<TokenRange>> windows;
    for (const IntruderQuestion& question : questions)
        windows.push_back(question.windows);
    const auto answers = judge.intruder(windows);
    IntruderScore score;
    score.asked = questions.size();
    double right = 0;
    for (std::size_t i = 0; i < questions.size(); ++i) {
        score.missing += !answers.at(i);
        right += answers.at(i) == questions[i].intruder;
    }
    const auto answered = static_cast<double>(score.asked - score.missing);
    score.accuracy = wilson(answered > 0 ? right / answered : 0, answered);
    return score;
}

} // namespace microtome
