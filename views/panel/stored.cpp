#include "views/panel/stored.h"

#include "core/store/keep.h"
#include "core/store/project.h"
#include "views/session/session.h"

namespace microtome {

namespace {

/// The key that a result is found by; with `add` what the project does not know yet is made.
RunKey keyOf(Project& project, const Session& session, const StoredRequest& request, bool add)
{
    const auto prompt = [&](const Prompt& of) -> std::optional<PromptId> {
        if (of.size() == 0)
            return {};
        return add ? std::optional(keepPrompt(project, of)) : project.prompts().find(of);
    };
    RunKey key;
    key.kind = request.kind;
    if (add && request.ofModel)
        key.model = keepModel(project, session.info());
    else if (request.ofModel)
        if (const auto known = project.models().withHash(session.info().hash))
            key.model = known->id;
    key.prompt = prompt(request.prompt);
    key.secondPrompt = prompt(request.second);
    key.edits = editsOfKey(request.edits);
    key.settings = request.settings;
    key.settings["dtype"] = session.info().dtype;
    key.seed = request.seed;
    return key;
}

/// Whether everything that the request names is known to the project; else it has no such run.
bool complete(const RunKey& key, const StoredRequest& request)
{
    return key.model.has_value() == request.ofModel
        && key.prompt.has_value() == (request.prompt.size() > 0)
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
