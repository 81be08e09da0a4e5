#include "app/cli/featurecommands.h"
#include "app/cli/keep.h"
#include "app/cli/modeloptions.h"
#include "app/cli/output.h"
#include "app/cli/table.h"
#include "core/store/features/importer.h"
#include "core/store/keep.h"

#include <CLI/CLI.hpp>

namespace microtome::cli {

namespace fs = std::filesystem;

namespace {

using nlohmann::json;

struct ImportCommand {
    ModelOptions model;
    ProjectOptions project;
    OutputOptions output;
    fs::path from;
    std::int64_t source = 0;
    std::uint64_t latents = 0;
    std::string reads;
    std::string name;
};

ImportSettings settingsOf(
    const ImportCommand& command, Project& project, const Model& model, const Tokenizer* tokenizer)
{
    ImportSettings settings;
    settings.model = keepModel(project, model.info());
    settings.modelName = model.info().name;
    settings.tokenizer = tokenizer;
    settings.vocabulary = static_cast<std::uint32_t>(model.architecture().vocabulary);
    if (command.source > 0)
        settings.into = static_cast<SourceId>(command.source);
    if (command.latents > 0)
        settings.latents = command.latents;
    if (!command.reads.empty()) {
        const auto site = Site::parse(command.reads);
        if (!site)
            throw UsageError("--reads takes a point of the model such as blocks.6.hook_resid_pre, "
                             "not "
                + command.reads + ".");
        model.architecture().check(*site);
        settings.readSite = site->text();
    }
    settings.name = command.name;
    return settings;
}

std::string tableOf(const ImportReport& report)
{
    Table table("rlrrrrr");
    table.row({"source", "name", "latents", "features", "windows", "labels", "scores"});
    for (const ImportedSource& one : report.sources)
        table.row({std::to_string(static_cast<std::int64_t>(one.source)), one.name,
            std::to_string(one.latents), std::to_string(one.features), std::to_string(one.windows),
            std::to_string(one.labels), std::to_string(one.scores)});
    std::string text = table.text();
    if (report.found)
        text += "\nThe same was imported before; nothing was done now.\n";
    text += "\nTaken:\n";
    for (const std::string& sentence : report.taken)
        text += "  " + sentence + "\n";
    if (!report.leftOut.empty())
        text += "\nLeft out:\n";
    for (const std::string& sentence : report.leftOut)
        text += "  " + sentence + "\n";
    return text;
}

void importFeatures(const ImportCommand& command)
{
    command.output.check();
    if (command.source > 0 && !command.name.empty())
        throw UsageError("--source and --name exclude each other: a source has its name.");
    const auto model = command.model.open();
    const auto tokenizer = model->tokenizer();
    Project project = openOrMake(command.project.file);
    if (project.readOnly())
        throw Error(command.project.file.string()
            + " can only be read, so features cannot be kept in it; copy it to where you may "
              "write.");
    const ImportSettings settings = settingsOf(command, project, *model, tokenizer.get());
    const ImportReport report
        = microtome::importFeatures(project, command.from, settings, terminalProgress("Importing"));
    project.close();
    command.output.write(toJson(report), [&] { return tableOf(report); });
}

} // namespace

void addFeaturesImport(CLI::App& features, Work& work)
{
    const auto command = std::make_shared<ImportCommand>();
    CLI::App* added = features.add_subcommand(
        "import", "Features of SAEDashboard, Neuronpedia or delphi into a project");
    added
        ->add_option("from", command->from, "A file, or a folder with all below it; gzipped or not")
        ->type_name("IN")
        ->required();
    command->model.add(*added);
    command->project.add(*added);
    added->get_option("--project")->required();
    command->output.add(*added);
    added
        ->add_option("--source", command->source,
            "Put them into this source of the project, e.g. one that was swept")
        ->type_name("N")
        ->check(CLI::PositiveNumber);
    added
        ->add_option("--latents", command->latents,
            "Latents of the dictionary (default: as many as the largest number in the files says)")
        ->type_name("N")
        ->check(CLI::PositiveNumber);
    added->add_option("--reads", command->reads, "Where the dictionary reads, if not said")
        ->type_name("SITE");
    added->add_option("--name", command->name, "Of the source, instead of the files'")
        ->type_name("NAME");
    added->footer(
        R"(Files are known by what is in them. All of it is imported, or nothing; the same is not imported twice.
JSON: run, found, sources[] {source, sweep, name, latents, features, labels, scores, missing_scores,
windows, text_windows, same_windows, tokens, unknown_logits}, taken[], left_out[].

Example:
  microtome-cli features import res-jb/0 --model gpt2 --project study.microtome --reads blocks.0.hook_resid_pre)");
    added->callback([command, &work] { work = [command] { importFeatures(*command); }; });
}

} // namespace microtome::cli
