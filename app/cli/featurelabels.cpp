#include "app/cli/coderoptions.h"
#include "app/cli/featurecommands.h"
#include "app/cli/modeloptions.h"
#include "app/cli/output.h"
#include "app/cli/table.h"
#include "core/features/corpus/labelledtext.h"
#include "core/features/score/labelmatch.h"
#include "core/features/sweep/codersource.h"
#include "core/features/sweep/sweep.h"
#include "core/nn/dictionary.h"
#include "core/work/sha256.h"

#include <CLI/CLI.hpp>

#include <algorithm>

#include <unistd.h>

namespace microtome::cli {

namespace fs = std::filesystem;

namespace {

using nlohmann::json;

struct LabelsCommand {
    ModelOptions model;
    OutputOptions output;
    std::vector<std::string> dictionaries;
    PlaceOptions place;
    std::string text;
    std::uint64_t tokens = ~std::uint64_t(0);
    std::uint32_t context = 128;
    double least = 0;
};

/// A folder for the time of the command.
class Scratch {
public:
    Scratch()
        : m_folder(fs::temp_directory_path() / ("microtome-labels-" + std::to_string(::getpid())))
    {
        fs::create_directories(m_folder);
    }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch()
    {
        std::error_code error;
        fs::remove_all(m_folder, error);
    }
    fs::path operator/(const std::string& name) const { return m_folder / name; }

private:
    fs::path m_folder;
};

json documentOf(const LabelsCommand& command, Model& model)
{
    const auto tokenizer = model.tokenizer();
    if (!tokenizer)
        throw Error("The model has no tokenizer, so a text cannot be read with it.");
    const auto coders = openDictionaries(command.dictionaries);
    const Scratch scratch;
    CorpusTextSettings how;
    how.bos = model.architecture().bos;
    how.mostTokens = command.tokens;
    const LabelledTokens labelled
        = writeLabelledCorpus(command.text, *tokenizer, sha256(tokenizer->hash()),
            static_cast<std::uint32_t>(model.architecture().vocabulary), scratch / "corpus", how);
    const Corpus corpus(scratch / "corpus");

    std::vector<std::unique_ptr<CoderSource>> sources;
    std::vector<SweepTarget> targets;
    for (std::size_t i = 0; i < coders.size(); ++i) {
        const SparseCoder& coder = coders[i].coder;
        sources.push_back(std::make_unique<CoderSource>(coder,
            CoderReader(model, placeOf(coder, model.architecture(), command.place)), encodeFast));
        targets.push_back({sources.back().get(), scratch / std::to_string(i)});
    }
    SweepSettings settings;
    settings.sequences.context = command.context;
    sweep(model, corpus, targets, settings, terminalProgress("Sweeping"));

    const Windows windows(corpus);
    std::vector<TokenLabel> labels;
    for (const auto& [name, tokens] : labelled)
        labels.push_back({name, tokens});
    std::map<std::string, json> best;
    for (std::size_t i = 0; i < targets.size(); ++i)
        for (const LabelMatch& match :
            matchLabels(FeatureIndex(targets[i].index), windows, labels)) {
            json& row = best[match.label];
            if (row.is_null() || row.at("chosen").get<double>() < match.chosen)
                row = {{"label", match.label}, {"tokens", match.tokens},
                    {"dictionary", coders[i].name}, {"latent", match.latent},
                    {"threshold", match.threshold}, {"chosen", match.chosen},
                    {"precision", match.precision}, {"recall", match.recall}, {"f1", match.f1}};
        }
    std::vector<json> rows;
    for (const auto& [name, row] : best)
        if (row.at("f1").get<double>() >= command.least)
            rows.push_back(row);
    std::ranges::stable_sort(
        rows, std::greater(), [](const json& row) { return row.at("f1").get<double>(); });
    return {{"tokens", corpus.tokens()}, {"labels", labels.size()}, {"matches", rows}};
}

std::string tableOf(const json& document)
{
    Table table("lrlrrrr");
    table.row({"label", "tokens", "dictionary", "latent", "precision", "recall", "F1"});
    for (const json& row : document.at("matches"))
        table.row({row.at("label").get<std::string>(), row.at("tokens").dump(),
            row.at("dictionary").get<std::string>(), row.at("latent").dump(),
            fixed(row.at("precision"), 3), fixed(row.at("recall"), 3), fixed(row.at("f1"), 3)});
    return table.text();
}

void labels(const LabelsCommand& command)
{
    command.output.check();
    const auto model = command.model.open();
    const json document = documentOf(command, *model);
    command.output.write(document, [&] { return tableOf(document); });
}

} // namespace

void addFeaturesLabels(CLI::App& features, Work& work)
{
    const auto command = std::make_shared<LabelsCommand>();
    CLI::App* added = features.add_subcommand(
        "labels", "For each label of a labelled text, the latent that says best where it holds");
    command->model.add(*added);
    command->output.add(*added);
    added->add_option("--dictionary", command->dictionaries, "Dictionaries of any known format")
        ->type_name("DIR|FILE")
        ->required();
    addPlaceOptions(*added, command->place);
    added
        ->add_option("--labelled", command->text,
            R"(Lines of {"text", "tokens": [...], "labels": {COLUMN: {VALUE: [token, ...]}}})")
        ->type_name("FILE")
        ->required();
    added->add_option("--tokens", command->tokens, "Stop after so many tokens")->type_name("N");
    added->add_option("--context", command->context, "Tokens of a sequence (default: 128)")
        ->type_name("N")
        ->check(CLI::Range(2, 1'000'000));
    added->add_option("--f1", command->least, "Only matches at least this good")
        ->type_name("0...1")
        ->check(CLI::Range(0.0, 1.0));
    added->footer(
        "Latent and threshold are chosen on one half of the text, the figures are those of "
        "the other half.\nJSON: tokens, labels, matches[] {label, tokens, dictionary, "
        "latent, threshold, chosen, precision, recall, f1}.");
    added->callback([command, &work] { work = [command] { labels(*command); }; });
}

} // namespace microtome::cli
