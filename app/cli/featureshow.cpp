#include "app/cli/featurecommands.h"
#include "app/cli/output.h"
#include "app/cli/table.h"
#include "core/features/samples/samples.h"
#include "core/store/features/sweepfiles.h"
#include "core/store/project.h"

#include <CLI/CLI.hpp>

namespace microtome::cli {

namespace fs = std::filesystem;

namespace {

using nlohmann::json;

struct ShowCommand {
    fs::path project;
    std::int64_t source = 0;
    std::uint32_t latent = 0;
    std::size_t examples = 10;
    OutputOptions output;
};

json rankedTokens(const std::vector<Ranked>& all, const TokenTexts& texts)
{
    json rows = json::array();
    for (const Ranked& one : all)
        rows.push_back({{"id", one.id}, {"token", texts(one.id)}, {"logit", one.value}});
    return rows;
}

json rankedLatents(const std::vector<Ranked>& all, const char* what)
{
    json rows = json::array();
    for (const Ranked& one : all)
        rows.push_back({{"latent", one.id}, {what, one.value}});
    return rows;
}

json examplesOf(const ShowCommand& command, const fs::path& project, const FeatureSweep& sweep,
    const TokenTexts& texts)
{
    json rows = json::array();
    const SweepFiles files = openSweepFiles(project, sweep);
    if (!files.missing.empty())
        return rows;
    SampleSettings settings;
    settings.top = command.examples;
    settings.quantiles = settings.intervals = 1;
    settings.perQuantile = settings.perInterval = settings.silent = 0;
    for (const Sample& sample :
        takeSamples(*files.index, Windows(*files.corpus), command.latent, settings).top.samples) {
        json tokens = json::array();
        for (const std::uint32_t id : files.corpus->ids(sample.tokens))
            tokens.push_back(texts(id));
        rows.push_back({{"tokens", tokens}, {"values", sample.values},
            {"peak", sample.peak - sample.tokens.begin}, {"max", sample.strength},
            {"stands_for", sample.weight}});
    }
    return rows;
}

json documentOf(const ShowCommand& command, Project& project)
{
    const FeatureKey key{static_cast<SourceId>(command.source), command.latent};
    const FeatureDetail detail = project.featureBrowser().open(key);
    const auto source = project.featureSources().get(key.source);
    const TokenTexts texts(project, source->model);
    json document{{"source", command.source}, {"name", source->name}, {"latent", command.latent},
        {"reads", source->readSite}, {"writes", source->writeSite},
        {"promoted", rankedTokens(detail.topLogits, texts)},
        {"suppressed", rankedTokens(detail.bottomLogits, texts)},
        {"decoder_neighbours", rankedLatents(detail.decoderNeighbours, "cosine")},
        {"encoder_neighbours", rankedLatents(detail.encoderNeighbours, "cosine")},
        {"tags", detail.tags}, {"labels", json::array()}, {"examples", json::array()}};
    json numbers = json::object();
    for (std::size_t i = 0; i < featureNumbers; ++i)
        numbers[std::string(numberName(static_cast<FeatureNumber>(i)))]
            = numberOrNull(detail.numbers[i]);
    numbers["top token"] = texts(std::isnan(detail.number(FeatureNumber::TopToken))
            ? -1
            : static_cast<std::int64_t>(detail.number(FeatureNumber::TopToken)));
    document["numbers"] = numbers;
    for (const FeatureLabel& label : detail.labels)
        document["labels"].push_back(
            {{"text", label.text}, {"method", label.method}, {"author", label.author}});
    if (detail.sweep)
        document["examples"] = examplesOf(command, project.path(), *detail.sweep, texts);
    return document;
}

std::string words(const json& ranked)
{
    std::string all;
    for (const json& one : ranked)
        all += (all.empty() ? "" : "  ") + one.at("token").dump();
    return all;
}

std::string tableOf(const json& document)
{
    Table table("lr");
    for (const auto& [name, value] : document.at("numbers").items())
        if (!value.is_null())
            table.row({name, value.is_number_float() ? fixed(value, 4) : value.dump()});
    std::string out = document.at("name").get<std::string>() + ", latent "
        + document.at("latent").dump() + ", reads " + document.at("reads").get<std::string>()
        + "\n\n" + table.text() + "\npromotes   " + words(document.at("promoted")) + "\nsuppresses "
        + words(document.at("suppressed")) + "\n";
    for (const json& example : document.at("examples")) {
        out += "\n" + fixed(example.at("max"), 2) + "  ";
        const auto peak = example.at("peak").get<std::size_t>();
        for (std::size_t i = 0; i < example.at("tokens").size(); ++i) {
            const json& token = example.at("tokens")[i];
            const std::string text = token.is_string() ? token.get<std::string>() : token.dump();
            out += i == peak ? "[" + text + "]" : text;
        }
    }
    return out + "\n";
}

void show(const ShowCommand& command)
{
    Project project = Project::openReadOnly(command.project);
    const json document = documentOf(command, project);
    command.output.write(document, [&] { return tableOf(document); });
}

} // namespace

void addFeaturesShow(CLI::App& features, Work& work)
{
    const auto command = std::make_shared<ShowCommand>();
    CLI::App* added
        = features.add_subcommand("show", "Everything the project holds of one feature");
    added->add_option("--project", command->project, "The project")->type_name("FILE")->required();
    added->add_option("--source", command->source, "Its source, see list")
        ->type_name("N")
        ->required();
    added->add_option("--latent", command->latent, "Its number")->type_name("N")->required();
    added->add_option("--examples", command->examples, "Strongest contexts (default: 10)")
        ->type_name("N");
    command->output.add(*added);
    added->footer(
        "JSON: source, name, latent, reads, writes, numbers {}, promoted[], suppressed[], "
        "decoder_neighbours[],\nencoder_neighbours[], labels[], tags[], examples[] {tokens, "
        "values, peak, max, stands_for}.");
    added->callback([command, &work] { work = [command] { show(*command); }; });
}

} // namespace microtome::cli
