#include "app/cli/coderoptions.h"
#include "app/cli/featurecommands.h"
#include "app/cli/modeloptions.h"
#include "app/cli/output.h"
#include "app/cli/promptoptions.h"
#include "app/cli/table.h"
#include "core/features/prompt/topfeatures.h"
#include "core/features/sweep/codersource.h"
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

json documentOf(const TopCommand& command, Model& model)
{
    const auto coders = openDictionaries(command.dictionaries);
    const Prompt prompt = command.prompt.prompt(model);
    std::vector<std::unique_ptr<CoderSource>> sources;
    RunRequest request{prompt.ids, {}, {}, {}, false, {}};
    for (const NamedCoder& one : coders) {
        sources.push_back(std::make_unique<CoderSource>(one.coder,
            CoderReader(model, placeOf(one.coder, model.architecture(), command.place)),
            encodeFast));
        for (const Site& site : sources.back()->wants())
            request.want.push_back(site);
    }
    const Trace trace = model.run(request);
    std::vector<FiredLatents> fired;
    for (const auto& source : sources)
        fired.push_back(source->read({&trace, 1}, {}));
    std::vector<bool> taken(prompt.size(), true);
    if (prompt.bos && !command.withBos)
        taken.front() = false;

    const auto piece = [&](std::size_t t) {
        return model.tokenizer() ? json(model.tokenizer()->bytes(prompt.ids[t])) : json();
    };
    json document{{"ids", prompt.ids}, {"order", command.order}, {"features", json::array()},
        {"tokens", json::array()}};
    for (const PromptFeature& f :
        topOfPrompt(fired, taken, *promptOrderNamed(command.order), command.most))
        document["features"].push_back(
            {{"dictionary", coders[f.source].name}, {"latent", f.latent}, {"max", f.max},
                {"at", f.at}, {"token", piece(f.at)}, {"sum", f.sum}, {"fires", f.tokens}});
    const auto tops = topOfTokens(fired, command.perToken);
    for (std::size_t t = 0; t < tops.size(); ++t) {
        json row{{"position", t}, {"id", prompt.ids[t]}, {"token", piece(t)},
            {"features", json::array()}};
        for (const TokenFeature& f : tops[t])
            row["features"].push_back(
                {{"dictionary", coders[f.source].name}, {"latent", f.latent}, {"value", f.value}});
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
    added->add_option("--dictionary", command->dictionaries, "Dictionaries of any known format")
        ->type_name("DIR|FILE")
        ->required();
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
        "tokens[] {position, id,\ntoken, features[] {dictionary, latent, value}}. All that "
        "fire are compared before any is cut off.");
    added->callback([command, &work] { work = [command] { top(*command); }; });
}

} // namespace microtome::cli
