#include "app/projectmaker.h"

#include "app/mainwindow.h"
#include "app/pictures.h"
#include "core/model/editfile.h"
#include "core/store/place.h"
#include "core/store/project.h"
#include "views/session/view.h"

#include <nlohmann/json.hpp>

#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>

namespace microtome {

namespace {

using nlohmann::json;

json readRecipe(const QString& path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        throw Error("The recipe " + path.toStdString() + " cannot be read.");
    const QByteArray text = file.readAll();
    json form = json::parse(text.begin(), text.end(), nullptr, false);
    if (!form.is_object())
        throw Error("The recipe " + path.toStdString() + " is not a JSON object.");
    return form;
}

std::string joined(const json& paragraphs)
{
    std::string text;
    for (const json& paragraph : paragraphs)
        text += (text.empty() ? "" : "\n\n") + paragraph.get<std::string>();
    return text;
}

void addPrompts(Project& project, const Session& session, const json& groups)
{
    for (const json& form : groups) {
        PromptGroup group;
        group.name = form.at("name").get<std::string>();
        group.source = form.value("source", "");
        group.notes = form.value("notes", "");
        const GroupId id = project.prompts().addGroup(group);
        std::vector<StoredPrompt> prompts;
        for (const json& item : form.at("prompts")) {
            StoredPrompt stored;
            stored.group = id;
            stored.label = item.value("label", "");
            stored.prompt = encodePrompt(*session.tokenizer(), session.architecture().bos,
                item.at("text").get<std::string>(), {});
            for (const char* field : {"corrupted", "answer", "wrong"})
                if (item.contains(field))
                    stored.extra[field] = item[field];
            prompts.push_back(std::move(stored));
        }
        project.prompts().add(prompts);
    }
}

void makeRun(MainWindow& window, Session& session, const json& form)
{
    session.setPromptText(QString::fromStdString(form.at("prompt").get<std::string>()));
    const json edits{{"edits", form.value("edits", json::array())}};
    session.editList().replaceAll(readEdits(edits.dump()), {});
    if (!waitUntilDone(session) || !session.edited())
        throw Error("The prompt “" + form.at("prompt").get<std::string>()
            + "” could not be run: " + (session.promptError() + session.runError()).toStdString());
    const std::int64_t run = session.keepRun();
    if (form.contains("title"))
        session.project()->setTitle(RunId(run), form["title"].get<std::string>());
    for (const json& shown : form.value("views", json::array())) {
        window.workspace()->showView(QString::fromStdString(shown.at("name").get<std::string>()));
        waitUntilDone(session);
        View* view = window.workspace()->current();
        if (view && shown.contains("state"))
            view->restore(shown["state"]);
        waitUntilDone(session);
    }
}

} // namespace

void makeProject(
    const OpenModel& open, const QString& recipePath, const QString& data, const QString& file)
try {
    const json recipe = readRecipe(recipePath);
    const QTemporaryDir scratch;
    const QString draft = scratch.filePath(QStringLiteral("draft.microtome"));
    MemoryPreferences preferences;
    Session session(open);
    MainWindow window(session, preferences, allViews());
    window.resize(1440, 900);
    window.show();
    const QString model
        = data + u'/' + QString::fromStdString(recipe.at("model").get<std::string>());
    session.openModel(model);
    if (!waitUntilDone(session) || !session.hasModel())
        throw Error(session.modelError().toStdString());
    session.setProject(std::make_shared<Project>(Project::create(draft.toStdString())));
    Project& project = *session.project();
    addPrompts(project, session, recipe.value("groups", json::array()));
    for (const json& run : recipe.at("runs"))
        makeRun(window, session, run);
    project.meta().set("notes", joined(recipe.value("notes", json::array())));
    if (recipe.contains("walk"))
        project.meta().set("walk", recipe["walk"].get<std::string>());
    for (const StoredModel& stored : project.models().list())
        project.models().setPath(stored.id, placeOf(stored.path, data.toStdString()));
    project.saveAs(file.toStdString());
    session.setProject(nullptr);
} catch (const json::exception& error) {
    throw Error(
        "The recipe " + recipePath.toStdString() + " lacks a field, or has one of another kind.",
        error.what());
}

} // namespace microtome
