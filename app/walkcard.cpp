#include "app/walkcard.h"

#include "app/walkguide.h"
#include "views/session/titleline.h"
#include "views/session/tone.h"

#include <QHBoxLayout>
#include <QPainter>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

namespace microtome {

WalkCard::WalkCard(WalkGuide& guide, QWidget* parent)
    : QWidget(parent)
    , m_guide(guide)
    , m_head(new TitleLine({}, this))
    , m_title(new QLabel(this))
    , m_text(new QLabel(this))
    , m_problem(new QLabel(this))
    , m_back(new QPushButton(tr("Back"), this))
    , m_next(new QPushButton(tr("Next"), this))
{
    setObjectName(QStringLiteral("walk"));
    setAccessibleName(tr("Walk"));
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    setTone(m_title, Tone::Title);
    setTone(m_problem, Tone::Warning);
    for (QLabel* label : {m_title, m_text, m_problem}) {
        label->setWordWrap(true);
        label->setTextFormat(Qt::PlainText);
    }
    m_text->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_back->setObjectName(QStringLiteral("walkBack"));
    m_next->setObjectName(QStringLiteral("walkNext"));
    m_back->setAutoDefault(false);
    m_next->setDefault(true);
    auto* leave = new QToolButton(this);
    leave->setText(tr("Leave"));
    leave->setAccessibleName(tr("Leave the walk"));
    leave->setToolTip(tr("Leave the walk; everything stays as it is"));
    leave->setObjectName(QStringLiteral("leaveWalk"));

    auto* foot = new QHBoxLayout;
    foot->setSpacing(8);
    foot->addWidget(leave);
    foot->addStretch(1);
    foot->addWidget(m_back);
    foot->addWidget(m_next);
    auto* body = new QVBoxLayout;
    body->setContentsMargins(10, 8, 10, 10);
    body->setSpacing(6);
    for (QLabel* label : {m_title, m_text, m_problem})
        body->addWidget(label);
    body->addSpacing(4);
    body->addLayout(foot);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 1, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_head);
    column->addLayout(body);

    connect(leave, &QToolButton::clicked, &guide, &WalkGuide::leave);
    connect(m_back, &QPushButton::clicked, this, [this] { m_guide.show(m_guide.step() - 1); });
    connect(m_next, &QPushButton::clicked, this, [this] { m_guide.show(m_guide.step() + 1); });
    connect(&guide, &WalkGuide::changed, this, &WalkCard::follow);
    follow();
}

void WalkCard::follow()
{
    const Walk* walk = m_guide.walk();
    setVisible(walk != nullptr);
    if (!walk)
        return;
    const auto count = static_cast<int>(walk->steps.size());
    const WalkStep& step = walk->steps[static_cast<std::size_t>(m_guide.step())];
    m_head->setTitle(tr("Walk"));
    m_head->setSubtitle(QString::fromStdString(walk->title));
    m_head->setProgress(tr("%1 of %2").arg(m_guide.step() + 1).arg(count));
    m_title->setText(QString::fromStdString(step.title));
    m_text->setText(QString::fromStdString(step.text));
    m_problem->setText(m_guide.problem());
    m_problem->setVisible(!m_guide.problem().isEmpty());
    m_back->setEnabled(m_guide.step() > 0);
    m_next->setText(m_guide.step() + 1 == count ? tr("Done") : tr("Next"));
}

QString WalkCard::title() const
{
    return m_title->text();
}

QString WalkCard::text() const
{
    return m_text->text();
}

QString WalkCard::count() const
{
    return m_head->progress();
}

void WalkCard::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(0, 0, width(), 1, palette().color(QPalette::Mid));
}

} // namespace microtome
