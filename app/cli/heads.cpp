#include "core/analysis/heads.h"

#include "app/cli/command.h"
#include "app/cli/editoptions.h"
#include "app/cli/keep.h"
#include "app/cli/modeloptions.h"
#include "app/cli/output.h"
#include "app/cli/promptoptions.h"
#include "app/cli/table.h"

#include <CLI/CLI.hpp>

namespace microtome::cli {

namespace {

using nlohmann::json;

constexpr std::array kinds{HeadScore::Previous, HeadScore::Duplicate, HeadScore::Induction,
    HeadScore::Sink, HeadScore::Self, HeadScore::Entropy};

struct HeadsCommand {
    ModelOptions model;
    PromptOptions prompt;
    EditOptions edits;
    ProjectOptions project;
    OutputOptions output;
    HeadScoreOptions options;
    AtlasOptions atlas;
    bool synthetic = false;
};

json nested(const Matrix& m)
{
    json rows = json::array();
    for (std::size_t r = 0; r < m.rows(); ++r)
        rows.push_back(std::vector<float>(m.row(r).begin(), m.row(r).end()));
    return rows;
}

json documentOf(const HeadsCommand& command, const HeadScores& result, const Prompt& prompt)
{
    json scores = json::object();
    for (const HeadScore kind : kinds)
        scores[headScoreName(kind)] = nested(result.of(kind));
    json document{{"scores", scores}, {"synthetic", result.synthetic}};
    if (result.synthetic)
        document.update({{"sequences", result.sequences}, {"length", result.length},
            {"repeated", result.repeated}, {"bos", result.bos}, {"distinct", result.distinct},
            {"seed", result.seed}});
    else
        document.update(
            {{"ids", prompt.ids}, {"bos", prompt.bos}, {"exclude_bos", command.options.excludeBos},
                {"exclude_current", command.options.excludeCurrent}});
    return document;
}

std::string tableOf(const json& document)
{
    std::string out;
    if (document.at("synthetic").get<bool>())
        out = document.at("sequences").dump() + " sequences of " + document.at("repeated").dump()
            + (document.at("distinct").get<bool>() ? " distinct" : "")
            + " random tokens, given twice"
            + (document.at("bos").get<bool>() ? " after BOS" : ", without BOS") + "; seed "
            + document.at("seed").dump() + "\n";
    Table table("lr");
    std::vector<std::string> heading{"head"};
    for (const HeadScore kind : kinds)
        heading.emplace_back(headScoreName(kind));
    table.row(heading);
    const auto& scores = document.at("scores");
    const auto& first = scores.at(headScoreName(kinds.front()));
    for (std::size_t l = 0; l < first.size(); ++l)
        for (std::size_t h = 0; h < first[l].size(); ++h) {
            std::vector<std::string> cells{"L" + std::to_string(l) + "H" + std::to_string(h)};
            for (const HeadScore kind : kinds)
                cells.push_back(fixed(scores.at(headScoreName(kind))[l][h], 3));
            table.row(std::move(cells));
        }
    return out + table.text();
}

void heads(const HeadsCommand& command)
{
    command.output.check();
    const auto model = command.model.open();
    const Edits edits = command.edits.read();
    const Prompt prompt = command.synthetic ? Prompt() : command.prompt.prompt(*model);
    AtlasOptions atlas = command.atlas;
    atlas.edits = edits;
    atlas.seed = command.model.seed;
    if (command.prompt.noBos)
        atlas.bos = false;
    const json settings = command.synthetic
        ? json{{"repeated", atlas.repeated}, {"sequences", atlas.sequences},
            {"bos", atlas.bos ? json(*atlas.bos) : json()}, {"synthetic", true}}
        : json{{"exclude_bos", command.options.excludeBos},
            {"exclude_current", command.options.excludeCurrent}, {"synthetic", false}};
    const json document = command.project.keep(*model, command.model.checkpoint,
        {"heads", settings, prompt, {}, edits, command.synthetic ? atlas.seed : 0}, [&] {
            const Progress progress = terminalProgress("heads");
            const HeadScores result = command.synthetic
                ? headAtlas(*model, atlas, progress)
                : headScores(*model, Subject{prompt, edits, {}}, command.options, progress);
            progress.step(1);
            return documentOf(command, result, prompt);
        });
    command.output.write(document, [&] { return tableOf(document); });
}

} // namespace

void addHeads(CLI::App& app, Work& work)
{
    const auto command = std::make_shared<HeadsCommand>();
    CLI::App* added
        = app.add_subcommand("heads", "How much each attention head behaves like a known kind");
    command->model.add(*added);
    command->prompt.add(*added);
    added->add_flag("--synthetic", command->synthetic,
        "On random tokens that are given twice, instead of a text");
    added
        ->add_option("--repeated", command->atlas.repeated,
            "Synthetic: tokens that are repeated (default: 50, or what the context allows)")
        ->type_name("N")
        ->check(CLI::Range(2, 1 << 20));
    added->add_option("--sequences", command->atlas.sequences, "Synthetic: sequences (default: 8)")
        ->type_name("N")
        ->check(CLI::Range(1, 100000));
    added->add_flag("--exclude-bos", command->options.excludeBos,
        "On a text: attention to the first position does not count for previous, duplicate, "
        "induction");
    added->add_flag("--exclude-current", command->options.excludeCurrent,
        "On a text: attention of a token to itself does not count for previous, duplicate, "
        "induction");
    command->edits.add(*added);
    command->project.add(*added);
    command->output.add(*added);
    added->footer(
        R"(Synthetic: tokens are distinct within a half where the vocabulary allows, after a BOS where the model has
one and its context is long enough; previous, duplicate and induction are mean attention to the place where such a
head looks. On a text they are the share of a head's attention there (TransformerLens's detect_head). sink:
mean attention to the first position; self: to the token itself; entropy: of attention rows, in nats.
JSON: scores: {previous, duplicate, induction, sink, self, entropy: [layer][head]}, and what it was measured on.

Examples:
  microtome-cli heads --model gpt2 --synthetic --seed 1
  microtome-cli heads --model data/models/induction --text "Clara bought lemon and Clara" --json)");
    added->callback([command, &work] {
        if (command->synthetic && command->prompt.given())
            throw UsageError(
                "--synthetic makes its own tokens; leave --text, --file and --ids out.");
        if (!command->synthetic && !command->prompt.given())
            throw UsageError("Give a prompt by --text, --file or --ids, or --synthetic.");
        if (!command->synthetic)
            command->prompt.require();
        work = [command] { heads(*command); };
    });
}

} // namespace microtome::cli
