#include "app/fuzzy.h"
#include "app/mainwindow.h"
#include "app/places.h"
#include "app/statusstrip.h"
#include "app/walkguide.h"
#include "core/store/project.h"
#include "views/edits/editpanel.h"
#include "views/inspector/inspector.h"
#include "views/output/outputpanel.h"
#include "views/project/projectpanel.h"
#include "views/prompt/promptbar.h"
#include "views/session/tone.h"
#include "views/session/view.h"

#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QMenu>
#include <QMenuBar>
#include <QToolButton>

namespace microtome {

QAction* MainWindow::add(
    const QString& name, const QString& title, const QKeySequence& key, std::function<void()> run)
{
    auto* action = new QAction(title, this);
    action->setObjectName(name);
    action->setShortcut(key);
    connect(action, &QAction::triggered, this, [run = std::move(run)] { run(); });
    addAction(action);
    m_commands[name] = action;
    m_order << name;
    return action;
}

QAction* MainWindow::command(const QString& name) const
{
    const auto found = m_commands.find(name);
    return found == m_commands.end() ? nullptr : found->second;
}

QStringList MainWindow::commands() const
{
    return m_order;
}

void MainWindow::buildCommands()
{
    using Key = QKeySequence;
    add("open-model", tr("Open model…"), Key::Open, [this] { chooseModel(); });
    add("open-model-file", tr("Open model file…"), {}, [this] { chooseModelFile(); });
    add("open-project", tr("Open project…"), Key(tr("Ctrl+Shift+O")),
        [this] { chooseProject(false); });
    add("new-project", tr("New project…"), Key::New, [this] { chooseProject(true); });
    add("save-as", tr("Save project as…"), Key::SaveAs, [this] { saveProjectAs(); });
    add("open-prompts", tr("Open prompt set…"), {}, [this] { choosePrompts(); });
    add("open-figure", tr("Open figure…"), {}, [this] { chooseFigure(); });
    add("export", tr("Export figure…"), Key(tr("Ctrl+E")), [this] { exportFigure(); });
    add("quit", tr("Quit"), Key::Quit, [this] { close(); });

    auto& undo = m_session.undo();
    QAction* undoAction = undo.createUndoAction(this, tr("Undo"));
    QAction* redoAction = undo.createRedoAction(this, tr("Redo"));
    undoAction->setShortcut(Key::Undo);
    redoAction->setShortcut(Key::Redo);
    for (const auto& [name, action] : {std::pair<QString, QAction*>{"undo", undoAction},
             std::pair<QString, QAction*>{"redo", redoAction}}) {
        action->setObjectName(name);
        addAction(action);
        m_commands[name] = action;
        m_order << name;
    }
    add("edit-prompt", tr("Edit the prompt"), Key(tr("F2")), [this] { m_prompt->beginEditing(); });
    add("run", tr("Run"), Key(tr("Ctrl+Return")), [this] { m_session.runNow(); });
    add("pin", tr("Pin the focus"), Key(tr("Ctrl+D")),
        [this] { m_session.selection().togglePin(m_session.selection().focus()); });
    add("note", tr("Write a note about the focus"), {}, [this] {
        m_project->show();
        m_project->writeNoteAbout(m_session.label(m_session.selection().focus()));
    });
    add("copy-python", tr("Copy as Python"), Key(tr("Ctrl+Shift+C")), [this] { copyAsPython(); });
    add("clear-edits", tr("Remove all edits"), {}, [this] { m_session.editList().clear(); });
    add("measure", tr("Measure all edits"), {}, [this] { m_session.measureEffects(); });
    add("generate", tr("Generate text"), Key(tr("Ctrl+G")), [this] { m_output->generate(); });
    add("keep-run", tr("Keep this run"), Key::Save, [this] {
        if (!m_session.project())
            chooseProject(true);
        m_session.keepRun();
    });

    const auto step = [this](int by) {
        const auto at = m_session.checkpoint();
        const auto to = static_cast<int>(at.value_or(0)) + by;
        if (at && to >= 0)
            m_session.openCheckpoint(static_cast<std::size_t>(to));
    };
    add("earlier", tr("Earlier checkpoint"), Key(tr("Ctrl+Alt+Left")), [step] { step(-1); });
    add("later", tr("Later checkpoint"), Key(tr("Ctrl+Alt+Right")), [step] { step(1); });
    add("train", tr("Train a model…"), {}, [this] { showTrain(); });
    add("back", tr("Back"), Key(tr("Alt+Left")), [this] { m_session.selection().back(); });
    add("forward", tr("Forward"), Key(tr("Alt+Right")),
        [this] { m_session.selection().forward(); });
    add("palette", tr("Command palette"), Key(tr("Ctrl+K")), [this] { m_palette->open(); });
    add("theme", tr("Switch between light and dark"), Key(tr("Ctrl+Shift+L")),
        [this] { setDark(!m_session.theme().dark); });
    add("full-screen", tr("Full screen"), Key(tr("F11")),
        [this] { setWindowState(windowState() ^ Qt::WindowFullScreen); });
    add("table", tr("Numbers behind the view"), Key(tr("Ctrl+T")), [this] { showTable(); });
    add("own-window", tr("View in a window of its own"), Key(tr("Ctrl+Shift+N")), [this] {
        if (const View* view = m_workspace->current())
            m_workspace->openInWindow(view->name());
    });
    add("own-focus", tr("Pin the view to its focus"), {}, [this] {
        if (View* view = m_workspace->current())
            view->setOwnFocus(!view->hasOwnFocus());
    });
    add("next-view", tr("Next view"), Key(tr("Ctrl+Tab")), [this] { m_workspace->showNext(1); });
    add("previous-view", tr("Previous view"), Key(tr("Ctrl+Shift+Tab")),
        [this] { m_workspace->showNext(-1); });
    add("nothing-below", tr("Nothing below"), {}, [this] { m_workspace->showBelow({}); });
    struct Panel {
        const char* name;
        QString title;
        QWidget* widget;
    };
    for (const Panel& panel : {Panel{"project-panel", tr("Project"), m_project},
             Panel{"edits-panel", tr("Edits"), m_edits},
             Panel{"output-panel", tr("Output"), m_output},
             Panel{"inspector-panel", tr("Inspector"), m_inspector}}) {
        QAction* action = add(panel.name, panel.title, {}, [this, widget = panel.widget] {
            widget->setVisible(widget->isHidden());
            fitRight();
        });
        action->setCheckable(true);
        action->setChecked(true);
    }
    for (int i = 0; i < static_cast<int>(m_workspace->factories().size()); ++i) {
        const ViewFactory& factory = m_workspace->factories()[static_cast<std::size_t>(i)];
        const Key key = i < 9 ? Key(QStringLiteral("Ctrl+%1").arg(i + 1)) : Key();
        add("view-" + factory.name, factory.title, key,
            [this, name = factory.name] { m_workspace->showView(name); });
        add("below-" + factory.name, tr("%1 below").arg(factory.title), {},
            [this, name = factory.name] { m_workspace->showBelow(name); });
    }
    add("keys", tr("Keyboard"), Key(tr("F1")), [this] { showKeys(); });
    add("about", tr("About Microtome"), {}, [this] { showAbout(); });
}

void MainWindow::buildMenus()
{
    auto fill = [this](const QString& title, const QStringList& names) {
        QMenu* menu = menuBar()->addMenu(title);
        for (const QString& name : names)
            if (name.isEmpty())
                menu->addSeparator();
            else
                menu->addAction(command(name));
        return menu;
    };
    QMenu* file = fill(tr("File"),
        {"open-model", "open-model-file", "", "new-project", "open-project", "save-as", "",
            "open-prompts", "open-figure", "export", "", "quit"});
    m_recent = new QMenu(tr("Open recent"), this);
    file->insertMenu(command("new-project"), m_recent);
    connect(m_recent, &QMenu::aboutToShow, this, [this] { fillRecent(m_recent); });
    connect(m_model->menu(), &QMenu::aboutToShow, this, [this] { fillRecent(m_model->menu()); });
    fillRecent(m_recent);
    fillRecent(m_model->menu());
    fill(tr("Edit"),
        {"undo", "redo", "", "edit-prompt", "pin", "note", "", "clear-edits", "", "copy-python"});
    QMenu* view = menuBar()->addMenu(tr("View"));
    for (const QString& name : m_workspace->names())
        view->addAction(command("view-" + name));
    QMenu* below = view->addMenu(tr("Below it"));
    for (const QString& name : m_workspace->names())
        below->addAction(command("below-" + name));
    below->addAction(command("nothing-below"));
    view->addAction(command("own-window"));
    view->addAction(command("own-focus"));
    view->addSeparator();
    for (const char* name : {"project-panel", "edits-panel", "output-panel", "inspector-panel"})
        view->addAction(command(name));
    view->addSeparator();
    for (const char* name : {"back", "forward", "table", "theme", "full-screen"})
        view->addAction(command(name));
    fill(tr("Model"), {"earlier", "later", "", "train"});
    fill(tr("Analyse"), {"run", "measure", "generate", "", "keep-run"});
    QMenu* help = fill(tr("Help"), {"keys", "about"});
    m_walkMenu = new QMenu(tr("Walks"), this);
    help->insertMenu(command("keys"), m_walkMenu);
    m_walkMenu->menuAction()->setVisible(false);

    auto* name = new QLabel(QStringLiteral("Microtome"));
    setTone(name, Tone::Title);
    name->setContentsMargins(10, 0, 8, 0);
    menuBar()->setCornerWidget(name, Qt::TopLeftCorner);
    auto* find = new QToolButton;
    find->setProperty("framed", true);
    find->setFixedHeight(22);
    find->setText(tr("Ctrl K"));
    find->setToolTip(tr("Command palette"));
    find->setAccessibleName(tr("Command palette"));
    connect(find, &QToolButton::clicked, command("palette"), &QAction::trigger);
    auto* corner = new QWidget;
    auto* row = new QHBoxLayout(corner);
    row->setContentsMargins(0, 2, 10, 2);
    row->addWidget(find);
    menuBar()->setCornerWidget(corner, Qt::TopRightCorner);
}

void MainWindow::setWalks(const WalkShelf& shelf)
{
    m_walks = std::make_unique<WalkShelf>(shelf);
    std::vector<WalkLine> lines;
    for (const Walk& walk : shelf.walks) {
        const QString name = QString::fromStdString(walk.name);
        const QString title = QString::fromStdString(walk.title);
        QAction* action
            = add("walk-" + name, tr("Walk: %1").arg(title), {}, [this, name] { startWalk(name); });
        action->setToolTip(QString::fromStdString(walk.about));
        QAction* inMenu = m_walkMenu->addAction(title, action, &QAction::trigger);
        inMenu->setToolTip(action->toolTip());
        lines.push_back({title, QString::fromStdString(walk.about), "walk-" + name});
    }
    m_walkMenu->setToolTipsVisible(true);
    m_walkMenu->menuAction()->setVisible(!lines.empty());
    m_project->setWalks(lines);
    for (const std::string& problem : shelf.problems)
        m_status->say(QString::fromStdString(problem));
}

void MainWindow::startWalk(const QString& name)
{
    if (const Walk* walk = m_walks ? m_walks->find(name.toStdString()) : nullptr)
        m_guide->start(*walk);
}

void MainWindow::fillRecent(QMenu* menu)
{
    menu->clear();
    for (const QString& path : m_preferences.recentModels()) {
        QAction* action
            = menu->addAction(QFileInfo(path).fileName(), this, [this, path] { openModel(path); });
        action->setToolTip(path);
    }
    if (menu == m_model->menu()) {
        menu->addSeparator();
        menu->addAction(command("open-model"));
        menu->addAction(command("open-model-file"));
        return;
    }
    menu->addSeparator();
    for (const QString& path : m_preferences.recentProjects())
        menu->addAction(QFileInfo(path).fileName(), this, [this, path] { openProject(path); });
}

std::vector<PaletteItem> MainWindow::paletteItems(const QString& query)
{
    std::vector<PaletteItem> items = placesFor(m_session, query);
    for (const QString& name : m_order) {
        QAction* action = m_commands[name];
        if (name == QStringLiteral("palette") || !action->isEnabled())
            continue;
        const bool view = name.startsWith(QStringLiteral("view-"));
        const QString key = action->shortcut().toString(QKeySequence::NativeText);
        QString detail = view ? tr("view") : key;
        if (view && !key.isEmpty())
            detail += QStringLiteral("  ") + key;
        items.push_back({action->text().remove(u'&'), detail, [action] { action->trigger(); }});
    }
    for (const QString& path : m_preferences.recentModels())
        items.push_back(
            {QFileInfo(path).fileName(), tr("model"), [this, path] { openModel(path); }});
    if (Project* project = m_session.project())
        for (const PromptGroup& group : project->prompts().groups())
            for (const StoredPrompt& prompt : project->prompts().list(group.id))
                items.push_back({QString::fromStdString(prompt.prompt.text).simplified(),
                    tr("prompt"), [this, text = prompt.prompt.text] {
                        m_session.setPromptText(QString::fromStdString(text));
                    }});
    return items;
}

} // namespace microtome
