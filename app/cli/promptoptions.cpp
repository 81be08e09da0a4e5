#include "app/cli/promptoptions.h"

#include "app/cli/command.h"

#include <CLI/CLI.hpp>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

namespace microtome::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::uintmax_t largestText = 64 << 20;

} // namespace

void PromptOptions::add(CLI::App& command)
{
    textOption = command.add_option("--text", text, "The prompt")->type_name("TEXT");
    fileOption
        = command.add_option("--file", file, "The prompt is in this file; - is standard input")
              ->type_name("FILE");
    idsOption = command
                    .add_option(
                        "--ids", ids, "The prompt as token ids, for models without a tokenizer too")
                    ->type_name("1,2,3");
    addNoBos(command);
}

void PromptOptions::addNoBos(CLI::App& command)
{
    command.add_flag("--no-bos", noBos, "Do not put the model's BOS token first");
}

bool PromptOptions::given() const
{
    return textOption->count() + fileOption->count() + idsOption->count() > 0;
}

void PromptOptions::require() const
{
    if (textOption->count() + fileOption->count() + idsOption->count() != 1)
        throw UsageError("Give the prompt by one of --text, --file and --ids.");
}

Prompt PromptOptions::prompt(const Model& model) const
{
    if (idsOption->count() > 0)
        return model.prompt(parseIds(ids, "--ids"));
    return promptOf(model, textOption->count() > 0 ? text : readText(file), noBos);
}

std::vector<Prompt> PromptOptions::lines(const Model& model) const
{
    std::vector<Prompt> prompts;
    for (const std::string& line : splitLines(readText(file)))
        prompts.push_back(promptOf(model, line, noBos));
    if (prompts.empty())
        throw Error(file + " has no lines.");
    return prompts;
}

Prompt promptOf(const Model& model, const std::string& text, bool noBos)
{
    if (!model.tokenizer())
        throw Error(model.info().name
            + " has no tokenizer, so it cannot read text: give token ids with --ids.");
    return noBos ? model.prompt(text, false) : model.prompt(text);
}

std::vector<TokenId> parseIds(const std::string& text, const std::string& option)
{
    const auto refuse = [&] {
        throw UsageError(
            option + " takes token ids such as 1,2,3, not \"" + text.substr(0, 40) + "\".");
    };
    std::vector<TokenId> ids;
    const char* at = text.data();
    const char* const end = at + text.size();
    const auto skip = [&] {
        while (at != end && *at == ' ')
            ++at;
    };
    for (;;) {
        skip();
        TokenId id = 0;
        const auto [next, error] = std::from_chars(at, end, id);
        if (error != std::errc())
            refuse();
        ids.push_back(id);
        at = next;
        skip();
        if (at == end)
            return ids;
        if (*at++ != ',')
            refuse();
    }
}

std::string readText(const std::string& path)
{
    if (path == "-")
        return {std::istreambuf_iterator<char>(std::cin), {}};
    std::error_code error;
    if (!fs::is_regular_file(path, error))
        throw Error("There is no file " + path + " to read.");
    if (fs::file_size(path, error) > largestText)
        throw Error(path + " is larger than 64 MB; give a smaller text.");
    std::ifstream in(path, std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), {}};
    if (!in.good() && !in.eof())
        throw Error("The file " + path + " cannot be read.");
    return text;
}

std::vector<std::string> splitLines(const std::string& text)
{
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        lines.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return lines;
}

} // namespace microtome::cli
