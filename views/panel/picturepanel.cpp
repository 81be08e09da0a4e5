#include "views/panel/picturepanel.h"

#include "views/panel/scaleline.h"
#include "views/session/titleline.h"
#include "views/session/tone.h"
#include "views/session/words.h"

#include <nlohmann/json.hpp>

#include <QHBoxLayout>
#include <QMouseEvent>
#include <QScrollBar>
#include <QVBoxLayout>

namespace microtome {

PicturePanel::PicturePanel(const QString& title, const Session& session, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_titleLine(new TitleLine(title, this))
    , m_scale(new ScaleLine(this))
    , m_canvas(new PictureWidget(this))
    , m_sentence(new QLabel(this))
    , m_column(new QVBoxLayout(this))
{
    setAccessibleName(title);
    m_column->setContentsMargins(0, 0, 0, 0);
    m_column->setSpacing(0);
    m_column->addWidget(m_titleLine);
    m_titleLine->addControl(m_scale);
    auto* frame = new QVBoxLayout;
    frame->setContentsMargins(10, 6, 10, 6);
    frame->addWidget(m_canvas, 1);
    frame->addWidget(m_sentence, 1);
    m_column->addLayout(frame, 1);
    setTone(m_sentence, Tone::Secondary);
    m_sentence->setAlignment(Qt::AlignCenter);
    m_sentence->setWordWrap(true);
    m_sentence->hide();
    m_titleLine->setVisible(!title.isEmpty());
    m_scale->hide();
    m_canvas->setAccessibleName(title);
    m_canvas->viewport()->installEventFilter(this);
    connect(m_canvas, &PictureWidget::clicked, this, &PicturePanel::clicked);
    connect(m_canvas, &PictureWidget::hovered, this, &PicturePanel::hovered);
    connect(m_canvas, &PictureWidget::moved, this, &PicturePanel::scrubbed);
    applyTheme();
}

void PicturePanel::setTitle(const QString& title)
{
    m_titleLine->setTitle(title);
    m_canvas->setAccessibleName(title);
    setAccessibleName(title);
}

QWidget* PicturePanel::takeScale()
{
    return m_scale;
}

void PicturePanel::setScaleBelow()
{
    auto* row = new QHBoxLayout;
    row->setContentsMargins(10, 0, 10, 4);
    row->addStretch(1);
    row->addWidget(m_scale);
    m_column->addLayout(row);
}

QString PicturePanel::title() const
{
    return m_titleLine->title();
}

void PicturePanel::setSubtitle(const QString& subtitle)
{
    m_titleLine->setSubtitle(subtitle);
}

QString PicturePanel::subtitle() const
{
    return m_titleLine->subtitle();
}

Words* PicturePanel::addWords(const QString& accessibleName, const QStringList& words, int active)
{
    auto* control = new Words(accessibleName, words, active, this);
    m_titleLine->addControl(control);
    return control;
}

void PicturePanel::addControl(QWidget* control)
{
    m_titleLine->addControl(control);
}

void PicturePanel::addLine(QWidget* line)
{
    m_column->insertWidget(1 + m_lines++, line);
}

void PicturePanel::setPicture(std::shared_ptr<Picture> picture, PictureWidget::Fit fit)
{
    if (picture && m_picture) {
        picture->setFocus(m_picture->focus());
        picture->setPins(m_picture->pins());
    }
    m_picture = std::move(picture);
    m_canvas->setFit(fit);
    m_canvas->setPicture(m_picture);
    m_canvas->setVisible(m_picture != nullptr);
    m_sentence->setVisible(m_picture == nullptr);
    m_scale->show(m_picture ? m_picture->range() : std::nullopt, m_canvas->look());
}

void PicturePanel::setSentence(const QString& sentence)
{
    m_sentence->setText(sentence);
    setPicture(nullptr);
}

QString PicturePanel::sentence() const
{
    return m_picture ? QString() : m_sentence->text();
}

void PicturePanel::mark(std::optional<Cell> focus, std::vector<PinnedCell> pins)
{
    if (!m_picture)
        return;
    const auto same = [](const PinnedCell& a, const PinnedCell& b) {
        return a.cell == b.cell && a.pin == b.pin;
    };
    const bool moved = focus != m_picture->focus();
    if (!moved && std::ranges::equal(pins, m_picture->pins(), same))
        return;
    m_picture->setFocus(focus);
    m_picture->setPins(std::move(pins));
    m_canvas->setPicture(m_picture);
    if (focus && moved)
        m_canvas->reveal(*focus);
}

void PicturePanel::applyTheme()
{
    m_canvas->setLook(Style::screen(m_session.theme(), devicePixelRatioF()));
    m_scale->show(m_picture ? m_picture->range() : std::nullopt, m_canvas->look());
}

nlohmann::json PicturePanel::scroll() const
{
    return {m_canvas->horizontalScrollBar()->value(), m_canvas->verticalScrollBar()->value()};
}

void PicturePanel::setScroll(const nlohmann::json& scroll)
{
    if (!scroll.is_array() || scroll.size() != 2 || !scroll[0].is_number_integer()
        || !scroll[1].is_number_integer())
        return;
    m_canvas->horizontalScrollBar()->setValue(scroll[0].get<int>());
    m_canvas->verticalScrollBar()->setValue(scroll[1].get<int>());
}

bool PicturePanel::eventFilter(QObject* watched, QEvent* event)
{
    if (event->type() == QEvent::MouseButtonPress || event->type() == QEvent::MouseMove
        || event->type() == QEvent::MouseButtonRelease) {
        const auto* mouse = static_cast<QMouseEvent*>(event);
        const QPoint point = mouse->position().toPoint();
        const auto cell = m_canvas->cellAt(point);
        if (event->type() == QEvent::MouseButtonPress) {
            m_carried = mouse->button() == Qt::LeftButton ? cell : std::nullopt;
            emit used();
        } else if (event->type() == QEvent::MouseMove) {
            if (cell && mouse->modifiers() & Qt::ShiftModifier)
                emit scrubbed(*cell);
            if (m_carried && !m_canvas->viewport()->rect().contains(point))
                emit carrying(*m_carried, mouse->globalPosition().toPoint());
        } else if (m_carried && !m_canvas->viewport()->rect().contains(point)) {
            emit carried(
                *std::exchange(m_carried, std::nullopt), mouse->globalPosition().toPoint());
        }
    }
    return QWidget::eventFilter(watched, event);
}

} // namespace microtome
