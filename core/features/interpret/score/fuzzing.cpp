#include "core/features/interpret/score/fuzzing.h"

#include "core/features/samples/draws.h"

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

using Marks = std::vector<std::uint32_t>;

constexpr float strongShare = 0.3F; // of the window's largest value
constexpr int tries = 20; // to find marks that fit into a window

Marks rightMarks(const ScoringWindow& window)
{
    Marks marks;
    for (std::uint32_t i = 0; i < window.values.size(); ++i)
        if (std::abs(window.values[i]) >= strongShare * window.strength && window.values[i] != 0)
            marks.push_back(i);
    return marks;
}

/// Marks of another window that fit into this one without touching a token that fires; none where
/// there are no such.
Marks wrongMarks(const ScoringWindow& window, const std::vector<Marks>& right, Draws& draws)
{
    for (int i = 0; i < tries && !right.empty(); ++i) {
        const Marks& marks = right[draws.below(right.size())];
        const bool fits = std::ranges::all_of(marks, [&](std::uint32_t mark) {
            return mark < window.values.size() && window.values[mark] == 0;
        });
        if (fits)
            return marks;
    }
    return {};
}

} // namespace

std::vector<FuzzingQuestion> fuzzingQuestions(
    std::span<const ScoringWindow> windows, std::uint64_t seed)
{
    Draws draws(seed);
    std::vector<Marks> right;
    std::vector<FuzzingQuestion> questions;
    for (const ScoringWindow& window : windows)
        if (window.fires()) {
            right.push_back(rightMarks(window));
            questions.push_back({{window.tokens, right.back()}, MarkKind::Right});
        }
    std::size_t firing = 0, silent = 0;
    const auto ask = [&](const ScoringWindow& window, Marks marks, MarkKind kind) {
        if (!marks.empty())
            questions.push_back({{window.tokens, std::move(marks)}, kind});
    };
    for (const ScoringWindow& window : windows) {
        if (window.fires()) {
            if (firing++ % 2 == 0)
                ask(window, wrongMarks(window, right, draws), MarkKind::Wrong);
        } else if (silent++ % 2 == 0) {
            if (window.lookalikes.empty())
                ask(window, wrongMarks(window, right, draws), MarkKind::Silent);
            else
                ask(window, window.lookalikes, MarkKind::Lookalike);
        }
    }
    for (std::size_t i = questions.size(); i > 1; --i)
        std::swap(questions[i - 1], questions[draws.below(i)]);
    return questions;
}

ClassScore scoreFuzzing(
    std::span<const FuzzingQuestion> questions, Judge& judge, std::uint64_t seed)
{
    std::vector<MarkedWindow> windows;
    for (const FuzzingQuestion& question : questions)
        windows.push_back(question.window);
    const auto answers = judge.fuzz(windows);
    std::vector<Judged> judged;
    for (std::size_t i = 0; i < questions.size(); ++i)
        judged.push_back({questions[i].kind == MarkKind::Right, answers.at(i),
            static_cast<std::size_t>(questions[i].kind)});
    return classScore(judged, seed);
}

} // namespace microtome
