#include "views/panel/tokenfield.h"

#include "views/session/session.h"
#include "views/session/tone.h"

#include <QHBoxLayout>
#include <QLineEdit>

namespace microtome {

namespace {

/// One alternative; its id is appended to `choice`.
void readOne(const Session& session, const QString& text, TokenChoice& choice)
{
    const int vocabulary = session.architecture().vocabulary;
    if (text.startsWith(u'#')) {
        bool good = false;
        const int id = text.mid(1).toInt(&good);
        if (!good || id < 0 || id >= vocabulary) {
            choice.wrong = true;
            choice.hint = QObject::tr("%1 is no entry of the vocabulary (0 to %2)")
                              .arg(text)
                              .arg(vocabulary - 1);
        } else {
            choice.ids.push_back(id);
        }
        return;
    }
    const auto tokenizer = session.tokenizer();
    if (!tokenizer) {
        choice.wrong = true;
        choice.hint = QObject::tr("this model has no tokenizer: write #id");
        return;
    }
    const auto encoding = tokenizer->encode(text.toStdString(), false);
    if (encoding.ids.empty()) {
        choice.wrong = true;
        choice.hint = QObject::tr("this is no token");
        return;
    }
    choice.ids.push_back(encoding.ids.front());
    if (encoding.ids.size() > 1) {
        choice.hint = QObject::tr("%1 tokens; the first, %2, counts")
                          .arg(encoding.ids.size())
                          .arg(session.tokenText(encoding.ids.front()));
        return;
    }
    if (!text.startsWith(u' ') && text.front().isLetterOrNumber()) {
        const auto spaced = tokenizer->encode(" " + text.toStdString(), false);
        if (spaced.ids.size() == 1 && spaced.ids != encoding.ids)
            choice.hint = QObject::tr("without its leading space; %1 is another token")
                              .arg(session.tokenText(spaced.ids.front()));
    }
}

} // namespace

TokenChoice readTokens(const Session& session, const QString& text)
{
    TokenChoice choice;
    if (text.trimmed().isEmpty() || !session.hasModel())
        return choice;
    for (const QString& part : text.split(u'|')) {
        if (!part.isEmpty())
            readOne(session, part, choice);
        if (choice.wrong)
            break;
    }
    if (choice.wrong)
        choice.ids.clear();
    return choice;
}

TokenField::TokenField(const QString& name, const Session& session, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_line(new QLineEdit(this))
    , m_hint(new ToneLabel(Tone::Warning, {}, this))
{
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    row->addWidget(new ToneLabel(Tone::Secondary, name, this));
    row->addWidget(m_line);
    row->addWidget(m_hint);
    m_line->setFixedWidth(130);
    m_line->setAccessibleName(name);
    m_line->setToolTip(tr("A token, its leading space included; several with |; or #id."));
    setTone(m_line, Tone::Token);
    m_hint->hide();
    connect(m_line, &QLineEdit::textChanged, this, &TokenField::read);
}

QString TokenField::text() const
{
    return m_line->text();
}

void TokenField::setText(const QString& text)
{
    m_line->setText(text);
}

void TokenField::setDefault(const QString& text)
{
    m_line->setPlaceholderText(text);
}

void TokenField::readAgain()
{
    read();
}

void TokenField::read()
{
    m_choice = readTokens(m_session, m_line->text());
    m_hint->setFullText(m_choice.hint);
    m_hint->setVisible(!m_choice.hint.isEmpty());
    emit changed();
}

} // namespace microtome
