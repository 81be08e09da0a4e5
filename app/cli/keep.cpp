#include "app/cli/keep.h"

#include "app/cli/output.h"
#include "core/store/keep.h"
#include "core/store/project.h"

#include <CLI/CLI.hpp>

namespace microtome::cli {

namespace fs = std::filesystem;

namespace {

/// Under which a run keeps its document.
const std::string documentName = "document";

CheckpointId checkpointIn(
    Project& project, ModelId model, const ModelInfo& info, const std::string& name)
{
    for (const StoredCheckpoint& known : project.models().checkpoints(model))
        if (known.name == name && known.hash == info.hash)
            return known.id;
    StoredCheckpoint stored;
    stored.model = model;
    stored.name = name;
    stored.path = info.path;
    stored.hash = info.hash;
    return project.models().addCheckpoint(stored);
}

RunKey keyOf(
    Project& project, const ModelInfo& info, const std::string& checkpoint, const Question& q)
{
    RunKey key;
    key.kind = q.kind;
    key.model = keepModel(project, info);
    if (!checkpoint.empty())
        key.checkpoint = checkpointIn(project, *key.model, info, checkpoint);
    if (q.prompt.size() > 0)
        key.prompt = keepPrompt(project, q.prompt);
    if (q.second.size() > 0)
        key.secondPrompt = keepPrompt(project, q.second);
    key.edits = editsOfKey(q.edits);
    key.settings = q.settings;
    key.settings["form"] = documentName;
    key.settings["dtype"] = info.dtype;
    key.settings["device"] = info.device;
    key.seed = q.seed;
    return key;
}

nlohmann::json placed(nlohmann::json document, RunId run, bool found)
{
    document["project"] = {{"run", static_cast<std::int64_t>(run)}, {"found", found}};
    return document;
}

} // namespace

Project openOrMake(const fs::path& file)
{
    std::error_code error;
    const bool old = fs::exists(file, error)
        && !(fs::is_regular_file(file, error) && fs::is_empty(file, error));
    return old ? Project::open(file) : Project::create(file);
}

void ProjectOptions::add(CLI::App& command)
{
    command
        .add_option("--project", file,
            "Keep the result in this project, or find it there; made when it does not exist")
        ->type_name("FILE");
}

nlohmann::json ProjectOptions::keep(const Model& model, const std::string& checkpoint,
    const Question& question, const std::function<nlohmann::json()>& compute) const
{
    if (file.empty())
        return compute();
    Project project = openOrMake(file);
    if (project.readOnly())
        throw Error(file.string()
            + " can only be read, so the result cannot be kept in it; copy it to "
              "where you may write, or leave --project out.");
    const ModelInfo& info = model.info();
    const RunKey key = keyOf(project, info, checkpoint, question);
    if (const auto known = project.findRun(key))
        return placed(project.json(*known, documentName), *known, true);
    const nlohmann::json document = compute();
    const RunId run = project.beginRun(key, info.engine + ", " + info.blas + ", " + info.dtype);
    project.putJson(run, documentName, document);
    project.commitRun(run);
    project.setTitle(run, question.kind + ": " + question.prompt.text.substr(0, 200));
    project.close();
    return placed(document, run, false);
}

} // namespace microtome::cli
