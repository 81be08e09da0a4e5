#include "views/patching/patchlens.h"

#include "views/canvas/matrixpicture.h"
#include "views/panel/annotated.h"
#include "views/panel/lensrows.h"
#include "views/panel/naming.h"
#include "views/panel/picturepanel.h"
#include "views/style/number.h"

#include <QScrollBar>
#include <QSplitter>
#include <QVBoxLayout>

#include <algorithm>

namespace microtome {

namespace {

QString cellLine(const Session& session, const Lens& lens, const Cell& cell)
{
    const auto row = static_cast<std::size_t>(cell.row);
    const auto column = static_cast<std::size_t>(cell.column);
    QStringList best;
    for (const Lens::Entry& e : lens.top(row, column))
        best << QStringLiteral("%1 %2").arg(
            session.tokenText(e.id), formatNumber(e.probability, 3));
    return QObject::tr("layer %1, %2   %3")
        .arg(lensRowName(lens, row), tokenAt(session, lens.ids, lens.positions.at(column)),
            best.join(QStringLiteral("  ")));
}

Annotations wordsOf(const Session& session, std::shared_ptr<const Lens> lens)
{
    Annotations words;
    words.rows = static_cast<int>(lens->rows.size());
    words.columns = static_cast<int>(lens->columns());
    words.describe = [&session, lens](const Cell& cell) { return cellLine(session, *lens, cell); };
    return words;
}

void drawLens(const Session& session, PicturePanel& panel, std::shared_ptr<const Lens> lens)
{
    panel.setPicture(
        std::make_shared<AnnotatedPicture>(
            std::make_shared<MatrixPicture>(topTokenGrid(session, *lens)), wordsOf(session, lens)),
        PictureWidget::Fit::Scrolled);
}

} // namespace

PatchLens::PatchLens(Session& session, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_source(new PicturePanel(tr("Source"), session))
    , m_target(new PicturePanel(tr("Target"), session))
    , m_result(new PicturePanel(tr("Result"), session))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    auto* above = new QSplitter(Qt::Horizontal);
    above->addWidget(m_source);
    above->addWidget(m_target);
    auto* all = new QSplitter(Qt::Vertical, this);
    all->addWidget(above);
    all->addWidget(m_result);
    for (QSplitter* splitter : {above, all}) {
        splitter->setHandleWidth(1);
        splitter->setChildrenCollapsible(false);
    }
    column->addWidget(all);
    wire(m_source, m_sourceLens);
    wire(m_target, m_targetLens);
    wire(m_result, m_resultLens);
    connect(m_source, &PicturePanel::carried, this, [this](const Cell& from, QPoint global) {
        QWidget* viewport = m_target->canvas().viewport();
        const QPoint point = viewport->mapFromGlobal(global);
        const auto to
            = viewport->rect().contains(point) ? m_target->canvas().cellAt(point) : std::nullopt;
        m_target->canvas().setHover(std::nullopt);
        m_source->mark(from);
        if (to)
            patch(from, *to);
    });
    connect(m_source, &PicturePanel::carrying, this, [this](const Cell&, QPoint global) {
        m_target->canvas().setHover(
            m_target->canvas().cellAt(m_target->canvas().viewport()->mapFromGlobal(global)));
    });
    // By keyboard: Enter takes the source's cell, Enter puts it down on the target's.
    connect(&m_source->canvas(), &PictureWidget::doubleClicked, this, [this](const Cell& cell) {
        m_picked = cell;
        m_source->setSubtitle(tr("taken: %1 · press Enter on a cell of the target")
                                  .arg(cellLine(m_session, *m_sourceLens, cell)));
        m_target->canvas().setFocus();
    });
    connect(&m_target->canvas(), &PictureWidget::doubleClicked, this, [this](const Cell& cell) {
        if (m_picked)
            patch(*std::exchange(m_picked, std::nullopt), cell);
    });
    connect(
        m_source, &PicturePanel::clicked, this, [this](const Cell& cell) { m_source->mark(cell); });
    connect(m_source, &PicturePanel::scrubbed, this,
        [this](const Cell& cell) { m_source->mark(cell); });
    // The same positions stay side by side.
    const auto together = [](QScrollBar* a, QScrollBar* b) {
        connect(a, &QScrollBar::valueChanged, b, &QScrollBar::setValue);
        connect(b, &QScrollBar::valueChanged, a, &QScrollBar::setValue);
    };
    together(m_source->canvas().horizontalScrollBar(), m_target->canvas().horizontalScrollBar());
    together(m_source->canvas().verticalScrollBar(), m_target->canvas().verticalScrollBar());
    m_target->setSentence(tr("Run a prompt: it is what cells are dragged onto."));
    forget();
}

void PatchLens::wire(PicturePanel* panel, const std::shared_ptr<const Lens>& lens)
{
    const auto choose = [this, &lens](const Cell& cell) {
        if (lens && cell.row >= 0 && cell.column >= 0)
            emit focused(lensFocus(
                *lens, static_cast<std::size_t>(cell.row), static_cast<std::size_t>(cell.column)));
    };
    connect(panel, &PicturePanel::clicked, this, choose);
    connect(panel, &PicturePanel::scrubbed, this, choose);
}

void PatchLens::forget()
{
    m_sourcePrompt = {};
    m_targetSerial = 0;
    m_resultSerial = 0;
    m_sourceLens = nullptr;
    m_targetLens = nullptr;
    m_resultLens = nullptr;
    m_picked.reset();
    m_source->setSentence(tr("Write a second prompt above: its cells can be dragged from here."));
    m_result->setSentence(tr("Drag a cell from the source onto a cell of the target."));
}

void PatchLens::applyTheme()
{
    for (PicturePanel* panel : {m_source, m_target, m_result})
        panel->applyTheme();
}

// --- the three lenses

void PatchLens::follow(const Prompt& source, const QString& problem)
{
    if (!problem.isEmpty()) {
        m_sourcePrompt = {};
        m_sourceLens = nullptr;
        m_source->setSentence(problem);
    } else if (source.ids != m_sourcePrompt.ids) {
        m_sourcePrompt = source;
        computeSource();
    }
    const RunPointer reference = m_session.reference();
    if (reference && reference->serial != m_targetSerial) {
        m_targetSerial = reference->serial;
        computeTarget();
    }
    const RunPointer edited = m_session.edited();
    if (edited && edited->serial != m_resultSerial) {
        m_resultSerial = edited->serial;
        computeResult();
    }
}

void PatchLens::computeSource()
{
    m_session.engine().post<std::shared_ptr<const Lens>>(
        this, QStringLiteral("source"), tr("lens of the source"),
        [prompt = m_sourcePrompt](Model& model, const Progress& progress) {
            Subject subject;
            subject.prompt = prompt;
            return std::make_shared<const Lens>(logitLens(model, subject, {}, progress));
        },
        [this](std::shared_ptr<const Lens> lens) {
            m_sourceLens = std::move(lens);
            m_source->setSubtitle(QString::fromStdString(m_sourcePrompt.text));
            drawLens(m_session, *m_source, m_sourceLens);
        },
        [this](const QString& why) { m_source->setSentence(why); });
}

void PatchLens::computeTarget()
{
    Subject subject = m_session.subject(Shown::Edited);
    subject.edits.clear();
    m_session.engine().post<std::shared_ptr<const Lens>>(
        this, QStringLiteral("target"), tr("lens of the target"),
        [subject](Model& model, const Progress& progress) {
            return std::make_shared<const Lens>(logitLens(model, subject, {}, progress));
        },
        [this](std::shared_ptr<const Lens> lens) {
            m_targetLens = std::move(lens);
            m_target->setSubtitle(tr("this prompt, without edits"));
            drawLens(m_session, *m_target, m_targetLens);
            mark(m_session.selection().focus(), m_session.selection().pins());
        },
        [this](const QString& why) { m_target->setSentence(why); });
}

void PatchLens::computeResult()
{
    if (cones().empty()) {
        m_resultLens = nullptr;
        m_result->setSubtitle({});
        m_result->setSentence(tr("Drag a cell from the source onto a cell of the target."));
        return;
    }
    m_session.engine().post<std::shared_ptr<const Lens>>(
        this, QStringLiteral("result"), tr("lens of the result"),
        [subject = m_session.subject(Shown::Edited)](Model& model, const Progress& progress) {
            return std::make_shared<const Lens>(logitLens(model, subject, {}, progress));
        },
        [this](std::shared_ptr<const Lens> lens) {
            m_resultLens = std::move(lens);
            drawResult();
        },
        [this](const QString& why) { m_result->setSentence(why); });
}

std::vector<CausalCone> PatchLens::cones() const
{
    std::vector<CausalCone> cones;
    for (const Edit& edit : m_session.edits()) {
        const bool one = edit.positions.kind == EditPositions::Kind::Range
            && edit.positions.to == edit.positions.from + 1;
        if (edit.active() && edit.operation == Operation::Patch && one)
            cones.push_back({edit.site, Position(edit.positions.from)});
    }
    return cones;
}

bool PatchLens::reached(const Site& site, Position position) const
{
    return std::ranges::any_of(
        cones(), [&](const CausalCone& cone) { return cone.reaches(site, position); });
}

void PatchLens::drawResult()
{
    const auto cone = cones();
    m_result->setSubtitle(cone.size() == 1
            ? tr("the edited run · inside the border: what the patch can reach")
            : tr("the edited run · inside the border: what %1 patches can reach").arg(cone.size()));
    Annotations words = wordsOf(m_session, m_resultLens);
    words.inside = [cone, lens = m_resultLens](const Cell& cell) {
        const Site& site = lens->rows[static_cast<std::size_t>(cell.row)];
        const Position position = lens->positions[static_cast<std::size_t>(cell.column)];
        return std::ranges::any_of(
            cone, [&](const CausalCone& c) { return c.reaches(site, position); });
    };
    m_result->setPicture(
        std::make_shared<AnnotatedPicture>(
            std::make_shared<MatrixPicture>(topTokenGrid(m_session, *m_resultLens)),
            std::move(words)),
        PictureWidget::Fit::Scrolled);
    mark(m_session.selection().focus(), m_session.selection().pins());
}

// --- gestures

void PatchLens::patch(const Cell& from, const Cell& to)
{
    if (!m_sourceLens || !m_targetLens || from.row < 0 || from.column < 0 || to.row < 0
        || to.column < 0)
        return;
    Subject source;
    source.prompt = m_sourcePrompt;
    const Site fromSite = m_sourceLens->rows.at(static_cast<std::size_t>(from.row));
    const Site toSite = m_targetLens->rows.at(static_cast<std::size_t>(to.row));
    const Position fromPosition(from.column);
    const Position toPosition(to.column);
    m_session.engine().post<Edit>(
        this, QStringLiteral("patch"), tr("taking a cell"),
        [=](Model& model, const Progress& progress) {
            return patchFrom(model, source, fromSite, fromPosition, toSite, toPosition, progress);
        },
        [this, to](const Edit& edit) {
            m_session.editList().add(edit);
            emit focused(lensFocus(*m_targetLens, static_cast<std::size_t>(to.row),
                static_cast<std::size_t>(to.column)));
        },
        [this](const QString& why) { m_result->setSentence(why); });
}

void PatchLens::mark(const Focus& focus, const std::vector<Pin>& pins)
{
    const auto markIn = [&](PicturePanel& panel, const std::shared_ptr<const Lens>& lens) {
        if (!lens || !panel.picture())
            return;
        const auto cell = [&](const Focus& f) -> std::optional<Cell> {
            const auto row = lensRowOf(*lens, f);
            if (!row || !f.position.valid()
                || static_cast<std::size_t>(f.position.value()) >= lens->columns())
                return {};
            return Cell{static_cast<int>(*row), f.position.value()};
        };
        std::vector<PinnedCell> marks;
        for (const Pin& pin : pins)
            if (const auto at = cell(pin.what))
                marks.push_back({*at, pin.style});
        panel.mark(cell(focus), std::move(marks));
    };
    markIn(*m_target, m_targetLens);
    markIn(*m_result, m_resultLens);
}

Table PatchLens::table() const
{
    Table table;
    table.columns
        = QStringList{"grid", "row", "position", "token", "piece", "probability", "reached"};
    const auto add
        = [&](const QString& name, const std::shared_ptr<const Lens>& lens, bool result) {
              if (!lens)
                  return;
              for (std::size_t row = lens->rows.size(); row-- > 0;) {
                  for (std::size_t column = 0; column < lens->columns(); ++column) {
                      const Lens::Entry top = lens->top(row, column).front();
                      const bool in = result && reached(lens->rows[row], lens->positions[column]);
                      table.rows.push_back({name, lensRowName(*lens, row), double(column),
                          m_session.tokenText(lens->ids[column]), m_session.tokenText(top.id),
                          top.probability, double(in)});
                  }
              }
          };
    add(QStringLiteral("source"), m_sourceLens, false);
    add(QStringLiteral("target"), m_targetLens, false);
    add(QStringLiteral("result"), m_resultLens, true);
    return table;
}

} // namespace microtome
