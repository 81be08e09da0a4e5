#include "core/analysis/lens.h"

#include "app/cli/command.h"
#include "app/cli/editoptions.h"
#include "app/cli/keep.h"
#include "app/cli/modeloptions.h"
#include "app/cli/output.h"
#include "app/cli/pieces.h"
#include "app/cli/promptoptions.h"
#include "app/cli/table.h"

#include <CLI/CLI.hpp>

#include <cmath>

namespace microtome::cli {

namespace {

using nlohmann::json;

struct LensCommand {
    ModelOptions model;
    PromptOptions prompt;
    EditOptions edits;
    ProjectOptions project;
    OutputOptions output;
    std::string kind = "logit";
    int top = 5;
    bool embedding = false;
    bool mid = false;
    std::string track;
};

json numberOrNull(double x)
{
    return std::isfinite(x) ? json(x) : json();
}

/// rows x columns of a matrix as nested lists.
json nested(const Matrix& m)
{
    json rows = json::array();
    for (std::size_t r = 0; r < m.rows(); ++r) {
        json row = json::array();
        for (const float x : m.row(r))
            row.push_back(numberOrNull(static_cast<double>(x)));
        rows.push_back(row);
    }
    return rows;
}

/// Ranks are whole numbers; null where no token with a logit follows.
json ranks(const Matrix& m)
{
    json rows = json::array();
    for (std::size_t r = 0; r < m.rows(); ++r) {
        json row = json::array();
        for (const float x : m.row(r))
            row.push_back(x >= 0 ? json(static_cast<std::int64_t>(x)) : json());
        rows.push_back(row);
    }
    return rows;
}

json gridOf(const Lens& lens, const Pieces& pieces)
{
    json grid = json::array();
    for (std::size_t r = 0; r < lens.rows.size(); ++r) {
        json row = json::array();
        for (std::size_t c = 0; c < lens.columns(); ++c) {
            json cell = json::array();
            for (const Lens::Entry& entry : lens.top(r, c))
                cell.push_back({{"id", entry.id}, {"piece", pieces.of(entry.id)},
                    {"prob", entry.probability}});
            row.push_back(cell);
        }
        grid.push_back(row);
    }
    return grid;
}

json trackedOf(const Lens& lens, const Pieces& pieces)
{
    json all = json::array();
    for (std::size_t t = 0; t < lens.tracked.size(); ++t) {
        json prob = json::array();
        for (std::size_t r = 0; r < lens.rows.size(); ++r) {
            json row = json::array();
            for (std::size_t c = 0; c < lens.columns(); ++c)
                row.push_back(lens.probability(r, c, lens.trackedLogits[t](r, c)));
            prob.push_back(row);
        }
        all.push_back({{"id", lens.tracked[t]}, {"piece", pieces.of(lens.tracked[t])},
            {"prob", prob}, {"rank", ranks(lens.trackedRanks[t])}});
    }
    return all;
}

json documentOf(const LensCommand& command, const Lens& lens, const Pieces& pieces)
{
    json rows = json::array();
    for (const Site& site : lens.rows)
        rows.push_back(site.name());
    json document{{"kind", "logit"}, {"ids", lens.ids}, {"pieces", pieces.of(lens.ids)},
        {"rows", rows}, {"grid", gridOf(lens, pieces)}, {"entropy", nested(lens.entropy)},
        {"rank", ranks(lens.nextRank)}, {"kl", nested(lens.kl)},
        {"self_check", {{"max_difference", lens.selfCheck}, {"top_agrees", lens.selfCheckTop}}}};
    if (!command.track.empty())
        document["tracked"] = trackedOf(lens, pieces);
    return document;
}

std::string shownToken(const json& token)
{
    const json& piece = token.at("piece");
    return piece.is_string() ? quotedPiece(piece) : token.at("id").dump();
}

/// Positions down, layers across: the top token and its probability.
std::string tableOf(const json& document)
{
    Table table("rl");
    std::vector<std::string> heading{"position", "token"};
    for (const auto& row : document.at("rows"))
        heading.push_back(Site::parse(row.get<std::string>())->layer.value() == 0
                    && row.get<std::string>().ends_with("resid_pre")
                ? "embedding"
                : row.get<std::string>());
    for (std::string& name : heading)
        if (const auto at = name.find(".hook_"); at != std::string::npos)
            name = name.substr(7, at - 7) + " " + name.substr(at + 6);
    table.row(heading);
    const auto& grid = document.at("grid");
    for (std::size_t c = 0; c < document.at("ids").size(); ++c) {
        const auto& pieces = document.at("pieces");
        std::vector<std::string> cells{std::to_string(c),
            pieces.is_array() ? quotedPiece(pieces[c]) : document.at("ids")[c].dump()};
        for (const auto& row : grid)
            cells.push_back(shownToken(row[c].front()) + " " + fixed(row[c].front().at("prob"), 2));
        table.row(std::move(cells));
    }
    return table.text();
}

void lens(const LensCommand& command)
{
    if (command.kind != "logit")
        throw Error(
            "The " + command.kind + " lens is not part of this version; there is --kind logit.");
    command.output.check();
    const auto model = command.model.open();
    const Prompt prompt = command.prompt.prompt(*model);
    const Edits edits = command.edits.read();
    LensOptions options;
    options.embedding = command.embedding;
    options.mid = command.mid;
    options.topK = std::min(command.top, model->architecture().outputs());
    if (!command.track.empty())
        options.tracked = parseIds(command.track, "--track");
    if (command.mid && !model->architecture().has(Point::ResidMid))
        warn("This model has no resid_mid, so --mid adds no rows.");
    const json settings{{"kind", command.kind}, {"top", options.topK},
        {"embedding", options.embedding}, {"mid", options.mid}, {"track", options.tracked}};
    const json document = command.project.keep(
        *model, command.model.checkpoint, {"lens", settings, prompt, {}, edits, 0}, [&] {
            const Progress progress = terminalProgress("lens");
            const Lens result = logitLens(*model, Subject{prompt, edits, {}}, options, progress);
            progress.step(1);
            return documentOf(command, result, Pieces(model->tokenizer()));
        });
    if (!document.at("self_check").at("top_agrees").get<bool>())
        warn("The lens of the last layer does not agree with the model's output.");
    command.output.write(document, [&] { return tableOf(document); });
}

} // namespace

void addLens(CLI::App& app, Work& work)
{
    const auto command = std::make_shared<LensCommand>();
    CLI::App* added
        = app.add_subcommand("lens", "What each layer would say if it went straight to the output");
    added
        ->add_option("--kind", command->kind,
            "logit (default); tuned and jacobian come with a later version")
        ->type_name("logit")
        ->check(CLI::IsMember({"logit", "tuned", "jacobian"}));
    command->model.add(*added);
    command->prompt.add(*added);
    added->add_option("--top", command->top, "Tokens in each cell (default: 5)")
        ->type_name("K")
        ->check(CLI::Range(1, 1000));
    added->add_flag("--embedding", command->embedding, "A first row: the stream before layer 0");
    added->add_flag(
        "--mid", command->mid, "A row after each attention, where the model has resid_mid");
    added
        ->add_option("--track", command->track,
            "Also the probability and rank of these tokens in every cell")
        ->type_name("ID,...");
    command->edits.add(*added);
    command->project.add(*added);
    command->output.add(*added);
    added->footer(
        R"(Every layer's residual stream through the final norm, its statistics recomputed, and the unembedding.
JSON: rows[] (names of the points, one for each layer), grid[layer][position][]: {id, piece, prob},
entropy, kl (to the model's output; both in nats) and rank (of the token that follows in the prompt, 0 = on top;
null at the last position and where that token has no logit), all [layer][position]; self_check; with --track
tracked[]: {id, piece, prob, rank}.

Examples:
  microtome-cli lens --kind logit --model gpt2 --text "The Eiffel Tower is in" --top 5
  microtome-cli lens --kind logit --model gpt2 --text "Paris is in" --track 4881 --json)");
    added->callback([command, &work] {
        command->prompt.require();
        work = [command] { lens(*command); };
    });
}

} // namespace microtome::cli
