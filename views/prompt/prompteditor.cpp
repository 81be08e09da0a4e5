#include "views/prompt/prompteditor.h"

#include "views/session/session.h"
#include "views/style/style.h"

#include <QKeyEvent>

#include <QRegularExpression>
#include <algorithm>

namespace microtome {

namespace {

constexpr int mostLines = 8;

/// "1, 2, 3": what a model without a tokenizer is given.
std::vector<TokenId> idsOf(const QString& text)
{
    std::vector<TokenId> ids;
    for (const QString& part : text.split(QRegularExpression(QStringLiteral("[,\\s]+")))) {
        bool ok = false;
        const int id = part.toInt(&ok);
        if (ok)
            ids.push_back(id);
    }
    return ids;
}

} // namespace

PromptEditor::PromptEditor(Session& session, QWidget* parent)
    : QPlainTextEdit(parent)
    , m_session(session)
{
    setObjectName(QStringLiteral("promptEditor"));
    setAccessibleName(tr("Prompt text"));
    setTabChangesFocus(true);
    setMinimumHeight(0);
    setFrameShape(QFrame::NoFrame);
    setVerticalScrollBarPolicy(Qt::ScrollBarAsNeeded);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    hide();
    connect(this, &QPlainTextEdit::textChanged, this, [this] {
        fit();
        if (!m_active)
            return;
        if (m_session.hasModel() && !m_session.tokenizer())
            m_session.setPromptIds(idsOf(toPlainText()));
        else
            m_session.setPromptText(toPlainText(), true);
    });
}

void PromptEditor::begin(const QRect& over)
{
    const Theme& theme = m_session.theme();
    setStyleSheet(
        QStringLiteral("QPlainTextEdit { background: %1; color: %2; border: 1px solid %3; "
                       "border-radius: 3px; padding: 0 2px; font-family: \"%4\"; "
                       "font-size: 11px; }")
            .arg(theme.panel.name(), theme.text.name(), theme.accent.name(),
                Style::screen(theme).font(TextRole::Token).family()));
    m_over = over;
    m_active = false;
    if (m_session.hasModel() && !m_session.tokenizer()) {
        QStringList ids;
        for (const TokenId id : m_session.prompt().ids)
            ids << QString::number(id);
        m_before = ids.join(QStringLiteral(", "));
        setPlaceholderText(tr("Token ids, separated by commas"));
    } else {
        m_before = m_session.promptText();
        setPlaceholderText(tr("Write a prompt"));
    }
    setPlainText(m_before);
    moveCursor(QTextCursor::End);
    m_active = true;
    show();
    raise();
    fit();
    setFocus(Qt::OtherFocusReason);
}

void PromptEditor::fit()
{
    resize(m_over.width(), height()); // lines wrap at the final width
    const int lines = qRound(document()->size().height()); // a plain text's is counted in lines
    const int line = fontMetrics().lineSpacing();
    const int wanted
        = std::clamp(lines, 1, mostLines) * line + 2 * qRound(document()->documentMargin()) + 4;
    setGeometry(m_over.left(), m_over.top(), m_over.width(), std::max(m_over.height(), wanted));
}

void PromptEditor::finish()
{
    if (!m_active)
        return;
    m_active = false;
    hide();
    emit finished();
}

void PromptEditor::keyPressEvent(QKeyEvent* event)
{
    const bool enter = event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter;
    if (enter && !(event->modifiers() & Qt::ShiftModifier)) {
        finish();
    } else if (event->key() == Qt::Key_Escape) {
        setPlainText(m_before);
        finish();
    } else {
        QPlainTextEdit::keyPressEvent(event);
    }
}

void PromptEditor::focusOutEvent(QFocusEvent* event)
{
    QPlainTextEdit::focusOutEvent(event);
    if (event->reason() != Qt::PopupFocusReason && event->reason() != Qt::ActiveWindowFocusReason)
        finish();
}

} // namespace microtome
