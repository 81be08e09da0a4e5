#include "app/cli/command.h"
#include "app/cli/modeloptions.h"
#include "app/cli/output.h"
#include "app/cli/table.h"

#include <CLI/CLI.hpp>

namespace microtome::cli {

namespace {

struct InfoOptions {
    ModelOptions model;
    OutputOptions output;
};

constexpr std::array norms{"none", "layer_norm", "rms_norm"};
constexpr std::array positionKinds{"none", "learned", "rotary"};
constexpr std::array activations{
    "relu", "gelu", "gelu_tanh", "quick_gelu", "silu", "tanh", "square"};

/// Tokens for which memory and time are estimated.
constexpr std::size_t sample = 128;

nlohmann::json tokenizerOf(const Model& model)
{
    const auto tokenizer = model.tokenizer();
    if (!tokenizer)
        return nullptr;
    const auto leading = tokenizer->leading();
    return {{"size", tokenizer->size()}, {"hash", tokenizer->hash()},
        {"leading", leading ? nlohmann::json(*leading) : nlohmann::json()}};
}

nlohmann::json documentOf(const Model& model)
{
    const ModelInfo& info = model.info();
    const Architecture& a = info.architecture;
    nlohmann::json sites = nlohmann::json::array();
    for (const Site& site : a.sites())
        sites.push_back(site.name());
    const auto tokens = std::min(sample, static_cast<std::size_t>(a.context));
    const Model::Estimate estimate = model.estimate(tokens);
    return {{"name", info.name}, {"path", info.path}, {"hash", info.hash}, {"family", a.family},
        {"layers", a.layers}, {"heads", a.heads}, {"kv_heads", a.kvHeads}, {"d_model", a.dModel},
        {"d_head", a.dHead}, {"d_mlp", a.dMlp}, {"vocab", a.vocabulary}, {"outputs", a.outputs()},
        {"context", a.context}, {"parameters", info.parameters}, {"file_dtype", info.fileDtype},
        {"dtype", info.dtype}, {"device", info.device},
        {"norm", norms.at(static_cast<std::size_t>(a.norm))}, {"norm_eps", a.normEpsilon},
        {"final_norm", a.finalNorm},
        {"positions", positionKinds.at(static_cast<std::size_t>(a.positions))},
        {"activation",
            a.attentionOnly()
                ? nlohmann::json()
                : nlohmann::json(activations.at(static_cast<std::size_t>(a.activation)))},
        {"gated_mlp", a.gatedMlp}, {"parallel_residual", a.parallelResidual},
        {"tied_head", a.tiedHead}, {"tokenizer", tokenizerOf(model)},
        {"bos", a.bos >= 0 ? nlohmann::json(a.bos) : nlohmann::json()}, {"eos", a.eos},
        {"sites", sites}, {"unused", info.unused}, {"missing", info.missing}, {"notes", info.notes},
        {"memory",
            {{"weights", info.weightBytes}, {"run_tokens", tokens}, {"run", estimate.bytes},
                {"run_seconds", estimate.seconds}}},
        {"threads", info.threads}, {"blas", info.blas}, {"engine", info.engine}};
}

std::string megabytes(const nlohmann::json& bytes)
{
    return fixed(bytes.get<double>() / 1e6, 1) + " MB";
}

std::string joined(const nlohmann::json& list)
{
    std::string text;
    for (const auto& item : list)
        text += (text.empty() ? "" : ", ")
            + (item.is_string() ? item.get<std::string>() : item.dump());
    return text.empty() ? "none" : text;
}

std::string tableOf(const nlohmann::json& d)
{
    Table table("ll");
    const auto text = [&](const char* field) {
        const auto& value = d.at(field);
        return value.is_null()  ? "none"
            : value.is_string() ? value.get<std::string>()
                                : value.dump();
    };
    table.row({"model", text("path")});
    for (const char* field : {"hash", "family", "layers", "heads", "kv_heads", "d_model", "d_head",
             "d_mlp", "vocab", "context", "parameters"})
        table.row({field, text(field)});
    table.row({"dtype", text("dtype") + " (the file: " + text("file_dtype") + ")"});
    for (const char* field :
        {"norm", "positions", "activation", "gated_mlp", "parallel_residual", "tied_head"})
        table.row({field, text(field)});
    const auto& tokenizer = d.at("tokenizer");
    table.row({"tokenizer",
        tokenizer.is_null() ? "none: give token ids" : tokenizer.at("size").dump() + " tokens"});
    table.row({"bos",
        text("bos")
            + (tokenizer.is_object() && !tokenizer.at("leading").is_null() ? " (put first)" : "")});
    table.row({"eos", joined(d.at("eos"))});
    const auto& memory = d.at("memory");
    table.row({"memory",
        megabytes(memory.at("weights")) + " weights, " + megabytes(memory.at("run"))
            + " for a run of " + memory.at("run_tokens").dump() + " tokens"});
    table.row({"runs on",
        text("device") + ", " + text("threads") + " threads, " + text("engine") + ", "
            + text("blas")});
    table.row({"unused", joined(d.at("unused"))});
    table.row({"missing", joined(d.at("missing"))});
    const auto& sites = d.at("sites");
    table.row({"sites", std::to_string(sites.size()) + ":"});
    std::string out = table.text();
    for (const auto& site : sites)
        out += "  " + site.get<std::string>() + '\n';
    return out;
}

} // namespace

void addInfo(CLI::App& app, Work& work)
{
    const auto options = std::make_shared<InfoOptions>();
    CLI::App* command = app.add_subcommand(
        "info", "What a model is: family, sizes, parameters, tokenizer, named points, memory");
    options->model.add(*command);
    options->output.add(*command);
    command->footer(
        R"(JSON: family, layers, heads, kv_heads, d_model, d_head, d_mlp, vocab, context, parameters,
norm, positions, tokenizer, bos, sites[], unused[] (tensors of the files that are not used),
missing[], memory, and what computes.

Example:
  microtome-cli info --model data/models/induction --json)");
    command->callback([options, &work] {
        work = [options] {
            options->output.check();
            const auto model = options->model.open();
            const nlohmann::json document = documentOf(*model);
            options->output.write(document, [&] { return tableOf(document); });
        };
    });
}

} // namespace microtome::cli
