#include "app/cli/command.h"
#include "app/cli/editoptions.h"
#include "app/cli/keep.h"
#include "app/cli/modeloptions.h"
#include "app/cli/output.h"
#include "app/cli/pieces.h"
#include "app/cli/promptoptions.h"
#include "core/store/json.h"

#include <CLI/CLI.hpp>

namespace microtome::cli {

namespace {

struct GenerateOptions {
    ModelOptions model;
    PromptOptions prompt;
    EditOptions edits;
    ProjectOptions project;
    OutputOptions output;
    GenerateRequest request;
    bool lines = false;
    bool noCache = false;
    bool noStop = false;
};

/// What a tokenizer's decoder makes of the ids behind the prompt: the text of all without the text
/// of the prompt, so that spaces between them are as in the whole.
std::string continuation(const Tokenizer& tokenizer, const std::vector<TokenId>& prompt,
    const std::vector<TokenId>& generated)
{
    std::vector<TokenId> all = prompt;
    all.insert(all.end(), generated.begin(), generated.end());
    const std::string whole = tokenizer.decode(all);
    const std::string before = tokenizer.decode(prompt);
    if (whole.starts_with(before))
        return whole.substr(before.size());
    std::string text; // a character begun in the prompt ends here
    for (const TokenId id : generated)
        text += tokenizer.isSpecial(id) ? std::string() : tokenizer.bytes(id);
    return text;
}

nlohmann::json documentOf(const Model& model, const Prompt& prompt, const Generation& generation)
{
    std::vector<TokenId> ids;
    nlohmann::json logprobs = nlohmann::json::array();
    for (const auto& step : generation.steps) {
        ids.push_back(step.id);
        logprobs.push_back(step.logProbability);
    }
    const auto tokenizer = model.tokenizer();
    return {{"text",
                tokenizer ? nlohmann::json(continuation(*tokenizer, prompt.ids, ids))
                          : nlohmann::json()},
        {"ids", ids}, {"pieces", Pieces(tokenizer).of(ids)}, {"logprobs", logprobs},
        {"prompt", {{"text", prompt.text}, {"ids", prompt.ids}}}};
}

/// As JSON can hold it: text with whole characters only.
nlohmann::json compute(const GenerateOptions& options, Model& model,
    const std::vector<Prompt>& prompts, const Edits& edits)
{
    std::vector<GenerateRequest> requests;
    for (std::size_t i = 0; i < prompts.size(); ++i) {
        GenerateRequest request = options.request;
        request.ids = prompts[i].ids;
        request.seed = options.model.seed + i; // each line draws by itself
        request.edits = edits;
        request.cache = !options.noCache;
        request.stopAtEos = !options.noStop;
        requests.push_back(std::move(request));
    }
    const Progress progress = terminalProgress("generate");
    const auto generations = model.generate(requests, progress);
    progress.step(1);
    const auto context = static_cast<std::size_t>(model.architecture().context);
    nlohmann::json documents = nlohmann::json::array();
    for (std::size_t i = 0; i < prompts.size(); ++i) {
        const std::size_t steps = generations[i].steps.size();
        if (steps < static_cast<std::size_t>(options.request.count)
            && prompts[i].size() + steps > context)
            warn("The model's context of " + std::to_string(context) + " tokens was full after "
                + std::to_string(steps) + " new ones.");
        documents.push_back(documentOf(model, prompts[i], generations[i]));
    }
    return documents;
}

/// The text, or the ids of a model without a tokenizer.
std::string plain(const nlohmann::json& document)
{
    if (document.at("text").is_string())
        return document.at("text").get<std::string>();
    std::string ids;
    for (const auto& id : document.at("ids"))
        ids += (ids.empty() ? "" : ",") + id.dump();
    return ids + '\n';
}

std::string onOneLine(const nlohmann::json& document)
{
    if (!document.at("text").is_string())
        return plain(document);
    std::string line;
    for (const char c : document.at("text").get<std::string>())
        line += c == '\n' ? std::string("\\n")
            : c == '\\'   ? std::string("\\\\")
                          : std::string(1, c);
    return line + '\n';
}

void generate(const GenerateOptions& options)
{
    options.output.check();
    const auto model = options.model.open();
    const std::vector<Prompt> prompts
        = options.lines ? options.prompt.lines(*model) : std::vector{options.prompt.prompt(*model)};
    const Edits edits = options.edits.read();
    const GenerateRequest& r = options.request;
    nlohmann::json all = nlohmann::json::array();
    for (const Prompt& prompt : prompts)
        all.push_back(prompt.ids);
    const nlohmann::json settings{{"n", r.count}, {"temperature", r.temperature}, {"top_k", r.topK},
        {"top_p", r.topP}, {"no_stop", options.noStop}, {"prompts", all}};
    const Question question{"generate", settings, options.lines ? Prompt() : prompts.front(), {},
        edits, options.model.seed};
    const nlohmann::json kept
        = options.project.keep(*model, options.model.checkpoint, question, [&] {
              return nlohmann::json{{"generations", compute(options, *model, prompts, edits)}};
          });
    const nlohmann::json& documents = kept.at("generations");
    if (!options.lines) {
        nlohmann::json document = documents.front();
        if (kept.contains("project"))
            document["project"] = kept.at("project");
        return options.output.write(document, [&] { return plain(document); });
    }
    std::string objects;
    std::string lines;
    for (const auto& document : documents) {
        objects += jsonText(document) + '\n';
        lines += onOneLine(document);
    }
    if (!options.output.out.empty())
        writeFile(options.output.out, objects);
    print(options.output.json ? objects : lines);
}

} // namespace

void addGenerate(CLI::App& app, Work& work)
{
    const auto options = std::make_shared<GenerateOptions>();
    GenerateRequest& request = options->request;
    CLI::App* command = app.add_subcommand("generate", "Continues a text");
    options->model.add(*command);
    options->prompt.add(*command);
    command->add_flag("--lines", options->lines,
        "Each line of --file is a prompt; all are continued as one batch");
    command->add_option("--n", request.count, "New tokens at most (default: 20)")
        ->type_name("N")
        ->check(CLI::Range(0, 1000000));
    command
        ->add_option(
            "--temperature", request.temperature, "0: always the most likely token (default)")
        ->type_name("T")
        ->check(CLI::Range(0.0, 1e6));
    command
        ->add_option(
            "--top-k", request.topK, "Draw from the K most likely tokens (default: 0, all)")
        ->type_name("K")
        ->check(CLI::Range(0, 100000000));
    command
        ->add_option("--top-p", request.topP,
            "Draw from the most likely tokens that hold this probability (default: 1)")
        ->type_name("P")
        ->check(CLI::Range(1e-9, 1.0));
    command->add_flag(
        "--no-cache", options->noCache, "A whole forward pass for every token: slow, for checks");
    command->add_flag("--no-stop", options->noStop, "Go on behind an end-of-text token");
    options->edits.add(*command);
    options->project.add(*command);
    options->output.add(*command);
    command->footer(
        R"(Prints the new text and nothing else, not even a line end (a model without a tokenizer: the ids); with
--lines one line for each prompt, line ends in it as \n.
JSON: text, ids[], pieces[], logprobs[] (nats, under the model's own distribution) of the new tokens, prompt: {text,
ids[]}; with --lines one such object on each line.

Examples:
  microtome-cli generate --model gpt2 --text "Once upon a time" --n 40
  microtome-cli generate --model gpt2 --file prompts.txt --lines --n 20 --temperature 0.8 --top-p 0.95 --seed 3 --json)");
    command->callback([options, &work] {
        options->prompt.require();
        if (options->lines && options->prompt.fileOption->count() == 0)
            throw UsageError("--lines needs --file.");
        work = [options] { generate(*options); };
    });
}

} // namespace microtome::cli
