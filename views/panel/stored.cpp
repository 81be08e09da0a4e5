#include "views/panel/stored.h"

#include "core/model/editfile.h"
#include "core/store/project.h"
#include "views/session/session.h"

#include <QCryptographicHash>

namespace microtome {

namespace {

/// Edits as json; the numbers of a value stand in it by their hash.
nlohmann::json jsonOf(const Edits& edits)
{
    const auto byHash = [](const Edit& edit, std::size_t index) {
        QCryptographicHash hash(QCryptographicHash::Sha256);
        const auto values = edit.values.values();
        hash.addData(QByteArrayView(reinterpret_cast<const char*>(values.data()),
            static_cast<qsizetype>(values.size_bytes())));
        return hash.result().toHex().toStdString() + ".safetensors#edit_" + std::to_string(index);
    };
    return nlohmann::json::parse(writeEdits(activeEdits(edits), byHash)).at("edits");
}

ModelId modelIn(Project& project, const ModelInfo& info)
{
    if (const auto known = project.models().withHash(info.hash))
        return known->id;
    StoredModel model;
    model.name = info.name;
    model.path = info.path;
    model.family = info.architecture.family;
    model.hash = info.hash;
    model.tokenizerHash = info.tokenizerHash;
    return project.models().add(model);
}

std::optional<PromptId> promptIn(Project& project, const Prompt& prompt, bool add)
{
    if (prompt.size() == 0)
        return {};
    if (const auto known = project.prompts().find(prompt))
        return known;
    if (!add)
        return {};
    StoredPrompt stored;
    stored.prompt = prompt;
    return project.prompts().add(stored);
}

RunKey keyOf(Project& project, const Session& session, const StoredRequest& request, bool add)
{
    RunKey key;
    key.kind = request.kind;
    if (add)
        key.model = modelIn(project, session.info());
    else if (const auto known = project.models().withHash(session.info().hash))
        key.model = known->id;
    key.prompt = promptIn(project, request.prompt, add);
    key.secondPrompt = promptIn(project, request.second, add);
    key.edits = jsonOf(request.edits);
    key.settings = request.settings;
    key.settings["dtype"] = session.info().dtype;
    key.seed = request.seed;
    return key;
}

/// Whether everything that the request names is known to the project; else it has no such run.
bool complete(const RunKey& key, const StoredRequest& request)
{
    return key.model && key.prompt.has_value() == (request.prompt.size() > 0)
        && key.secondPrompt.has_value() == (request.second.size() > 0);
}

} // namespace

std::optional<Bundle> findStored(Session& session, const StoredRequest& request)
{
    Project* project = session.project();
    if (!project || !session.hasModel())
        return {};
    try {
        const RunKey key = keyOf(*project, session, request, false);
        const auto run = complete(key, request) ? project->findRun(key) : std::nullopt;
        if (!run)
            return {};
        Bundle bundle;
        for (const ResultInfo& result : project->results(*run)) {
            if (result.name == "fields")
                bundle.fields = project->json(*run, result.name);
            else
                bundle.matrices[result.name] = project->get(*run, result.name);
        }
        return bundle;
    } catch (const Error&) {
        return {}; // a damaged result is computed again
    }
}

QString keepStored(Session& session, const StoredRequest& request, const Bundle& bundle)
{
    Project* project = session.project();
    if (!project || project->readOnly())
        return {};
    try {
        const ModelInfo& info = session.info();
        const RunId run = project->beginRun(keyOf(*project, session, request, true),
            info.engine + ", " + info.blas + ", " + info.dtype);
        project->putJson(run, "fields", bundle.fields);
        for (const auto& [name, matrix] : bundle.matrices)
            project->put(run, name, matrix);
        project->commitRun(run);
        project->setTitle(run, request.title);
        session.announcer().note(Change::Project);
        return {};
    } catch (const Error& error) {
        return QString::fromUtf8(error.what());
    }
}

} // namespace microtome
