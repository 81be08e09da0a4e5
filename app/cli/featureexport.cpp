#include "app/cli/featurecommands.h"
#include "app/cli/output.h"
#include "core/store/features/explanations.h"
#include "core/store/project.h"

#include <CLI/CLI.hpp>

namespace microtome::cli {

namespace fs = std::filesystem;

namespace {

using nlohmann::json;

struct ExportCommand {
    fs::path project;
    std::int64_t source = 0;
    std::string list;
    OutputOptions output;
};

json listNamed(Project& project, const std::string& name)
{
    for (const FeatureList& list : project.featureLists().lists())
        if (list.name == name)
            return project.featureLists().exported(list.id);
    throw Error("The project has no list “" + name + "”; make one, or name another.");
}

void exportFeatures(const ExportCommand& command)
{
    command.output.check();
    if ((command.source == 0) == command.list.empty())
        throw UsageError("Say what to export: --source for its explanations, or --list.");
    Project project = Project::openReadOnly(command.project);
    if (!command.list.empty()) {
        const json list = listNamed(project, command.list);
        command.output.write(list, [&] { return list.dump(2) + "\n"; });
        return;
    }
    json rows = json::array();
    std::string lines;
    eachExplanation(project, static_cast<SourceId>(command.source), [&](const json& row) {
        lines += row.dump(-1, ' ', false, json::error_handler_t::replace) + '\n';
        rows.push_back(row);
    });
    command.output.write(rows, [&] { return lines; });
}

} // namespace

void addFeaturesExport(CLI::App& features, Work& work)
{
    const auto command = std::make_shared<ExportCommand>();
    CLI::App* added = features.add_subcommand(
        "export", "Explanations as Neuronpedia's exports have them, or a list of features");
    added->add_option("--project", command->project, "The project")->type_name("FILE")->required();
    added->add_option("--source", command->source, "Whose explanations, see list")
        ->type_name("N")
        ->check(CLI::PositiveNumber);
    added->add_option("--list", command->list, "A list of features, instead")->type_name("NAME");
    command->output.add(*added, "Also write the JSON array to FILE");
    added->footer("Prints JSON Lines (with --json one array): modelId, layer, index, description, "
                  "typeName,\nauthorId, explanationModelName, scores[] "
                  "{explanationScoreTypeName, value, jsonDetails}.\n`features import` reads both.");
    added->callback([command, &work] { work = [command] { exportFeatures(*command); }; });
}

} // namespace microtome::cli
