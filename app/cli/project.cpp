#include "core/store/project.h"

#include "app/cli/command.h"
#include "app/cli/output.h"
#include "app/cli/table.h"

#include <CLI/CLI.hpp>

#include <map>

namespace microtome::cli {

namespace fs = std::filesystem;

namespace {

using nlohmann::json;

struct ProjectCommand {
    fs::path file;
    OutputOptions output;
};

void requireProject(const fs::path& file)
{
    std::error_code error;
    if (!fs::is_regular_file(file, error))
        throw Error("There is no project at " + file.string() + ".");
}

/// version, runs, bytes; and what of each kind there is.
json documentOf(ProjectAccess& project)
{
    std::map<std::string, int> kinds;
    const auto runs = project.runs({.status = std::nullopt});
    for (const Run& run : runs)
        ++kinds[run.key.kind];
    return {{"version", project.version()}, {"runs", runs.size()}, {"kinds", kinds},
        {"models", project.models().list().size()}, {"bytes", project.bytes()}};
}

std::string tableOf(const json& document)
{
    Table table("ll");
    for (const char* field : {"file", "version", "runs", "models", "bytes", "bytes_before"})
        if (document.contains(field))
            table.row({field,
                document[field].is_string() ? document[field].get<std::string>()
                                            : document[field].dump()});
    for (const auto& [kind, count] : document.at("kinds").items())
        table.row({"  " + kind, count.dump()});
    const auto& problems = document.at("problems");
    table.row({"problems", problems.empty() ? "none" : std::to_string(problems.size()) + ":"});
    std::string out = table.text();
    for (const auto& sentence : problems)
        out += "  " + sentence.get<std::string>() + '\n';
    return out;
}

void write(const ProjectCommand& command, json document)
{
    document["file"] = command.file.string();
    command.output.write(document, [&] { return tableOf(document); });
}

void info(const ProjectCommand& command)
{
    Project project = Project::openReadOnly(command.file);
    json document = documentOf(project);
    document["problems"] = project.verify();
    write(command, document);
}

void verify(const ProjectCommand& command)
{
    Project project = Project::openReadOnly(command.file);
    json document = documentOf(project);
    const auto problems = project.verify();
    document["problems"] = problems;
    write(command, document);
    if (!problems.empty())
        throw Error(command.file.string() + " is damaged (" + std::to_string(problems.size())
            + " problems); microtome-cli project repair saves what can be read.");
}

void repair(const ProjectCommand& command)
{
    const std::vector<std::string> lost = Project::repair(command.file);
    Project project = Project::openReadOnly(command.file);
    json document = documentOf(project);
    document["problems"] = project.verify();
    document["lost"] = lost;
    for (const std::string& sentence : lost)
        warn(sentence);
    write(command, document);
}

void compact(const ProjectCommand& command)
{
    std::uint64_t before = 0;
    {
        Project project = Project::open(command.file);
        if (project.readOnly())
            throw Error(command.file.string() + " can only be read, so it cannot be compacted.");
        before = project.bytes();
        project.compact();
    }
    Project project = Project::openReadOnly(command.file);
    json document = documentOf(project);
    document["bytes_before"] = before;
    document["problems"] = project.verify();
    write(command, document);
}

} // namespace

void addProject(CLI::App& app, Work& work)
{
    CLI::App* group = app.add_subcommand("project", "The integrity of a project file");
    group->require_subcommand(1);
    group->footer(
        R"(JSON: version (of the file's form), runs, kinds, models, bytes, problems[]; compact adds bytes_before, repair
lost[]. verify exits with 1 when it finds problems. repair keeps the damaged file beside the new one as FILE.damaged.

Examples:
  microtome-cli project info --project study.microtome
  microtome-cli project verify --project study.microtome --json)");
    const auto add
        = [&](const char* name, const char* help, void (*action)(const ProjectCommand&)) {
              const auto command = std::make_shared<ProjectCommand>();
              CLI::App* added = group->add_subcommand(name, help);
              added->add_option("--project,FILE", command->file, "The project file")
                  ->type_name("FILE")
                  ->required();
              command->output.add(*added);
              added->callback([command, action, &work] {
                  work = [command, action] {
                      command->output.check();
                      requireProject(command->file);
                      action(*command);
                  };
              });
          };
    add("info", "What the project holds", info);
    add("verify", "Checks the whole file; exit code 1 when something is wrong with it", verify);
    add("repair", "Saves what can be read of a damaged project", repair);
    add("compact", "Gives unused space back to the disk", compact);
}

} // namespace microtome::cli
