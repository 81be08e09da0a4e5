#pragma once

#include <span>
#include <string>
#include <vector>

namespace microtome {

/// What a language model is asked. The same arguments give the same bytes.
struct Prompt {
    std::string id; ///< kind and version of its wording, as "detection-1": stored with the answers
    std::string system;
    std::string user;
};

/// A window of text as it is shown to a language model.
struct PromptWindow {
    std::vector<std::string> pieces; ///< the text of each token
    std::vector<bool> marked; ///< which tokens stand between marks; none where it is empty
    std::vector<double> levels; ///< 0 ... 10, for the explanation prompt; else empty
};

/// Two texts to put around marked tokens.
struct Marks {
    std::string begin = "<<";
    std::string end = ">>";
};

/// Marks that no window has in its text already: `<<` and `>>` if they can be.
Marks marksFor(std::span<const PromptWindow>);

/// The window in one line: line ends as signs, tokens marked that are, tokens in a row together.
std::string lineOf(const PromptWindow&, const Marks&);

/// The windows as "Example 1: ..." lines.
std::string examplesOf(std::span<const PromptWindow>, const Marks&);

} // namespace microtome
