#include "views/session/titleline.h"

#include "views/session/tone.h"

#include <QHBoxLayout>
#include <QPainter>

namespace microtome {

TitleLine::TitleLine(const QString& title, QWidget* parent)
    : QWidget(parent)
    , m_title(new ToneLabel(Tone::Title, title, this))
    , m_subtitle(new ToneLabel(Tone::Secondary, {}, this))
    , m_progress(new ToneLabel(Tone::Secondary, {}, this))
    , m_row(new QHBoxLayout(this))
{
    setFixedHeight(28);
    m_title->setElide(Qt::ElideNone);
    m_progress->setElide(Qt::ElideNone);
    m_row->setContentsMargins(10, 0, 10, 1);
    m_row->setSpacing(8);
    m_row->addWidget(m_title);
    m_row->addWidget(m_subtitle, 1);
    m_row->addWidget(m_progress);
    m_subtitle->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    m_progress->hide();
}

QString TitleLine::title() const
{
    return m_title->fullText();
}

void TitleLine::setTitle(const QString& title)
{
    m_title->setFullText(title);
}

QString TitleLine::subtitle() const
{
    return m_subtitle->fullText();
}

void TitleLine::setSubtitle(const QString& subtitle)
{
    m_subtitle->setFullText(subtitle);
}

void TitleLine::setProgress(const QString& progress)
{
    m_progress->setFullText(progress);
    m_progress->setVisible(!progress.isEmpty());
}

QString TitleLine::progress() const
{
    return m_progress->fullText();
}

void TitleLine::addControl(QWidget* control)
{
    m_row->addWidget(control);
}

void TitleLine::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), palette().color(QPalette::Base));
    painter.fillRect(0, height() - 1, width(), 1, palette().color(QPalette::Mid));
}

} // namespace microtome
