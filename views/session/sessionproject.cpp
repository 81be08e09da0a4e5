#include "core/model/editfile.h"
#include "core/store/keep.h"
#include "core/store/project.h"
#include "core/work/sha256.h"
#include "views/session/nexttoken.h"
#include "views/session/wanted.h"

#include <nlohmann/json.hpp>

namespace microtome {

namespace {

/// Runs of this kind are a prompt with its edits and what the model said after it; what views
/// compute from it are runs of their own kinds.
const std::string promptRun = "prompt";

std::string valuesName(std::size_t index)
{
    return "edit_" + std::to_string(index);
}

nlohmann::json nextOf(const RunState& run)
{
    nlohmann::json top = nlohmann::json::array();
    for (const ReadOut::Entry& entry : run.next.top)
        top.push_back({{"id", entry.id}, {"logit", entry.logit},
            {"prob", run.next.probability(entry.logit)}});
    return {{"top", top}, {"entropy", run.next.entropy}, {"seconds", run.seconds}};
}

/// What a run of a prompt is found again by. Values of edits are named by their place; what they
/// hold is part of the key by its hash.
RunKey keyOf(
    const ModelInfo& info, ModelId model, PromptId id, const Prompt& prompt, const Edits& edits)
{
    RunKey key;
    key.kind = promptRun;
    key.model = model;
    key.prompt = id;
    key.settings = {{"dtype", info.dtype}, {"bos", prompt.bos}};
    const std::string written = writeEdits(
        edits, [](const Edit&, std::size_t index) { return "project#" + valuesName(index); });
    key.edits = nlohmann::json::parse(written);
    for (std::size_t i = 0; i < edits.size(); ++i)
        if (!edits[i].values.empty())
            key.settings["values"][valuesName(i)] = sha256(std::as_bytes(edits[i].values.values()));
    return key;
}

} // namespace

void Session::setProject(std::shared_ptr<Project> project)
{
    if (m_project)
        emit projectLeaves();
    m_project = std::move(project);
    m_kept = 0;
    m_keptSerial = 0;
    if (m_edited)
        m_keepTimer.start();
    m_announcer.note(Change::Project);
}

std::int64_t Session::currentRun() const
{
    return m_edited && m_edited->serial == m_keptSerial ? m_kept : 0;
}

std::int64_t Session::keepRun()
{
    if (!m_project || !m_edited || !m_model || m_project->readOnly())
        return 0;
    if (const std::int64_t kept = currentRun())
        return kept;
    try {
        m_kept = storedRun();
    } catch (const std::exception& error) {
        tell(tr("This run could not be kept: %1").arg(QString::fromUtf8(error.what())));
        return 0;
    }
    m_keptSerial = m_edited->serial;
    m_announcer.note(Change::Project);
    return m_kept;
}

/// The number under which the project has the run on screen, from now on if not before.
std::int64_t Session::storedRun()
{
    Project& project = *m_project;
    const Edits& edits = m_edited->edits;
    const RunKey key = keyOf(m_model->info, keepModel(project, m_model->info),
        keepPrompt(project, m_edited->prompt), m_edited->prompt, edits);
    if (const auto known = project.findRun(key))
        return static_cast<std::int64_t>(*known);
    const RunId run = project.beginRun(key, m_model->info.engine);
    project.putJson(run, "next", nextOf(*m_edited));
    project.put(run, "logits", m_edited->logits);
    for (std::size_t i = 0; i < edits.size(); ++i)
        if (!edits[i].values.empty())
            project.put(run, valuesName(i), edits[i].values);
    project.commitRun(run);
    std::string title = m_edited->prompt.text;
    for (const Edit& edit : edits)
        title = edit.label.empty() ? describe(edit) : edit.label + " " + describe(edit);
    project.setTitle(run, title);
    return static_cast<std::int64_t>(run);
}

void Session::restoreRun(std::int64_t number)
{
    if (!m_project)
        return;
    const RunId id{number};
    const auto run = m_project->run(id);
    if (!run || !run->key.prompt)
        throw Error("This run is no longer in the project.");
    const auto prompt = m_project->prompts().get(*run->key.prompt);
    if (!prompt)
        throw Error("The prompt of this run is no longer in the project.");
    const Edits edits = readEdits(run->key.edits.dump(), [&](const std::string& reference) {
        const auto hash = reference.find('#');
        return m_project->get(id, reference.substr(hash == std::string::npos ? 0 : hash + 1));
    });
    if (!prompt->prompt.text.empty() && (tokenizer() || !hasModel())) {
        RunSettings settings = m_settings;
        settings.bos = prompt->prompt.bos;
        setSettings(settings);
        setPromptText(QString::fromStdString(prompt->prompt.text));
    } else {
        setPromptIds(prompt->prompt.ids);
    }
    m_editList.replaceAll(edits, tr("go to another run"));
}

RunPointer Session::recalled(const Prompt& prompt, const Edits& edits) const
{
    try {
        const auto model = m_project->models().withHash(m_model->info.hash);
        const auto stored = m_project->prompts().find(prompt);
        if (!model || !stored)
            return {};
        const auto run
            = m_project->findRun(keyOf(m_model->info, model->id, *stored, prompt, edits));
        if (!run)
            return {};
        RunState state;
        state.logits = m_project->get(*run, "logits");
        if (state.logits.size() != static_cast<std::size_t>(architecture().outputs()))
            return {};
        state.serial = ++*m_serials;
        state.prompt = prompt;
        state.edits = edits;
        state.next = nextToken(state.logits.values(), nextTokens,
            m_settings.target >= 0 ? std::vector<TokenId>{m_settings.target}
                                   : std::vector<TokenId>{});
        state.seconds = m_project->json(*run, "next").value("seconds", 0.0);
        state.stored = static_cast<std::int64_t>(*run);
        return std::make_shared<const RunState>(std::move(state));
    } catch (const std::exception&) {
        return {}; // what cannot be read, or is not what it should be, is run again
    }
}

void Session::recall(Wanted& w) const
{
    if (!m_project)
        return;
    if (!w.unedited)
        w.unedited = recalled(w.prompt, {});
    if (!w.reference && w.referencePrompt.size() > 0)
        w.reference = recalled(w.referencePrompt, {});
    if (!w.edited)
        w.edited = w.edits.empty() ? w.unedited : recalled(w.prompt, w.edits);
    if (!w.edited && w.unedited && !w.unedited->base)
        w.unedited.reset(); // an edited run continues from the base of the unedited one
}

} // namespace microtome
