#include "app/cli/coderoptions.h"
#include "app/cli/featurecommands.h"
#include "app/cli/modeloptions.h"
#include "app/cli/output.h"
#include "app/cli/promptoptions.h"
#include "app/cli/table.h"
#include "core/features/prompt/promptfeatures.h"
#include "core/features/prompt/topfeatures.h"
#include "core/nn/dictionary.h"

#include <CLI/CLI.hpp>

namespace microtome::cli {

namespace {

using nlohmann::json;

struct TopCommand {
    ModelOptions model;
    PromptOptions prompt;
    OutputOptions output;
    std::vector<std::string> dictionaries;
    PlaceOptions place;
    std::string order = "max";
    std::size_t most = 20;
    std::size_t perToken = 5;
    bool withBos = false;
};

/// The dictionaries that are named, else those that come with the model.
std::vector<std::shared_ptr<const NamedCoder>> codersOf(
    const TopCommand& command, const Model& model)
{
    std::vector<std::string> paths = command.dictionaries;
    if (paths.empty())
        for (const auto& path : dictionariesBeside(model.info().path))
            paths.push_back(path.string());
    if (paths.empty())
        throw UsageError("The model comes without dictionaries; name some with --dictionary.");
    std::vector<std::shared_ptr<const NamedCoder>> coders;
    for (NamedCoder& one : openDictionaries(paths))
        coders.push_back(std::make_shared<const NamedCoder>(std::move(one)));
    return coders;
}

json documentOf(const TopCommand& command, Model& model)
{
    const Prompt prompt = command.prompt.prompt(model);
    const PromptFeatures found = promptFeatures(
        model, {prompt, {}, nullptr}, codersOf(command, model), encodeFast, command.place);
    if (!found.unfit.empty())
        throw Error(found.unfit.front());

    const auto piece = [&](std::size_t t) {
        return model.tokenizer() ? json(model.tokenizer()->bytes(prompt.ids[t])) : json();
    };
    json document{{"ids", prompt.ids}, {"order", command.order}, {"features", json::array()},
        {"tokens", json::array()}};
    for (const PromptFeature& f : topOfPrompt(found.fired, found.taken(command.withBos),
             *promptOrderNamed(command.order), command.most))
        document["features"].push_back(
            {{"dictionary", found.names[f.source]}, {"latent", f.latent}, {"max", f.max},
                {"at", f.at}, {"token", piece(f.at)}, {"sum", f.sum}, {"fires", f.tokens}});
    const auto tops = topOfTokens(found.fired, command.perToken);
    for (std::size_t t = 0; t < tops.size(); ++t) {
        json row{{"position", t}, {"id", prompt.ids[t]}, {"token", piece(t)},
            {"features", json::array()}, {"unexplained", json::object()}};
        for (const TokenFeature& f : tops[t])
            row["features"].push_back(
                {{"dictionary", found.names[f.source]}, {"latent", f.latent}, {"value", f.value}});
        for (std::size_t d = 0; d < found.names.size(); ++d)
            row["unexplained"][found.names[d]]
                = numberOrNull(static_cast<double>(found.unexplained(d, t)));
        document["tokens"].push_back(row);
    }
    return document;
}

std::string tableOf(const json& document)
{
    Table table("lrrlrr");
    table.row({"dictionary", "latent", "max", "at", "sum", "fires"});
    for (const json& f : document.at("features"))
        table.row({f.at("dictionary").get<std::string>(), f.at("latent").dump(),
            fixed(f.at("max"), 3), f.at("at").dump() + " " + f.at("token").dump(),
            fixed(f.at("sum"), 3), f.at("fires").dump()});
    return table.text();
}

void top(const TopCommand& command)
{
    command.output.check();
    const auto model = command.model.open();
    const json document = documentOf(command, *model);
    command.output.write(document, [&] { return tableOf(document); });
}

} // namespace

void addFeaturesTop(CLI::App& features, Work& work)
{
    const auto command = std::make_shared<TopCommand>();
    CLI::App* added
        = features.add_subcommand("top", "The strongest features of a prompt and of each token");
    command->model.add(*added);
    command->prompt.add(*added);
    command->output.add(*added);
    added
        ->add_option("--dictionary", command->dictionaries,
            "Dictionaries of any known format (default: those in MODEL/dictionaries)")
        ->type_name("DIR|FILE");
    addPlaceOptions(*added, command->place);
    added->add_option("--order", command->order, "What features are ordered by (default: max)")
        ->type_name("max|sum|tokens")
        ->check(CLI::IsMember({"max", "sum", "tokens"}));
    added->add_option("--top", command->most, "Features of the prompt (default: 20)")
        ->type_name("N");
    added->add_option("--per-token", command->perToken, "Features of each token (default: 5)")
        ->type_name("N");
    added->add_flag("--with-bos", command->withBos, "Count a leading BOS, too");
    added->footer(
        "JSON: ids, order, features[] {dictionary, latent, max, at, token, sum, fires}, "
        "tokens[] {position, id,\ntoken, features[] {dictionary, latent, value}, unexplained "
        "{dictionary: |y - y'|² / |y|²}}. All that fire are compared before any is cut off.");
    added->callback([command, &work] { work = [command] { top(*command); }; });
}

} // namespace microtome::cli
