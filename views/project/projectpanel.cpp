#include "views/project/projectpanel.h"

#include "core/store/project.h"
#include "views/project/lines.h"
#include "views/session/amount.h"
#include "views/session/checkpointname.h"
#include "views/session/titleline.h"
#include "views/session/tone.h"
#include "views/style/style.h"

#include <QFileInfo>
#include <QHBoxLayout>
#include <QPlainTextEdit>
#include <QScrollArea>
#include <QTimer>
#include <QVBoxLayout>

namespace microtome {

namespace {

constexpr int mostRuns = 12;
constexpr int mostPrompts = 12;
constexpr int mostModels = 6;
constexpr int keepNotesAfter = 800; ///< ms after the last key
const std::string notesKey = "notes";

QString oneLine(const std::string& text)
{
    return QString::fromStdString(text).simplified();
}

QString placeOf(const Focus& focus)
{
    switch (focus.kind) {
    case Focus::Kind::AttentionHead:
        return QStringLiteral("L%1 H%2").arg(focus.layer.value()).arg(focus.head.value());
    case Focus::Kind::Token:
        return focus.position.valid() ? Session::tr("pos %1").arg(focus.position.value())
                                      : QString::number(focus.token);
    case Focus::Kind::Cell:
        return QStringLiteral("L%1").arg(focus.layer.value());
    default:
        return {};
    }
}

} // namespace

ProjectPanel::ProjectPanel(Session& session, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_title(new TitleLine(tr("Project"), this))
    , m_models(new ProjectLines(tr("Models")))
    , m_runs(new ProjectLines(tr("Runs")))
    , m_pins(new ProjectLines(tr("Pins")))
    , m_prompts(new ProjectLines(tr("Prompts")))
    , m_vectors(new ProjectLines(tr("Vectors")))
    , m_walks(new ProjectLines(tr("Walks")))
    , m_notes(new QPlainTextEdit)
    , m_keepNotes(new QTimer(this))
{
    setObjectName(QStringLiteral("project"));
    setAccessibleName(tr("Project"));
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);

    auto* caption = new ToneLabel(Tone::Secondary, tr("Notes"));
    caption->setContentsMargins(10, 0, 10, 0);
    caption->setFixedHeight(24);
    m_notes->setObjectName(QStringLiteral("notes"));
    m_notes->setAccessibleName(tr("Notes"));
    m_notes->setPlaceholderText(tr("What you find out"));
    m_notes->setFrameShape(QFrame::NoFrame);
    m_notes->setMinimumHeight(80);
    m_notes->setTabChangesFocus(true);
    m_notes->document()->setDocumentMargin(0);
    auto* notesRow = new QHBoxLayout;
    notesRow->setContentsMargins(10, 0, 6, 6);
    notesRow->addWidget(m_notes);

    auto* inner = new QWidget;
    inner->setBackgroundRole(QPalette::Base);
    inner->setAutoFillBackground(true);
    auto* column = new QVBoxLayout(inner);
    column->setContentsMargins(0, 4, 0, 0);
    column->setSpacing(0);
    for (QWidget* part : std::initializer_list<QWidget*>{
             m_models, m_walks, m_runs, m_pins, m_prompts, m_vectors, caption})
        column->addWidget(part);
    column->addLayout(notesRow, 1);

    auto* scroll = new QScrollArea(this);
    scroll->setWidget(inner);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->setSpacing(0);
    outer->addWidget(m_title);
    outer->addWidget(scroll, 1);

    m_keepNotes->setSingleShot(true);
    m_keepNotes->setInterval(keepNotesAfter);
    connect(m_notes, &QPlainTextEdit::textChanged, m_keepNotes, qOverload<>(&QTimer::start));
    connect(m_keepNotes, &QTimer::timeout, this, &ProjectPanel::keepNotes);
    m_walks->hide();
    connect(&session, &Session::changed, this, &ProjectPanel::follow);
    follow(everything());
}

ProjectPanel::~ProjectPanel()
{
    if (m_keepNotes->isActive())
        keepNotes();
}

void ProjectPanel::setRecentModels(const QStringList& paths)
{
    m_recent = paths;
    showModels();
}

void ProjectPanel::setWalks(const std::vector<WalkLine>& walks)
{
    std::vector<ProjectLine> lines;
    for (const WalkLine& walk : walks) {
        ProjectLine line;
        line.text = walk.title;
        line.tip = walk.about;
        line.open = [this, command = walk.command] { m_session.ask(command); };
        lines.push_back(std::move(line));
    }
    m_walks->setVisible(!lines.empty());
    m_walks->setLines(std::move(lines));
}

void ProjectPanel::writeNoteAbout(const QString& thing)
{
    m_notes->moveCursor(QTextCursor::End);
    const QString start = m_notes->toPlainText().isEmpty() ? QString() : QStringLiteral("\n");
    m_notes->insertPlainText(start + thing + QStringLiteral(": "));
    m_notes->setFocus(Qt::OtherFocusReason);
}

void ProjectPanel::follow(Changes changes)
{
    if (changes & Change::Theme)
        for (ProjectLines* lines : {m_models, m_walks, m_runs, m_pins, m_prompts, m_vectors})
            lines->setTheme(m_session.theme());
    if (changes & (Changes(Change::Model) | Change::Project))
        showModels();
    if (changes & (Changes(Change::Project) | Change::Run))
        showRuns();
    if (changes & (Changes(Change::Pins) | Change::Theme | Change::Focus | Change::Prompt))
        showPins();
    if (changes & (Changes(Change::Project) | Change::Prompt))
        showPrompts();
    if (changes & Change::Project)
        readNotes();
}

void ProjectPanel::showModels()
{
    std::vector<ProjectLine> lines;
    const QString current = m_session.hasModel() ? m_session.modelFolder() : QString();
    if (m_session.hasModel()) {
        const ModelInfo& info = m_session.info();
        const int layers = info.architecture.layers;
        const auto at = m_session.checkpoint();
        lines.push_back({QFileInfo(m_session.modelFolder()).fileName(),
            at ? shortName(m_session.history().states[*at])
               : counted(layers, tr("layer"), tr("layers")),
            {}, {}, true});
    }
    for (const QString& path : m_recent) {
        if (path == current || static_cast<int>(lines.size()) >= mostModels)
            continue;
        lines.push_back({QFileInfo(path).fileName(), {},
            [this, path] { m_session.openModel(path); }, {}, false, true});
    }
    m_models->setLines(std::move(lines), tr("none yet"));
}

void ProjectPanel::showRuns()
{
    std::vector<ProjectLine> lines;
    if (Project* project = m_session.project()) {
        RunFilter filter;
        filter.kind = "prompt";
        filter.limit = mostRuns;
        for (const Run& run : project->runs(filter)) {
            const auto number = static_cast<std::int64_t>(run.id);
            const auto& edits = run.key.edits;
            const auto count = edits.contains("edits") ? edits["edits"].size() : 0;
            ProjectLine line;
            line.text = oneLine(run.title);
            line.detail = count == 0 ? QString()
                                     : counted(static_cast<qint64>(count), tr("edit"), tr("edits"));
            line.open = [this, number] { m_session.restoreRun(number); };
            line.remove = [this, id = run.id] {
                m_session.project()->remove(id);
                m_session.announcer().note(Change::Project);
            };
            line.current = number == m_session.currentRun();
            lines.push_back(std::move(line));
        }
    }
    m_runs->setLines(
        std::move(lines), m_session.project() ? tr("none yet") : tr("kept once a project is open"));
}

void ProjectPanel::showPins()
{
    std::vector<ProjectLine> lines;
    const Style style = Style::screen(m_session.theme());
    Selection& selection = m_session.selection();
    for (const Pin& pin : selection.pins()) {
        ProjectLine line;
        line.text = m_session.label(pin.what);
        line.detail = placeOf(pin.what);
        line.open = [&selection, what = pin.what] { selection.setFocus(what); };
        line.remove = [&selection, what = pin.what] { selection.unpin(what); };
        line.dot = style.pinColour(pin.style);
        line.current = pin.what.sameThing(selection.focus());
        lines.push_back(std::move(line));
    }
    m_pins->setLines(std::move(lines), tr("none: press P on a focus"));
}

void ProjectPanel::showPrompts()
{
    std::vector<ProjectLine> lines;
    if (Project* project = m_session.project()) {
        for (const PromptGroup& group : project->prompts().groups()) {
            const auto prompts = project->prompts().list(group.id);
            for (const StoredPrompt& stored : prompts) {
                if (static_cast<int>(lines.size()) >= mostPrompts)
                    break;
                ProjectLine line;
                const auto& name = stored.label.empty() ? stored.prompt.text : stored.label;
                line.text = oneLine(name);
                line.detail = QString::fromStdString(group.name);
                line.open = [this, text = stored.prompt.text] {
                    m_session.setPromptText(QString::fromStdString(text));
                };
                line.current = stored.prompt.text == m_session.promptText().toStdString();
                lines.push_back(std::move(line));
            }
        }
    }
    m_prompts->setVisible(!lines.empty());
    m_prompts->setLines(std::move(lines));

    std::vector<ProjectLine> vectors;
    if (Project* project = m_session.project())
        for (const StoredVector& vector : project->vectors().list())
            vectors.push_back({oneLine(vector.name), oneLine(vector.site), {}});
    m_vectors->setVisible(!vectors.empty());
    m_vectors->setLines(std::move(vectors));
}

void ProjectPanel::readNotes()
{
    Project* project = m_session.project();
    if (project)
        m_title->setSubtitle(QString::fromStdString(project->path().stem().string()));
    if (!project || m_keepNotes->isActive())
        return;
    const QString text = QString::fromStdString(project->meta().get(notesKey).value_or(""));
    if (text == m_notes->toPlainText())
        return;
    const QSignalBlocker quiet(m_notes);
    m_notes->setPlainText(text);
}

void ProjectPanel::keepNotes()
{
    if (Project* project = m_session.project(); project && !project->readOnly())
        project->meta().set(notesKey, m_notes->toPlainText().toStdString());
}

} // namespace microtome
