#include "app/mainwindow.h"

#include "app/datadir.h"
#include "app/statusstrip.h"
#include "app/walkcard.h"
#include "app/walkguide.h"
#include "core/store/project.h"
#include "views/edits/editpanel.h"
#include "views/inspector/inspector.h"
#include "views/output/outputpanel.h"
#include "views/project/projectpanel.h"
#include "views/prompt/chips.h"
#include "views/prompt/promptbar.h"
#include "views/session/checkpointname.h"
#include "views/session/tone.h"
#include "views/session/view.h"
#include "views/style/apply.h"
#include "views/style/style.h"

#include <QApplication>
#include <QDragEnterEvent>
#include <QFileInfo>
#include <QKeyEvent>
#include <QMenu>
#include <QMenuBar>
#include <QMimeData>
#include <QSplitter>
#include <QToolButton>
#include <QVBoxLayout>

#include <utility>

namespace microtome {

namespace {

constexpr int projectWidth = 196;
constexpr int inspectorWidth = 268;

QToolButton* menuButton(const QString& name, const QString& tip)
{
    auto* button = new QToolButton;
    button->setObjectName(name);
    button->setToolTip(tip);
    button->setProperty("framed", true);
    button->setPopupMode(QToolButton::InstantPopup);
    button->setMenu(new QMenu(button));
    return button;
}

} // namespace

MainWindow::MainWindow(
    Session& session, Preferences& preferences, ViewFactories factories, QWidget* parent)
    : QMainWindow(parent)
    , m_session(session)
    , m_preferences(preferences)
    , m_workspace(new Workspace(session, std::move(factories)))
{
    setObjectName(QStringLiteral("window"));
    setAcceptDrops(true);
    resize(1440, 900);
    setMinimumSize(900, 600);
    session.setTheme(preferences.dark() ? Theme::night() : Theme::light());
    applyTheme();
    build();
    buildCommands();
    buildMenus();
    m_palette = new Palette([this](const QString& query) { return paletteItems(query); }, this);
    connect(m_guide, &WalkGuide::changed, this, &MainWindow::fitRight);
    connect(m_guide, &WalkGuide::left, this,
        [this] { m_preferences.setValue(QStringLiteral("walkSeen"), true); });
    connect(&session, &Session::changed, this, &MainWindow::follow);
    connect(&session, &Session::told, m_status, &StatusStrip::say);
    connect(&session, &Session::asked, this, [this](const QString& name) {
        if (QAction* action = command(name))
            action->trigger();
    });
    m_project->setRecentModels(m_preferences.recentModels());
    if (const auto kept = m_preferences.value(QStringLiteral("geometry")); kept.isValid())
        restoreGeometry(kept.toByteArray());
    follow(everything());
}

MainWindow::~MainWindow() = default;

void MainWindow::build()
{
    auto* central = new QWidget(this);
    auto* column = new QVBoxLayout(central);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    m_prompt = new PromptBar(m_session, central);
    m_model = menuButton(QStringLiteral("model"), tr("The open model"));
    m_checkpoint = menuButton(QStringLiteral("checkpoint"), tr("The checkpoint of the model"));
    m_prompt->addAtLeft(m_model);
    m_prompt->addAtLeft(m_checkpoint);

    m_project = new ProjectPanel(m_session);
    m_edits = new EditPanel(m_session);
    m_output = new OutputPanel(m_session);
    m_inspector = new Inspector(m_session);
    m_status = new StatusStrip(m_session);

    m_down = new QSplitter(Qt::Vertical);
    m_down->addWidget(m_workspace);
    m_down->addWidget(m_edits);
    m_down->addWidget(m_output);
    m_down->setStretchFactor(0, 1);
    m_down->setStretchFactor(1, 0);
    m_down->setStretchFactor(2, 0);
    m_across = new QSplitter(Qt::Horizontal);
    m_across->addWidget(m_project);
    m_across->addWidget(m_down);
    m_guide
        = new WalkGuide(m_session, *m_workspace, dataFolder() + QStringLiteral("/models"), this);
    m_card = new WalkCard(*m_guide);
    m_right = new QWidget;
    auto* right = new QVBoxLayout(m_right);
    right->setContentsMargins(0, 0, 0, 0);
    right->setSpacing(0);
    right->addWidget(m_inspector, 1);
    right->addWidget(m_card);
    m_across->addWidget(m_right);
    m_across->setStretchFactor(1, 1);
    m_across->setSizes({projectWidth, 1000, inspectorWidth});
    for (QSplitter* splitter : {m_down, m_across}) {
        splitter->setHandleWidth(1);
        splitter->setChildrenCollapsible(false);
    }
    m_project->setMinimumWidth(140);
    m_right->setMinimumWidth(220);
    m_workspace->setMinimumHeight(160);
    column->addWidget(m_prompt);
    auto* line = new QWidget(central);
    line->setFixedHeight(1);
    line->setAutoFillBackground(true);
    line->setBackgroundRole(QPalette::Mid);
    column->addWidget(line);
    column->addWidget(m_across, 1);
    column->addWidget(m_status);
    setCentralWidget(central);
    m_down->setSizes({10000, m_edits->sizeHint().height(), m_output->sizeHint().height()});
}

void MainWindow::follow(Changes changes)
{
    if (changes & (Changes(Change::Model) | Change::State)) {
        m_model->setText(m_session.opening() ? tr("opening… ▾")
                : m_session.hasModel()
                ? QFileInfo(m_session.modelFolder()).fileName() + QStringLiteral(" ▾")
                : tr("Open a model ▾"));
        m_model->setAccessibleName(tr("Model: %1").arg(m_model->text()));
        showCheckpoints(changes.testFlag(Change::Model));
    }
    if ((changes & Change::Model) && m_session.hasModel()) {
        m_preferences.addRecentModel(m_session.modelFolder());
        m_project->setRecentModels(m_preferences.recentModels());
    }
    if ((changes & Change::State) && !m_session.modelError().isEmpty() && m_session.hasModel())
        m_status->say(m_session.modelError());
    if (changes & Change::Theme)
        applyTheme();
    if (changes & Change::EditLines)
        fit();
    if (changes & (Changes(Change::Model) | Change::Project)) {
        const QString project = m_session.project()
            ? QString::fromStdString(m_session.project()->path().filename().string())
            : QString();
        setWindowTitle(project.isEmpty() ? tr("Microtome") : tr("%1 – Microtome").arg(project));
    }
    command(QStringLiteral("back"))->setEnabled(m_session.selection().canGoBack());
    command(QStringLiteral("forward"))->setEnabled(m_session.selection().canGoForward());
}

/// The menu of checkpoints is made anew for another model only: it may be open.
void MainWindow::showCheckpoints(bool anew)
{
    const auto& states = m_session.history().states;
    m_checkpoint->setVisible(!states.empty());
    if (anew) {
        m_checkpoint->menu()->clear();
        for (std::size_t i = 0; i < states.size(); ++i)
            m_checkpoint->menu()->addAction(
                checkpointName(states[i]), this, [this, i] { m_session.openCheckpoint(i); });
    }
    if (const auto current = m_session.checkpoint()) {
        const QString name = checkpointName(states[*current]);
        m_checkpoint->setText(name + QStringLiteral(" ▾"));
        m_checkpoint->setAccessibleName(tr("Checkpoint: %1").arg(name));
    }
}

/// The edit list takes the room its lines need, and gives back what they leave.
void MainWindow::fit()
{
    QList<int> sizes = m_down->sizes();
    const int wanted = m_edits->sizeHint().height();
    if (sizes.size() == 3 && sizes[1] != wanted) {
        sizes[0] += sizes[1] - wanted;
        sizes[1] = wanted;
        m_down->setSizes(sizes);
    }
}

void MainWindow::applyTheme()
{
    const Style style = Style::screen(m_session.theme(), devicePixelRatioF());
    auto* application = static_cast<QApplication*>(QCoreApplication::instance());
    applyStyle(*application, style);
    const QString own
        = QStringLiteral(
            "QToolButton[framed=\"true\"] { border: 1px solid %1; border-radius: 3px; color: %2; "
            "padding: 2px 8px; }"
            "QToolButton[framed=\"true\"]:hover { border-color: %3; }"
            "QToolButton::menu-indicator { image: none; }"
            "QPushButton:default:disabled { background: %5; border-color: %1; color: %3; }"
            "QComboBox[flat=\"true\"] { background: transparent; border: none; padding: 0; "
            "min-height: 20px; color: %4; }"
            "QComboBox[flat=\"true\"]::drop-down { width: 0; }")
              .arg(style.theme.line.name(), style.theme.text.name(), style.theme.faint.name(),
                  style.theme.secondary.name(), style.theme.panel.name());
    application->setStyleSheet(application->styleSheet() + toneSheetOf(style) + own);
}

void MainWindow::setDark(bool dark)
{
    m_preferences.setDark(dark);
    m_session.setTheme(dark ? Theme::night() : Theme::light());
}

/// The inspector and the walk's card share the right side, which goes when neither is there.
void MainWindow::fitRight()
{
    m_right->setVisible(!m_inspector->isHidden() || m_guide->walk() != nullptr);
}

// --- keys and drops

void MainWindow::keyPressEvent(QKeyEvent* event)
{
    Selection& selection = m_session.selection();
    const bool plain = (event->modifiers() & ~(Qt::KeypadModifier | Qt::ShiftModifier)) == 0;
    if (!plain)
        return QMainWindow::keyPressEvent(event);
    switch (event->key()) {
    case Qt::Key_Left:
        return selection.move(-1, 0, 0);
    case Qt::Key_Right:
        return selection.move(1, 0, 0);
    case Qt::Key_Up:
        return selection.move(0, 1, 0);
    case Qt::Key_Down:
        return selection.move(0, -1, 0);
    case Qt::Key_BracketLeft:
        return selection.move(0, 0, -1);
    case Qt::Key_BracketRight:
        return selection.move(0, 0, 1);
    case Qt::Key_Escape:
        return selection.unlock();
    case Qt::Key_Backspace:
        return selection.back();
    case Qt::Key_P:
        return selection.togglePin(selection.focus());
    case Qt::Key_Return:
    case Qt::Key_Enter:
        return m_prompt->beginEditing();
    case Qt::Key_Tab:
        return m_workspace->showNext(1);
    case Qt::Key_Backtab:
        return m_workspace->showNext(-1);
    default:
        QMainWindow::keyPressEvent(event);
    }
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event)
{
    if (event->mimeData()->hasUrls() && event->mimeData()->urls().front().isLocalFile())
        event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event)
{
    const QString path = event->mimeData()->urls().front().toLocalFile();
    const QFileInfo file(path);
    static const QStringList figures{QStringLiteral("json"), QStringLiteral("svg"),
        QStringLiteral("png"), QStringLiteral("pdf")};
    if (file.suffix() == QStringLiteral("microtome"))
        openProject(path);
    else if (file.isFile() && figures.contains(file.suffix()))
        openFigure(path);
    else
        openModel(path);
    event->acceptProposedAction();
}

void MainWindow::closeEvent(QCloseEvent* event)
{
    m_preferences.setValue(QStringLiteral("geometry"), saveGeometry());
    QMainWindow::closeEvent(event);
}

} // namespace microtome
