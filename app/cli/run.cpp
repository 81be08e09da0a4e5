#include "app/cli/command.h"
#include "app/cli/editoptions.h"
#include "app/cli/keep.h"
#include "app/cli/modeloptions.h"
#include "app/cli/nexttokens.h"
#include "app/cli/output.h"
#include "app/cli/promptoptions.h"
#include "app/cli/table.h"
#include "core/model/safetensors.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <set>
#include <sstream>

namespace microtome::cli {

namespace {

struct RunOptions {
    ModelOptions model;
    PromptOptions prompt;
    EditOptions edits;
    ProjectOptions project;
    OutputOptions output;
    std::string want;
    std::size_t top = 10;
};

constexpr Site logitsSite{Point::Logits, {}, {}};

/// The sites of `--want`, each once; `all` stands for every one of the model.
std::vector<Site> wantedSites(const std::string& list, const Architecture& architecture)
{
    std::set<Site> sites;
    std::stringstream in(list);
    for (std::string name; std::getline(in, name, ',');) {
        if (name == "all") {
            for (const Site& site : architecture.sites())
                sites.insert(site);
            continue;
        }
        const auto site = Site::parse(name);
        if (!site)
            throw UsageError("--want: \"" + name
                + "\" is no point of a model; names are like "
                  "blocks.3.attn.hook_pattern, and info lists them.");
        architecture.check(*site);
        sites.insert(*site);
    }
    sites.erase(logitsSite);
    sites.erase(Site{Point::Tokens, {}, {}}); // both stand in every trace
    return {sites.begin(), sites.end()};
}

std::span<const std::byte> bytesOf(const Matrix& values)
{
    return std::as_bytes(values.values());
}

void writeTrace(const std::filesystem::path& path, const Model& model, const Trace& trace)
{
    const Architecture& a = model.architecture();
    const auto tokens = static_cast<std::int64_t>(trace.ids.size());
    const std::vector<std::int64_t> ids(trace.ids.begin(), trace.ids.end());
    std::vector<TensorToWrite> tensors;
    tensors.push_back({"tokens", "I64", {tokens}, std::as_bytes(std::span(ids))});
    for (const auto& [site, values] : trace.values)
        if (site == logitsSite)
            tensors.push_back({"logits", "F32", {tokens, a.outputs()}, bytesOf(values)});
        else
            tensors.push_back({site.text(), "F32", a.shape(site, tokens), bytesOf(values)});
    writeSafeTensors(path, tensors,
        {{"model", model.info().name}, {"hash", model.info().hash}, {"dtype", model.info().dtype},
            {"program", "microtome-cli " MICROTOME_VERSION}});
}

nlohmann::json compute(
    const RunOptions& options, Model& model, const Prompt& prompt, const Edits& edits)
{
    const bool traced = !options.output.out.empty();
    const Progress progress = terminalProgress("run");
    RunRequest request;
    request.ids = prompt.ids;
    request.want = wantedSites(options.want, model.architecture());
    if (!traced)
        request.want.clear();
    request.want.push_back(logitsSite);
    request.edits = edits;
    request.keepBase = true;
    if (!traced && prompt.size() > 0)
        request.logitPositions = {Position(static_cast<std::int64_t>(prompt.size()) - 1)};
    const Trace trace = model.run(request, progress.part(0, 0.8));

    nlohmann::json loss;
    const bool predictable = prompt.size() > 1
        && std::all_of(prompt.ids.begin() + 1, prompt.ids.end(),
            [&](TokenId id) { return id < model.architecture().outputs(); });
    if (predictable) {
        Metric metric;
        metric.kind = Metric::Kind::Loss;
        loss = model.measure({prompt.ids, {edits}, metric, trace.base}, progress.part(0.8, 1))
                   .front();
    }
    progress.step(1);
    const Pieces pieces(model.tokenizer());
    const Matrix logits = trace.at(logitsSite);
    nlohmann::json document{{"ids", prompt.ids}, {"pieces", pieces.of(prompt.ids)},
        {"bos", prompt.bos}, {"loss", loss},
        {"next", nextTokens(logits.row(logits.rows() - 1), options.top, pieces)}};
    if (traced) {
        writeTrace(options.output.out, model, trace);
        nlohmann::json shapes = nlohmann::json::object();
        for (const auto& [site, values] : trace.values)
            shapes[site == logitsSite ? "logits" : site.text()]
                = model.architecture().shape(site, static_cast<std::int64_t>(prompt.size()));
        document["trace"] = {{"file", options.output.out.string()}, {"shapes", shapes}};
    }
    return document;
}

std::string tableOf(const nlohmann::json& document)
{
    Table table("rrlrr");
    table.row({"rank", "id", "piece", "logit", "prob"});
    std::size_t rank = 0;
    for (const auto& token : document.at("next"))
        table.row({std::to_string(++rank), token.at("id").dump(), quotedPiece(token.at("piece")),
            fixed(token.at("logit"), 4), fixed(token.at("prob"), 4)});
    std::string out = std::to_string(document.at("ids").size()) + " tokens";
    if (document.at("loss").is_number())
        out += ", loss " + fixed(document.at("loss"), 4) + " nats per token";
    out += "\nNext token:\n" + table.text();
    if (document.contains("trace"))
        out += "Trace: " + document["trace"]["file"].get<std::string>() + "\n";
    return out;
}

void run(const RunOptions& options)
{
    options.output.check();
    const auto model = options.model.open();
    const Prompt prompt = options.prompt.prompt(*model);
    const Edits edits = options.edits.read();
    const auto wanted = wantedSites(options.want, model->architecture());
    const bool traced = !options.output.out.empty();
    if (!wanted.empty() && !traced)
        warn("--want needs --out, the file that holds the trace; nothing is written.");
    const auto work = [&] { return compute(options, *model, prompt, edits); };
    if (traced && !options.project.file.empty())
        warn("A trace is a file of its own; the run is not kept in the project.");
    const nlohmann::json document = traced
        ? work()
        : options.project.keep(*model, options.model.checkpoint,
            {"run", {{"top", options.top}}, prompt, {}, edits, 0}, work);
    const OutputOptions toScreen{options.output.json, {}};
    toScreen.write(document, [&] { return tableOf(document); });
}

} // namespace

void addRun(CLI::App& app, Work& work)
{
    const auto options = std::make_shared<RunOptions>();
    CLI::App* command = app.add_subcommand(
        "run", "One forward pass: next tokens, loss, and any activation as a file");
    options->model.add(*command);
    options->prompt.add(*command);
    command
        ->add_option("--want", options->want,
            "Points for the trace, under TransformerLens's names, short or long; all: every point; "
            "[h] behind a name: one head")
        ->type_name("SITE,...");
    command->add_option("--top", options->top, "Next tokens that are listed (default: 10)")
        ->type_name("K")
        ->check(CLI::Range(1, 1000000));
    options->edits.add(*command);
    options->project.add(*command);
    options->output.add(*command,
        "Write the trace: every wanted point, logits [tokens, vocab] and tokens, without a batch "
        "axis");
    command->footer(
        R"(JSON: ids[], pieces[], loss (mean next-token cross-entropy in nats; null for one token, and
where one that follows has no logit), next[]: {id, piece, logit, prob} after the last position; with --out
trace: {file, shapes}.

Examples:
  microtome-cli run --model gpt2 --text "The capital of France is"
  microtome-cli run --model gpt2 --ids 464,3139 --want blocks.3.attn.hook_pattern,resid_post5 --out trace.safetensors
  microtome-cli run --model gpt2 --text "Hello" --edits edits.json --json)");
    command->callback([options, &work] {
        options->prompt.require();
        work = [options] { run(*options); };
    });
}

} // namespace microtome::cli
