#include "app/tourcard.h"

#include "views/session/tone.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace microtome {

namespace {

constexpr int cardWidth = 320;
constexpr int margin = 16;

} // namespace

TourCard::TourCard(std::vector<TourStep> steps, QWidget* parent)
    : QFrame(parent)
    , m_steps(std::move(steps))
    , m_title(new QLabel(this))
    , m_text(new QLabel(this))
    , m_count(new QLabel(this))
    , m_back(new QPushButton(tr("Back"), this))
    , m_next(new QPushButton(tr("Next"), this))
    , m_mark(new QWidget(parent))
{
    setObjectName(QStringLiteral("tour"));
    setAccessibleName(tr("Tour"));
    setStyleSheet(
        QStringLiteral("#tour { background: palette(base); border: 1px solid palette(link); "
                       "border-radius: 3px; }"));
    m_mark->setStyleSheet(QStringLiteral("border: 2px solid palette(link); border-radius: 3px;"));
    m_mark->setAttribute(Qt::WA_TransparentForMouseEvents);
    m_mark->hide();
    setTone(m_title, Tone::Title);
    setTone(m_count, Tone::Secondary);
    m_text->setWordWrap(true);
    m_next->setDefault(true);
    auto* leave = new QToolButton(this);
    leave->setText(tr("Leave the tour"));
    leave->setObjectName(QStringLiteral("leaveTour"));

    auto* head = new QHBoxLayout;
    head->addWidget(m_title, 1);
    head->addWidget(m_count);
    auto* foot = new QHBoxLayout;
    foot->setSpacing(8);
    foot->addWidget(leave);
    foot->addStretch(1);
    foot->addWidget(m_back);
    foot->addWidget(m_next);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 10, 12, 10);
    column->setSpacing(8);
    column->addLayout(head);
    column->addWidget(m_text);
    column->addLayout(foot);
    setFixedWidth(cardWidth);

    connect(leave, &QToolButton::clicked, this, &TourCard::leave);
    connect(m_back, &QPushButton::clicked, this, [this] { show(m_step - 1); });
    connect(m_next, &QPushButton::clicked, this, [this] {
        if (m_step + 1 < static_cast<int>(m_steps.size())) {
            show(m_step + 1);
        } else {
            hide();
            m_mark->hide();
            emit left(true);
        }
    });
    parent->installEventFilter(this);
    hide();
}

void TourCard::start()
{
    QFrame::show();
    show(0);
}

void TourCard::leave()
{
    hide();
    m_mark->hide();
    emit left(false);
}

void TourCard::show(int step)
{
    m_step = std::clamp(step, 0, static_cast<int>(m_steps.size()) - 1);
    const TourStep& now = m_steps[static_cast<std::size_t>(m_step)];
    m_title->setText(now.title);
    m_text->setText(now.text);
    m_count->setText(QStringLiteral("%1 / %2").arg(m_step + 1).arg(m_steps.size()));
    m_back->setEnabled(m_step > 0);
    const bool last = m_step + 1 == static_cast<int>(m_steps.size());
    m_next->setText(last ? tr("Done") : tr("Next"));
    place();
}

void TourCard::place()
{
    const QWidget* over = parentWidget();
    const TourStep& now = m_steps[static_cast<std::size_t>(m_step)];
    layout()->activate();
    setFixedHeight(layout()->heightForWidth(cardWidth) > 0 ? layout()->heightForWidth(cardWidth)
                                                           : sizeHint().height());
    const QRect room = over->rect().adjusted(margin, margin, -margin, -margin - 24);
    QPoint corner(room.right() - width(), room.bottom() - height());
    m_mark->setVisible(now.at && isVisible());
    if (now.at) {
        const QRect target(now.at->mapTo(over, QPoint(0, 0)), now.at->size());
        m_mark->setGeometry(target);
        m_mark->raise();
        // Beside or below what it speaks of, and never over it where there is room.
        const QPoint places[] = {{target.right() + margin, target.top()},
            {target.left() - width() - margin, target.top()},
            {target.left(), target.bottom() + margin},
            {target.left(), target.top() - height() - margin}};
        for (const QPoint& place : places)
            if (room.contains(QRect(place, size()))) {
                corner = place;
                break;
            }
    }
    move(corner);
    raise();
}

bool TourCard::eventFilter(QObject* object, QEvent* event)
{
    if (event->type() == QEvent::Resize && isVisible())
        place();
    return QFrame::eventFilter(object, event);
}

} // namespace microtome
