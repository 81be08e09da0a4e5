#include "app/datadir.h"
#include "app/mainwindow.h"
#include "app/statusstrip.h"
#include "app/tabledialog.h"
#include "app/traindialog.h"
#include "core/store/place.h"
#include "core/store/project.h"
#include "core/text/promptset.h"
#include "views/figure/exportdialog.h"
#include "views/figure/provenance.h"
#include "views/session/amount.h"
#include "views/session/view.h"

#include <nlohmann/json.hpp>

#include <QApplication>
#include <QClipboard>
#include <QDialog>
#include <QFileDialog>
#include <QFileInfo>
#include <QLabel>
#include <QMessageBox>
#include <QVBoxLayout>

namespace microtome {

namespace {

const QString projectSuffix = QStringLiteral("microtome");

} // namespace

/// What goes wrong on the way is one sentence in the status strip.
void MainWindow::attempt(const std::function<void()>& action)
{
    try {
        action();
    } catch (const std::exception& error) {
        m_status->say(QString::fromUtf8(error.what()));
    }
}

void MainWindow::openModel(const QString& path)
{
    m_session.openModel(QFileInfo(path).absoluteFilePath());
}

void MainWindow::chooseModel()
{
    const QString start = QFileInfo(m_preferences.recentModels().value(0)).path();
    const QString path
        = QFileDialog::getExistingDirectory(this, tr("Open the folder of a model"), start);
    if (!path.isEmpty())
        openModel(path);
}

void MainWindow::chooseModelFile()
{
    const QString start = QFileInfo(m_preferences.recentModels().value(0)).path();
    const QString path = QFileDialog::getOpenFileName(
        this, tr("Open the file of a model"), start, tr("Weights (*.safetensors);;All files (*)"));
    if (!path.isEmpty())
        openModel(path);
}

void MainWindow::openProject(const QString& path)
{
    attempt([&] {
        const bool fresh = !QFileInfo::exists(path);
        const auto file = path.toStdString();
        m_session.setProject(
            std::make_shared<Project>(fresh ? Project::create(file) : Project::open(file)));
        m_preferences.addRecentProject(QFileInfo(path).absoluteFilePath());
        Project& project = *m_session.project();
        const auto runs = project.runs({.kind = "prompt", .limit = 1});
        if (!m_session.hasModel() && !m_session.opening())
            openModelOf(project, runs.empty() ? std::nullopt : runs.front().key.model);
        if (!runs.empty() && m_session.promptText().isEmpty())
            m_session.restoreRun(static_cast<std::int64_t>(runs.front().id));
    });
}

/// The model of the newest run, or else the newest model; where it lies now.
void MainWindow::openModelOf(Project& project, std::optional<ModelId> wanted)
{
    std::optional<StoredModel> model = wanted ? project.models().get(*wanted) : std::nullopt;
    if (const auto all = project.models().list(); !model && !all.empty())
        model = all.back();
    if (!model)
        return;
    const auto path = resolvePlace(model->path, dataFolder().toStdString(), project.path());
    if (path.empty())
        m_status->say(
            tr("The model “%1” of this project is not at %2 any more. Open its folder: its "
               "runs are found again by its weights.")
                .arg(QString::fromStdString(model->name), QString::fromStdString(model->path)));
    else
        openModel(QString::fromStdString(path.string()));
}

void MainWindow::chooseProject(bool create)
{
    const QString filter = tr("Microtome projects (*.%1)").arg(projectSuffix);
    const QString start = QFileInfo(m_preferences.recentProjects().value(0)).path();
    QString path = create ? QFileDialog::getSaveFileName(this, tr("New project"), start, filter)
                          : QFileDialog::getOpenFileName(this, tr("Open project"), start, filter);
    if (path.isEmpty())
        return;
    if (create && QFileInfo(path).suffix().isEmpty())
        path += u'.' + projectSuffix;
    openProject(path);
}

void MainWindow::saveProjectAs()
{
    if (!m_session.project())
        return chooseProject(true);
    const QString path = QFileDialog::getSaveFileName(
        this, tr("Save project as"), {}, tr("Microtome projects (*.%1)").arg(projectSuffix));
    if (path.isEmpty())
        return;
    attempt([&] {
        m_session.project()->saveAs(path.toStdString());
        openProject(path);
    });
}

void MainWindow::choosePrompts()
{
    const QString path = QFileDialog::getOpenFileName(
        this, tr("Open prompt set"), {}, tr("Prompt sets (*.csv *.jsonl *.json);;All files (*)"));
    if (path.isEmpty())
        return;
    attempt([&] {
        if (!m_session.project())
            chooseProject(true);
        Project* project = m_session.project();
        if (!project)
            throw Error("A prompt set is kept in a project. Make one first.");
        const PromptSet set = readPromptSet(path.toStdString());
        PromptGroup group;
        group.name = QFileInfo(path).completeBaseName().toStdString();
        group.source = path.toStdString();
        const GroupId id = project->prompts().addGroup(group);
        std::vector<StoredPrompt> prompts;
        for (const PromptItem& item : set.items) {
            StoredPrompt stored;
            stored.group = id;
            stored.prompt.text = item.clean.text;
            stored.prompt.ids = item.clean.ids;
            if (m_session.tokenizer() && !item.clean.byIds)
                stored.prompt = encodePrompt(*m_session.tokenizer(), m_session.architecture().bos,
                    item.clean.text, m_session.settings().bos);
            stored.extra = {{"corrupted", item.corrupted.text}, {"answer", item.answer.text},
                {"wrong", item.wrong.text}};
            prompts.push_back(std::move(stored));
        }
        project->prompts().add(prompts);
        m_session.announcer().note(Change::Project);
        m_status->say(
            tr("%1 added to the project.")
                .arg(counted(static_cast<qint64>(prompts.size()), tr("prompt"), tr("prompts"))));
    });
}

TrainDialog* MainWindow::trainDialog()
{
    if (!m_train) {
        m_train = new TrainDialog(m_session, this);
        connect(m_train, &TrainDialog::openAsked, this, &MainWindow::openModel);
    }
    return m_train;
}

void MainWindow::showTrain()
{
    trainDialog()->show();
    m_train->raise();
    m_train->activateWindow();
}

// --- figures

void MainWindow::openFigure(const QString& path)
{
    attempt([&] {
        const Provenance made = Provenance::read(path);
        if (m_session.hasModel() && made.weightHash != m_session.info().hash)
            m_status->say(tr("This figure was made with “%1”; it is shown with the open model.")
                              .arg(QString::fromStdString(made.model)));
        if (m_session.tokenizer() && !made.prompt.empty()) {
            RunSettings settings = m_session.settings();
            settings.bos = made.bos;
            m_session.setSettings(settings);
            m_session.setPromptText(QString::fromStdString(made.prompt));
        } else {
            m_session.setPromptIds(made.ids);
        }
        m_workspace->showView(QString::fromStdString(made.view));
        if (View* view = m_workspace->current())
            view->restore(nlohmann::json::parse(made.viewStateJson));
    });
}

void MainWindow::chooseFigure()
{
    const QString path = QFileDialog::getOpenFileName(
        this, tr("Open figure"), {}, tr("Figures of Microtome (*.json *.svg *.png *.pdf)"));
    if (!path.isEmpty())
        openFigure(path);
}

void MainWindow::exportFigure()
{
    const View* view = m_workspace->current();
    const auto figure = view ? view->figure() : nullptr;
    if (!figure)
        return m_status->say(tr("There is no picture to export in this view yet."));
    const QString folder = m_preferences.value(QStringLiteral("figureFolder")).toString();
    auto* dialog = new ExportDialog(*figure, folder, view->name(), this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &ExportDialog::written, this, [this](const QStringList& files) {
        m_preferences.setValue(
            QStringLiteral("figureFolder"), QFileInfo(files.value(0)).absolutePath());
        m_status->say(tr("Written: %1").arg(files.join(QStringLiteral(", "))));
    });
    dialog->open();
}

void MainWindow::showTable()
{
    const View* view = m_workspace->current();
    const Table table = view ? view->table() : Table{};
    if (table.rows.empty())
        return m_status->say(tr("There are no numbers in this view yet."));
    (new TableDialog(view->title(), table, this))->show();
}

void MainWindow::copyAsPython()
{
    const View* view = m_workspace->current();
    const QString script = view ? view->copyAsPython() : QString();
    if (script.isEmpty())
        return m_status->say(tr("This view has no Python script to copy yet."));
    QApplication::clipboard()->setText(script);
    m_status->say(
        tr("Copied: a TransformerLens script that computes what %1 shows.").arg(view->title()));
}

// --- help

void MainWindow::showKeys()
{
    Table table;
    table.columns = {tr("Key"), tr("What it does")};
    for (const auto& [key, what] : std::initializer_list<std::pair<QString, QString>>{
             {tr("← →"), tr("position")}, {tr("↑ ↓"), tr("layer")}, {tr("[ ]"), tr("head")},
             {tr("Enter"), tr("edit the prompt")}, {tr("Esc"), tr("unlock the focus")},
             {tr("Backspace"), tr("back to the focus before")}, {tr("P"), tr("pin the focus")},
             {tr("Tab"), tr("next view")}, {tr("Shift+move"), tr("the focus follows the mouse")}})
        table.rows.push_back({key, what});
    for (const QString& name : m_order)
        if (const QAction* action = command(name); !action->shortcut().isEmpty())
            table.rows.push_back(
                {action->shortcut().toString(QKeySequence::NativeText), action->text()});
    (new TableDialog(tr("Keyboard"), table, this))->show();
}

void MainWindow::showAbout()
{
    QMessageBox::about(this, tr("About Microtome"),
        tr("<b>Microtome</b> %1<p>A desktop explorer for model internals.<p>Free software under "
           "the "
           "GNU General Public License, version 3 or later.")
            .arg(QApplication::applicationVersion()));
}

} // namespace microtome
