#include "core/features/interpret/score/predicatejudge.h"

#include "core/features/interpret/predicate/evaluate.h"

#include <algorithm>

namespace microtome {

PredicateJudge::PredicateJudge(Predicate predicate, const Reading& reading)
    : m_predicate(std::move(predicate))
    , m_reading(reading)
{
}

std::vector<std::vector<bool>> PredicateJudge::holds(std::span<const TokenRange> windows) const
{
    std::vector<Place> places;
    for (const TokenRange& window : windows) {
        const std::uint64_t document = m_reading.corpus().documentOf(window.begin);
        for (std::uint64_t token = window.begin; token < window.end; ++token)
            places.push_back(m_reading.place(token, document));
    }
    const Bits bits = evaluate(m_predicate, m_reading, places);
    std::vector<std::vector<bool>> all;
    std::size_t next = 0;
    for (const TokenRange& window : windows) {
        std::vector<bool>& one = all.emplace_back(window.size());
        for (std::size_t i = 0; i < one.size(); ++i)
            one[i] = bits.test(next++);
    }
    return all;
}

Judge::Answers<double> PredicateJudge::detect(std::span<const TokenRange> windows)
{
    Answers<double> answers;
    for (const auto& window : holds(windows))
        answers.emplace_back(std::ranges::count(window, true) > 0 ? 1 : 0);
    return answers;
}

Judge::Answers<double> PredicateJudge::fuzz(std::span<const MarkedWindow> windows)
{
    std::vector<TokenRange> ranges;
    for (const MarkedWindow& window : windows)
        ranges.push_back(window.tokens);
    const auto all = holds(ranges);
    Answers<double> answers;
    for (std::size_t w = 0; w < windows.size(); ++w) {
        const auto& marked = windows[w].marked;
        const auto right = std::ranges::count_if(
            marked, [&](std::uint32_t token) { return bool(all[w][token]); });
        answers.emplace_back(
            marked.empty() ? 0 : static_cast<double>(right) / static_cast<double>(marked.size()));
    }
    return answers;
}

Judge::Answers<std::vector<double>> PredicateJudge::simulate(std::span<const TokenRange> windows)
{
    Answers<std::vector<double>> answers;
    for (const auto& window : holds(windows)) {
        std::vector<double>& levels = answers.emplace_back().emplace();
        for (const bool fires : window)
            levels.push_back(fires ? 10 : 0);
    }
    return answers;
}

Judge::Answers<std::size_t> PredicateJudge::intruder(
    std::span<const std::vector<TokenRange>> questions)
{
    Answers<std::size_t> answers;
    for (const auto& question : questions) {
        const auto all = holds(question);
        const auto least = std::ranges::min_element(
            all, {}, [](const auto& window) { return std::ranges::count(window, true); });
        answers.push_back(static_cast<std::size_t>(least - all.begin()));
    }
    return answers;
}

} // namespace microtome
