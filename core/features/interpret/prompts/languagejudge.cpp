#include "core/features/interpret/prompts/languagejudge.h"

#include "core/features/interpret/prompts/answers.h"
#include "core/features/interpret/prompts/questions.h"

#include <algorithm>

namespace microtome {

LanguageJudge::LanguageJudge(
    std::string explanation, const Reading& reading, Ask ask, std::size_t together)
    : m_explanation(std::move(explanation))
    , m_reading(reading)
    , m_ask(std::move(ask))
    , m_together(std::max<std::size_t>(1, together))
{
}

PromptWindow LanguageJudge::shown(TokenRange tokens) const
{
    PromptWindow window;
    for (const std::uint32_t id : m_reading.corpus().ids(tokens))
        window.pieces.push_back(m_reading.piece(id));
    return window;
}

Judge::Answers<double> LanguageJudge::verdicts(
    const std::vector<PromptWindow>& windows, Write write) const
{
    Answers<double> answers;
    for (std::size_t i = 0; i < windows.size(); i += m_together) {
        const auto some = std::span(windows).subspan(i, std::min(m_together, windows.size() - i));
        const auto reply = m_ask(write(m_explanation, some));
        const auto read = reply ? verdictsIn(*reply, some.size()) : std::nullopt;
        for (std::size_t w = 0; w < some.size(); ++w)
            answers.push_back(read ? std::optional<double>((*read)[w] ? 1 : 0) : std::nullopt);
    }
    return answers;
}

Judge::Answers<double> LanguageJudge::detect(std::span<const TokenRange> windows)
{
    std::vector<PromptWindow> all;
    for (const TokenRange& window : windows)
        all.push_back(shown(window));
    return verdicts(all, detectionPrompt);
}

Judge::Answers<double> LanguageJudge::fuzz(std::span<const MarkedWindow> windows)
{
    std::vector<PromptWindow> all;
    for (const MarkedWindow& window : windows) {
        PromptWindow& one = all.emplace_back(shown(window.tokens));
        one.marked.resize(one.pieces.size());
        for (const std::uint32_t token : window.marked)
            one.marked.at(token) = true;
    }
    return verdicts(all, fuzzingPrompt);
}

Judge::Answers<std::vector<double>> LanguageJudge::simulate(std::span<const TokenRange> windows)
{
    Answers<std::vector<double>> answers;
    for (const TokenRange& window : windows) {
        const auto reply = m_ask(simulationPrompt(m_explanation, shown(window)));
        answers.push_back(reply ? levelsIn(*reply, window.size()) : std::nullopt);
    }
    return answers;
}

Judge::Answers<std::size_t> LanguageJudge::intruder(
    std::span<const std::vector<TokenRange>> questions)
{
    Answers<std::size_t> answers;
    for (const auto& question : questions) {
        std::vector<PromptWindow> windows;
        for (const TokenRange& window : question)
            windows.push_back(shown(window));
        const auto reply = m_ask(intruderPrompt(windows));
        answers.push_back(reply ? intruderIn(*reply, windows.size()) : std::nullopt);
    }
    return answers;
}

} // namespace microtome
