#pragma once

#include "core/model/index.h"
#include "core/text/tokenizer.h"

#include <QWidget>

#include <vector>

class QLineEdit;

namespace microtome {

class Session;
class ToneLabel;

/// What a person's text means as an answer: for each alternative (separated by `|`) the first token
/// of its text, or the entry of that number for `#123`; and what there is to say about it.
struct TokenChoice {
    std::vector<TokenId> ids;
    QString hint; ///< in words; empty when there is nothing to say
    bool wrong = false; ///< the hint says why `ids` is empty
};

TokenChoice readTokens(const Session&, const QString& text);

/// A line for an answer's token, with a hint beside it where the text is likely not what is meant.
class TokenField : public QWidget {
    Q_OBJECT
public:
    TokenField(const QString& name, const Session&, QWidget* parent = nullptr);

    /// Empty: nothing is written, the default applies.
    const std::vector<TokenId>& tokens() const { return m_choice.ids; }
    bool wrong() const { return m_choice.wrong; }
    QString hint() const { return m_choice.hint; }

    QString text() const;
    void setText(const QString&);

    /// What counts while the line is empty, shown in it faintly.
    void setDefault(const QString&);

    /// Reads the text again: another model is open.
    void readAgain();

signals:
    void changed();

private:
    void read();

    const Session& m_session;
    QLineEdit* m_line;
    ToneLabel* m_hint;
    TokenChoice m_choice;
};

} // namespace microtome
