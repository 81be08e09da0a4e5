#pragma once

#include "core/features/interpret/prompts/prompt.h"

#include <string_view>

namespace microtome {

/// Asks for an explanation from windows in which a latent fires, with levels: tokens of 3 or more
/// are marked, all that fire are listed. Its answer: explanationIn().
Prompt explanationPrompt(std::span<const PromptWindow>);

/// Asks in which windows a latent with that explanation fires. Its answer: verdictsIn().
Prompt detectionPrompt(std::string_view explanation, std::span<const PromptWindow>);

/// Asks in which windows the marked tokens are those on which it fires. Its answer: verdictsIn().
Prompt fuzzingPrompt(std::string_view explanation, std::span<const PromptWindow>);

/// Asks how strongly it fires on each token of a window. Its answer: levelsIn().
Prompt simulationPrompt(std::string_view explanation, const PromptWindow&);

/// Asks which window does not belong to the others. Its answer: intruderIn().
Prompt intruderPrompt(std::span<const PromptWindow>);

} // namespace microtome
