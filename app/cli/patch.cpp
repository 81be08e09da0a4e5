#include "core/circuits/patch.h"

#include "app/cli/command.h"
#include "app/cli/editoptions.h"
#include "app/cli/keep.h"
#include "app/cli/modeloptions.h"
#include "app/cli/output.h"
#include "app/cli/patchpairs.h"
#include "app/cli/pieces.h"
#include "app/cli/promptoptions.h"
#include "app/cli/table.h"
#include "core/work/sha256.h"

#include <CLI/CLI.hpp>

#include <cmath>

namespace microtome::cli {

namespace {

using nlohmann::json;

struct PatchCommand {
    ModelOptions model;
    MetricOptions metric;
    ProjectOptions project;
    OutputOptions output;
    std::string clean;
    std::string corrupt;
    std::string cleanIds;
    std::string corruptIds;
    std::string sweep = "resid_pre";
    std::string pairs;
    std::string columns;
    bool noBos = false;
    bool positions = false;
    bool noising = false;
    CLI::Option* cleanOption = nullptr;
    CLI::Option* corruptOption = nullptr;
};

/// Cells nested as [layer][position], [layer][head] or [layer][position][head].
json nested(const PatchSweep& shape, const Matrix& cells, double offset, double scale)
{
    const auto cell = [&](int layer, int position, int head) {
        const double value = (static_cast<double>(cells(
                                  static_cast<std::size_t>(layer), shape.column(position, head)))
                                 - offset)
            / scale;
        return std::isfinite(value) ? json(value) : json();
    };
    json layers = json::array();
    for (int l = 0; l < shape.layers; ++l) {
        json row = json::array();
        for (int p = 0; p < shape.positions; ++p) {
            if (!sweepsHeads(shape.sweep)) {
                row.push_back(cell(l, p, 0));
                continue;
            }
            json heads = json::array();
            for (int h = 0; h < shape.heads; ++h)
                heads.push_back(cell(l, p, h));
            if (shape.byPosition)
                row.push_back(heads);
            else
                row = heads;
        }
        layers.push_back(row);
    }
    return layers;
}

json headOf(const PatchSweep& shape)
{
    return {{"sweep", sweepName(shape.sweep)}, {"metric", shape.metric},
        {"direction", shape.denoising ? "denoising" : "noising"},
        {"by_position", shape.byPosition}};
}

json documentOf(const PatchSweep& sweep, const Metric& metric, const Pieces& pieces)
{
    json document = headOf(sweep);
    const double difference = sweep.cleanMetric - sweep.corruptedMetric;
    document.update({{"clean", sweep.cleanMetric}, {"corrupt", sweep.corruptedMetric},
        {"values", nested(sweep, sweep.raw, sweep.corruptedMetric, difference)},
        {"raw", nested(sweep, sweep.raw, 0, 1)}, {"clean_ids", sweep.clean},
        {"corrupt_ids", sweep.corrupted}, {"clean_pieces", pieces.of(sweep.clean)},
        {"corrupt_pieces", pieces.of(sweep.corrupted)}, {"answers", metric.answers},
        {"wrongs", metric.wrongs}, {"remark", sweep.remark}});
    return document;
}

json documentOf(const PairsSweep& pairs)
{
    json document = headOf(pairs.shape);
    const double difference = pairs.clean - pairs.corrupted;
    const bool falls = difference < 0;
    const auto normalised = [&](const Matrix& cells) {
        return nested(pairs.shape, cells, pairs.corrupted, difference);
    };
    document.update({{"clean", pairs.clean}, {"corrupt", pairs.corrupted},
        {"values", normalised(pairs.raw.mean)},
        {"low", normalised(falls ? pairs.raw.high : pairs.raw.low)},
        {"high", normalised(falls ? pairs.raw.low : pairs.raw.high)},
        {"raw", nested(pairs.shape, pairs.raw.mean, 0, 1)}, {"pairs", pairs.raw.items},
        {"skipped", pairs.skipped}, {"remark", ""}});
    return document;
}

std::string tableOf(const json& document)
{
    std::string out = document.at("metric").get<std::string>() + ": clean "
        + fixed(document.at("clean"), 4) + ", corrupt " + fixed(document.at("corrupt"), 4);
    if (document.contains("pairs"))
        out += ", means of " + document["pairs"].dump() + " pairs";
    out += "\nPatching " + document.at("sweep").get<std::string>() + ", "
        + (document.at("direction") == "denoising" ? "clean into corrupt: 0 no effect, 1 restored"
                                                   : "corrupt into clean: 1 no effect, 0 destroyed")
        + "\n";
    const json& values = document.at("values");
    const bool perHead = values.front().front().is_array();
    const bool byPosition = document.at("by_position").get<bool>();
    Table table("lr");
    std::vector<std::string> heading{perHead ? "layer, position" : "layer"};
    const std::size_t columns = perHead ? values.front().front().size() : values.front().size();
    for (std::size_t c = 0; c < columns; ++c)
        heading.push_back(byPosition && !perHead && document.contains("clean_pieces")
                    && document["clean_pieces"].is_array()
                ? quotedPiece(document["clean_pieces"][c])
                : (perHead || !byPosition ? "H" : "") + std::to_string(c));
    table.row(heading);
    const auto add = [&](std::string name, const json& row) {
        std::vector<std::string> cells{std::move(name)};
        for (const json& value : row)
            cells.push_back(value.is_null() ? "-" : fixed(value, 3));
        table.row(std::move(cells));
    };
    for (std::size_t l = 0; l < values.size(); ++l)
        if (!perHead)
            add("L" + std::to_string(l), values[l]);
        else
            for (std::size_t p = 0; p < values[l].size(); ++p)
                add("L" + std::to_string(l) + ", " + std::to_string(p), values[l][p]);
    return out + table.text();
}

PatchRequest requestOf(const PatchCommand& command)
{
    PatchRequest request;
    request.sweep = *sweepNamed(command.sweep);
    request.byPosition = command.positions;
    request.denoising = !command.noising;
    return request;
}

json settingsOf(const PatchCommand& command)
{
    const MetricOptions& m = command.metric;
    json settings{{"sweep", command.sweep}, {"by_position", command.positions},
        {"denoising", !command.noising}, {"metric", m.name}, {"position", m.position},
        {"site", m.site}};
    if (!m.direction.empty()) {
        const Matrix direction = readReference(m.direction, {});
        settings["direction"] = sha256(std::as_bytes(direction.values()));
    }
    return settings;
}

json patchPair(const PatchCommand& command, Model& model)
{
    PatchRequest request = requestOf(command);
    const auto read = [&](const CLI::Option* option, const std::string& text,
                          const std::string& ids, const char* name) {
        return option->count() > 0 ? promptOf(model, text, command.noBos)
                                   : model.prompt(parseIds(ids, name));
    };
    request.clean = read(command.cleanOption, command.clean, command.cleanIds, "--clean-ids");
    request.corrupted
        = read(command.corruptOption, command.corrupt, command.corruptIds, "--corrupt-ids");
    const auto answers = command.metric.answer.answerTokens(model);
    const auto wrongs = command.metric.answer.wrongTokens(model);
    json settings = settingsOf(command);
    settings.update({{"answers", answers}, {"wrongs", wrongs}});
    return command.project.keep(model, command.model.checkpoint,
        {"patch", settings, request.clean, request.corrupted, {}, 0}, [&] {
            request.metric = command.metric.metric(model, request.clean, answers, wrongs);
            const Progress progress = terminalProgress("patch");
            const PatchSweep sweep = patchSweep(model, request, progress);
            progress.step(1);
            return documentOf(sweep, request.metric, Pieces(model.tokenizer()));
        });
}

json patchPairs(const PatchCommand& command, Model& model)
{
    const std::string content = readText(command.pairs);
    const PromptSet set
        = parsePromptSet(content, command.pairs, PromptColumns::parse(command.columns));
    json settings = settingsOf(command);
    settings.update({{"pairs", sha256(content)}, {"columns", command.columns},
        {"no_bos", command.noBos}, {"answers", command.metric.answer.answers},
        {"answer_ids", command.metric.answer.answerIds}, {"wrongs", command.metric.answer.wrongs},
        {"wrong_ids", command.metric.answer.wrongIds}});
    return command.project.keep(
        model, command.model.checkpoint, {"patch", settings, {}, {}, {}, 0}, [&] {
            const Progress progress = terminalProgress("patch");
            const PairsSweep sweep = sweepPairs(
                model, set, requestOf(command), command.metric, command.noBos, progress);
            progress.step(1);
            return documentOf(sweep);
        });
}

void patch(const PatchCommand& command)
{
    command.output.check();
    const auto model = command.model.open();
    const json document
        = command.pairs.empty() ? patchPair(command, *model) : patchPairs(command, *model);
    if (const auto remark = document.at("remark").get<std::string>(); !remark.empty())
        warn(remark);
    command.output.write(document, [&] { return tableOf(document); });
}

void require(const PatchCommand& command)
{
    const std::size_t clean = command.cleanOption->count() + !command.cleanIds.empty();
    const std::size_t corrupt = command.corruptOption->count() + !command.corruptIds.empty();
    if (command.pairs.empty() ? clean != 1 || corrupt != 1 : clean + corrupt > 0)
        throw UsageError("Give the two prompts by --clean and --corrupt (or --clean-ids and "
                         "--corrupt-ids), or many "
                         "by --pairs.");
    if (command.pairs.empty() && !command.columns.empty())
        throw UsageError("--columns belongs to --pairs.");
    command.metric.require(!command.pairs.empty());
}

} // namespace

void addPatch(CLI::App& app, Work& work)
{
    const auto command = std::make_shared<PatchCommand>();
    CLI::App* added = app.add_subcommand(
        "patch", "Activation patching between two prompts of equally many tokens");
    command->model.add(*added);
    command->cleanOption
        = added->add_option("--clean", command->clean, "The prompt with the right answer")
              ->type_name("TEXT");
    command->corruptOption
        = added->add_option("--corrupt", command->corrupt, "The prompt with another answer")
              ->type_name("TEXT");
    added->add_option("--clean-ids", command->cleanIds, "The same as token ids")
        ->type_name("1,2,3");
    added->add_option("--corrupt-ids", command->corruptIds, "The same as token ids")
        ->type_name("1,2,3");
    added->add_flag("--no-bos", command->noBos, "Do not put the model's BOS token first");
    added
        ->add_option("--pairs", command->pairs,
            "Average over the pairs of this CSV or JSON lines file: clean, corrupted, answer, "
            "wrong")
        ->type_name("FILE");
    added
        ->add_option("--columns", command->columns,
            "Names of its columns; :id for token ids: clean=prompt,answer=target:id")
        ->type_name("MAP");
    added->add_option("--sweep", command->sweep, "What is patched (default: resid_pre)")
        ->type_name("resid_pre|resid_mid|attn_out|mlp_out|head_out|q|k|v|pattern")
        ->check(CLI::IsMember({"resid_pre", "resid_mid", "attn_out", "mlp_out", "head_out", "q",
            "k", "v", "pattern"}));
    added->add_flag("--positions", command->positions,
        "Heads at each position (for pattern: each query) by itself");
    added->add_flag("--noising", command->noising,
        "Corrupt values into the clean run instead of clean into corrupt");
    command->metric.add(*added);
    command->project.add(*added);
    command->output.add(*added);
    added->footer(
        R"(JSON: clean and corrupt (the metric of the two runs), values, normalised so that corrupt is 0 and clean 1:
[layer][position] for resid_pre, resid_mid, attn_out, mlp_out; [layer][head] for head_out, q, k, v, pattern, with
--positions [layer][position][head]; raw, the metric itself. With --pairs the means, normalised after
averaging, with low and high, the metric's 95 % interval normalised alike, pairs and skipped.

Examples:
  microtome-cli patch --model gpt2 --clean "When Mary and John went out, John saw" \
      --corrupt "When Mary and John went out, Mary saw" --answer " Mary" --wrong " John" --sweep resid_pre
  microtome-cli patch --model data/models/induction --pairs data/prompts/induction-pairs.csv --sweep head_out)");
    added->callback([command, &work] {
        require(*command);
        work = [command] { patch(*command); };
    });
}

} // namespace microtome::cli
