#pragma once

#include "core/features/interpret/predicate/reading.h"
#include "core/features/interpret/prompts/prompt.h"
#include "core/features/interpret/score/judge.h"

#include <functional>

namespace microtome {

/// Lets a language model judge: writes the prompts and reads the replies. A reply that did not come
/// or cannot be read is missing, for all windows that were asked about together.
class LanguageJudge : public Judge {
public:
    /// What the model replies; nothing where it does not.
    using Ask = std::function<std::optional<std::string>(const Prompt&)>;

    /// `together`: windows in one prompt of detection and fuzzing. The reading must outlive it.
    LanguageJudge(std::string explanation, const Reading&, Ask, std::size_t together = 5);

    Answers<double> detect(std::span<const TokenRange>) override;
    Answers<double> fuzz(std::span<const MarkedWindow>) override;
    Answers<std::vector<double>> simulate(std::span<const TokenRange>) override;
    Answers<std::size_t> intruder(std::span<const std::vector<TokenRange>>) override;

private:
    using Write = Prompt (*)(std::string_view, std::span<const PromptWindow>);

    PromptWindow shown(TokenRange) const;
    Answers<double> verdicts(const std::vector<PromptWindow>&, Write) const;

    std::string m_explanation;
    const Reading& m_reading;
    Ask m_ask;
    std::size_t m_together;
};

} // namespace microtome
