#include "views/edits/editpanel.h"

#include "views/edits/editrow.h"
#include "views/session/titleline.h"
#include "views/session/tone.h"
#include "views/session/words.h"
#include "views/style/number.h"

#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace microtome {

EditPanel::EditPanel(Session& session, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_title(new TitleLine(tr("Edits"), this))
    , m_shown(new Words(tr("Views show"), {tr("Edited"), tr("Reference"), tr("Difference")}, 0))
    , m_clear(new QToolButton)
    , m_measure(new QPushButton(tr("Measure all")))
    , m_scroll(new QScrollArea(this))
    , m_lines(new QWidget)
    , m_mark(new QWidget(m_lines))
    , m_empty(new QLabel(tr("Nothing is edited. Focus a head, a cell or a token, and choose Zero, "
                            "Scale or Patch in "
                            "the inspector."),
          this))
{
    setObjectName(QStringLiteral("edits"));
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_title);
    column->addWidget(m_empty);
    column->addWidget(m_scroll, 1);

    setTone(m_empty, Tone::Secondary);
    m_empty->setContentsMargins(10, 6, 10, 6);
    m_empty->setAlignment(Qt::AlignLeft | Qt::AlignTop);
    m_empty->setWordWrap(true);
    m_clear->setText(tr("Remove all"));
    m_clear->setAccessibleName(tr("Remove all edits"));
    m_measure->setToolTip(tr("Run each edit by itself and show what it does"));
    m_title->addControl(m_shown);
    m_title->addControl(m_measure);
    m_title->addControl(m_clear);

    m_scroll->setWidget(m_lines);
    m_scroll->setWidgetResizable(true);
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_lines->setBackgroundRole(QPalette::Base);
    auto* lines = new QVBoxLayout(m_lines);
    lines->setContentsMargins(0, 0, 0, 0);
    lines->setSpacing(0);
    lines->addStretch(1);
    m_mark->setAutoFillBackground(true);
    m_mark->setBackgroundRole(QPalette::Link);
    m_mark->hide();

    connect(m_clear, &QToolButton::clicked, this, [this] { m_session.editList().clear(); });
    connect(m_measure, &QPushButton::clicked, &session, &Session::measureEffects);
    connect(m_shown, &Words::chosen, this,
        [this](int i) { m_session.setShown(static_cast<Shown>(i)); });
    connect(&session, &Session::changed, this, &EditPanel::follow);
    follow(everything());
}

QSize EditPanel::sizeHint() const
{
    const int lines = std::clamp(rows(), 1, 6);
    return {600, 28 + std::max(32, lines * EditRow::rowHeight + 4)};
}

void EditPanel::follow(Changes changes)
{
    if (changes & (Changes(Change::EditLines) | Change::Model))
        rebuild();
    if (changes & (Changes(Change::EditLines) | Change::Effects | Change::Prompt | Change::Focus))
        showRows();
    if (changes & (Changes(Change::EditLines) | Change::Effects | Change::Run | Change::Shown)) {
        showSummary();
        const bool both = m_session.reference() && m_session.reference() != m_session.edited();
        m_shown->setWordEnabled(1, both, tr("There is nothing to compare with yet."));
        m_shown->setWordEnabled(2, m_session.canShowDifference(),
            tr("The two runs have different numbers of tokens, or are the same."));
        m_shown->setActive(static_cast<int>(m_session.shown()));
        m_shown->setVisible(both);
    }
}

void EditPanel::rebuild()
{
    const int count = m_session.editList().size();
    auto* lines = static_cast<QVBoxLayout*>(m_lines->layout());
    while (rows() > count) {
        delete m_rows.back();
        m_rows.pop_back();
    }
    while (rows() < count) {
        auto* line = new EditRow(m_session, rows(), m_lines);
        lines->insertWidget(rows(), line);
        m_rows.push_back(line);
        connect(line, &EditRow::dragged, this, [this](int, int y) {
            m_mark->setGeometry(0, lineAt(y) * EditRow::rowHeight, m_lines->width(), 2);
            m_mark->show();
            m_mark->raise();
        });
        connect(line, &EditRow::dropped, this, [this](int index, int y) {
            m_mark->hide();
            const int to = lineAt(y);
            m_session.editList().move(index, to > index ? to - 1 : to);
        });
    }
    m_empty->setVisible(count == 0);
    m_scroll->setVisible(count > 0);
    m_clear->setVisible(count > 0);
    updateGeometry();
}

void EditPanel::showRows()
{
    for (int i = 0; i < rows(); ++i) {
        const auto k = static_cast<std::size_t>(i);
        const auto& effects = m_session.effects();
        row(i)->show(m_session.editList().at(i), k < effects.size() ? &effects[k] : nullptr,
            m_session.editList().current() == i);
    }
}

int EditPanel::lineAt(int y) const
{
    return std::clamp((y + EditRow::rowHeight / 2) / EditRow::rowHeight, 0, rows());
}

QString EditPanel::summary() const
{
    const Edits& edits = m_session.edits();
    if (edits.empty())
        return {};
    const auto on = activeEdits(edits).size();
    QString text = tr("%1 of %2 on, in this order").arg(on).arg(edits.size());
    if (const Effect& whole = m_session.wholeEffect(); whole.known && on > 0)
        text += tr(" · whole list: KL %1, %2 %3")
                    .arg(formatNumber(whole.kl, 2), m_session.tokenText(m_session.target()),
                        formatNumber(whole.target, 2, true));
    return text;
}

void EditPanel::showSummary()
{
    m_title->setSubtitle(summary());
    const auto& effects = m_session.effects();
    m_measure->setVisible(m_session.editList().size() > 0
        && std::ranges::any_of(effects, [](const Effect& e) { return !e.known; }));
}

} // namespace microtome
