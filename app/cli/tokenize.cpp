#include "app/cli/command.h"
#include "app/cli/modeloptions.h"
#include "app/cli/output.h"
#include "app/cli/pieces.h"
#include "app/cli/promptoptions.h"
#include "app/cli/table.h"
#include "core/store/json.h"

#include <CLI/CLI.hpp>

namespace microtome::cli {

namespace fs = std::filesystem;

namespace {

struct TokenizeOptions {
    ModelOptions model;
    std::string text;
    std::string file;
    std::string decode;
    bool lines = false;
    bool noBos = false;
    OutputOptions output;
    CLI::Option* textOption = nullptr;
    CLI::Option* fileOption = nullptr;
    CLI::Option* decodeOption = nullptr;
};

std::shared_ptr<const Tokenizer> openTokenizer(const ModelOptions& model)
{
    std::error_code error;
    const fs::path path = model.path();
    const fs::path folder = fs::is_directory(path, error) ? path : fs::absolute(path).parent_path();
    std::shared_ptr<const Tokenizer> tokenizer = Tokenizer::open(folder);
    if (!tokenizer)
        throw Error(folder.string()
            + " holds no tokenizer: neither tokenizer.json nor vocab.json and merges.txt.");
    return tokenizer;
}

nlohmann::json encoded(const TokenizeOptions& options,
    const std::shared_ptr<const Tokenizer>& tokenizer, const std::string& text)
{
    const Encoding encoding = tokenizer->encode(text, !options.noBos);
    nlohmann::json offsets = nlohmann::json::array();
    for (const auto& span : encoding.offsets)
        offsets.push_back({span.begin, span.end});
    return {{"text", text}, {"ids", encoding.ids}, {"pieces", Pieces(tokenizer).of(encoding.ids)},
        {"offsets", offsets}};
}

nlohmann::json decoded(
    const TokenizeOptions& options, const std::shared_ptr<const Tokenizer>& tokenizer)
{
    const auto ids = parseIds(options.decode, "--decode");
    for (const TokenId id : ids)
        if (id < 0 || static_cast<std::size_t>(id) >= tokenizer->size())
            throw Error("Token id " + std::to_string(id) + " is not in the vocabulary of "
                + std::to_string(tokenizer->size()) + " tokens.");
    return {{"text", tokenizer->decode(ids)}, {"ids", ids}, {"pieces", Pieces(tokenizer).of(ids)}};
}

std::string tableOf(const nlohmann::json& document)
{
    Table table("rrlr");
    table.row({"position", "id", "piece", "bytes"});
    for (std::size_t i = 0; i < document.at("ids").size(); ++i) {
        const auto& span = document.at("offsets")[i];
        table.row({std::to_string(i), document.at("ids")[i].dump(),
            quotedPiece(document.at("pieces")[i]), span[0].dump() + "-" + span[1].dump()});
    }
    return table.text();
}

/// One line for each line of the file: an object, or its ids.
void tokenizeLines(
    const TokenizeOptions& options, const std::shared_ptr<const Tokenizer>& tokenizer)
{
    std::string objects;
    std::string idLines;
    for (const std::string& line : splitLines(readText(options.file))) {
        const nlohmann::json document = encoded(options, tokenizer, line);
        objects += jsonText(document) + '\n';
        std::string ids;
        for (const auto& id : document.at("ids"))
            ids += (ids.empty() ? "" : ",") + id.dump();
        idLines += ids + '\n';
    }
    if (!options.output.out.empty())
        writeFile(options.output.out, objects);
    print(options.output.json ? objects : idLines);
}

void tokenize(const TokenizeOptions& options)
{
    options.output.check();
    const auto tokenizer = openTokenizer(options.model);
    if (options.lines)
        return tokenizeLines(options, tokenizer);
    if (options.decodeOption->count() > 0) {
        const nlohmann::json document = decoded(options, tokenizer);
        return options.output.write(
            document, [&] { return document.at("text").get<std::string>() + '\n'; });
    }
    const std::string text
        = options.textOption->count() > 0 ? options.text : readText(options.file);
    const nlohmann::json document = encoded(options, tokenizer, text);
    options.output.write(document, [&] { return tableOf(document); });
}

} // namespace

void addTokenize(CLI::App& app, Work& work)
{
    const auto options = std::make_shared<TokenizeOptions>();
    CLI::App* command
        = app.add_subcommand("tokenize", "Token ids and pieces of a text, or the text of ids");
    options->model.add(*command);
    options->textOption
        = command->add_option("--text", options->text, "The text")->type_name("TEXT");
    options->fileOption
        = command
              ->add_option("--file", options->file, "The text is in this file; - is standard input")
              ->type_name("FILE");
    options->decodeOption
        = command->add_option("--decode", options->decode, "The text of these ids instead")
              ->type_name("1,2,3");
    command->add_flag(
        "--lines", options->lines, "Each line of --file by itself: one line of output for each");
    command->add_flag("--no-bos", options->noBos, "Without BOS and other tokens around the text");
    options->output.add(*command);
    command->footer(R"(The model may be a folder that holds nothing but its tokenizer.
JSON: text, ids[], pieces[] (bytes that are no character by themselves as <0xE2>), offsets[]
([first, end) bytes of the text); with --lines one such object on each line; with --decode text, ids[], pieces[].

Examples:
  microtome-cli tokenize --model gpt2 --text "Hello world"
  microtome-cli tokenize --model gpt2 --file corpus.txt --lines --json
  microtome-cli tokenize --model gpt2 --decode 15496,995)");
    command->callback([options, &work] {
        if (options->textOption->count() + options->fileOption->count()
                + options->decodeOption->count()
            != 1)
            throw UsageError("Give one of --text, --file and --decode.");
        if (options->lines && options->fileOption->count() == 0)
            throw UsageError("--lines needs --file.");
        work = [options] { tokenize(*options); };
    });
}

} // namespace microtome::cli
