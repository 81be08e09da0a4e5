#include "views/session/statelayer.h"

#include "views/session/tone.h"

#include <QLabel>
#include <QPainter>
#include <QVBoxLayout>

namespace microtome {

StateLayer::StateLayer(QWidget* parent)
    : QWidget(parent)
    , m_label(new QLabel(this))
{
    auto* box = new QVBoxLayout(this);
    box->setContentsMargins(24, 24, 24, 24);
    box->addWidget(m_label, 0, Qt::AlignCenter);
    m_label->setTextFormat(Qt::RichText);
    m_label->setAlignment(Qt::AlignCenter);
    m_label->setWordWrap(true);
    m_label->setMinimumWidth(0);
    m_label->setTextInteractionFlags(Qt::LinksAccessibleByMouse | Qt::LinksAccessibleByKeyboard);
    m_label->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    m_label->setFocusPolicy(Qt::TabFocus);
    connect(m_label, &QLabel::linkActivated, this, [this] {
        if (const auto action = m_action)
            action();
    });
    box->setAlignment(m_label, {});
    place();
}

void StateLayer::say(
    const QString& sentence, const QString& link, std::function<void()> action, bool warning)
{
    m_sentence = sentence;
    m_action = std::move(action);
    QString text = sentence.toHtmlEscaped();
    if (!link.isEmpty())
        text += QStringLiteral(" <a href=\"do\" style=\"text-decoration: none\">%1</a>")
                    .arg(link.toHtmlEscaped());
    m_label->setText(text);
    m_label->setAccessibleName(link.isEmpty() ? sentence : sentence + u' ' + link);
    setTone(m_label, warning ? Tone::Warning : Tone::Secondary);
    place();
}

void StateLayer::dim(bool on)
{
    m_dim = on;
    place();
}

void StateLayer::hold(bool on)
{
    if (on == m_hold)
        return;
    m_hold = on;
    place();
}

void StateLayer::clear()
{
    m_sentence.clear();
    m_action = {};
    place();
}

void StateLayer::place()
{
    m_label->setVisible(!m_sentence.isEmpty());
    setAttribute(Qt::WA_TransparentForMouseEvents, m_sentence.isEmpty() && !m_hold);
    setVisible(m_dim || m_hold || !m_sentence.isEmpty());
    raise();
    update();
}

void StateLayer::paintEvent(QPaintEvent*)
{
    if (m_sentence.isEmpty() && !m_dim)
        return;
    QPainter painter(this);
    QColor veil = palette().color(QPalette::Base);
    if (m_sentence.isEmpty())
        veil.setAlphaF(0.5f);
    painter.fillRect(rect(), veil);
}

} // namespace microtome
