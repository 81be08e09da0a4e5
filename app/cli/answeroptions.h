#pragma once

#include "core/model/model.h"

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace microtome::cli {

/// The tokens that an effect is measured on: `--answer`, `--wrong` as text, `--answer-id`,
/// `--wrong-id` as ids.
struct AnswerOptions {
    std::vector<std::string> answers;
    std::vector<std::string> wrongs;
    std::string answerIds;
    std::string wrongIds;

    void add(CLI::App&);
    bool hasAnswer() const { return !answers.empty() || !answerIds.empty(); }

    std::vector<TokenId> answerTokens(const Model&) const;
    std::vector<TokenId> wrongTokens(const Model&) const;
};

/// The one token that an answer given as text stands for.
struct ReadAnswer {
    TokenId id = -1;

    /// Sentences: the text is several tokens (the first one counts), it lacks the leading space
    /// that words in a text have, the tokenizer does not know it.
    std::vector<std::string> remarks;
};
ReadAnswer readAnswer(const Model&, const std::string& text);

} // namespace microtome::cli
