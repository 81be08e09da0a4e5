#include "app/cli/answeroptions.h"

#include "app/cli/command.h"
#include "app/cli/output.h"
#include "app/cli/pieces.h"
#include "app/cli/promptoptions.h"

#include <CLI/CLI.hpp>

namespace microtome::cli {

namespace {

std::vector<TokenId> tokensOf(const Model& model, const std::vector<std::string>& texts,
    const std::string& ids, const std::string& option)
{
    std::vector<TokenId> tokens;
    for (const std::string& text : texts) {
        const ReadAnswer read = readAnswer(model, text);
        for (const std::string& remark : read.remarks)
            warn(remark);
        tokens.push_back(read.id);
    }
    if (!ids.empty())
        for (const TokenId id : parseIds(ids, option))
            tokens.push_back(id);
    for (const TokenId id : tokens)
        if (id < 0 || id >= model.architecture().outputs())
            throw Error("The answer's token id " + std::to_string(id)
                + " is not in the model's vocabulary of "
                + std::to_string(model.architecture().outputs()) + ".");
    return tokens;
}

} // namespace

void AnswerOptions::add(CLI::App& command)
{
    command
        .add_option("--answer", answers,
            "The right next token, its leading space included; several: their mean")
        ->type_name("TEXT")
        ->allow_extra_args(false);
    command
        .add_option(
            "--wrong", wrongs, "The token it is compared with; none: the answer alone counts")
        ->type_name("TEXT")
        ->allow_extra_args(false);
    command.add_option("--answer-id", answerIds, "The right next token by its id")
        ->type_name("1,2,3");
    command.add_option("--wrong-id", wrongIds, "The token it is compared with by its id")
        ->type_name("1,2,3");
}

std::vector<TokenId> AnswerOptions::answerTokens(const Model& model) const
{
    return tokensOf(model, answers, answerIds, "--answer-id");
}

std::vector<TokenId> AnswerOptions::wrongTokens(const Model& model) const
{
    return tokensOf(model, wrongs, wrongIds, "--wrong-id");
}

ReadAnswer readAnswer(const Model& model, const std::string& text)
{
    const auto tokenizer = model.tokenizer();
    if (!tokenizer)
        throw Error(model.info().name
            + " has no tokenizer, so it cannot read an answer: give its token id with "
              "--answer-id.");
    const auto ids = tokenizer->encode(text, false).ids;
    if (ids.empty())
        throw Error("The answer \"" + text
            + "\" is no token at all; give one with --answer or --answer-id.");
    const Pieces pieces(tokenizer);
    ReadAnswer read{ids.front(), {}};
    const auto remark = [&](const std::string& sentence) { read.remarks.push_back(sentence); };
    if (ids.size() > 1)
        remark("The answer \"" + text + "\" is " + std::to_string(ids.size())
            + " tokens; only the first, " + pieces.shown(ids.front()) + ", is measured.");
    if (tokenizer->isSpecial(ids.front()) && tokenizer->bytes(ids.front()) != text)
        remark("The tokenizer does not know \"" + text + "\": " + pieces.shown(ids.front())
            + " is measured in its place.");
    if (!text.empty() && text.front() != ' ') {
        const auto spaced = tokenizer->encode(" " + text, false).ids;
        if (spaced.size() == 1 && spaced.front() != ids.front())
            remark("The answer \"" + text
                + "\" lacks its leading space; within a text the token is "
                + pieces.shown(spaced.front()) + ". If that is meant, write --answer \" " + text
                + "\".");
    }
    return read;
}

} // namespace microtome::cli
