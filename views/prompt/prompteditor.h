#pragma once

#include <QPlainTextEdit>

namespace microtome {

class Session;

/// The prompt as text, over the chips while it is edited. Each change runs by itself; Enter is
/// done, Shift+Enter a new line, Esc takes the edit back.
class PromptEditor : public QPlainTextEdit {
    Q_OBJECT
public:
    PromptEditor(Session&, QWidget* parent);

    void begin(const QRect& over); ///< in the parent's coordinates
    void finish();

signals:
    void finished();

protected:
    void keyPressEvent(QKeyEvent*) override;
    void focusOutEvent(QFocusEvent*) override;

private:
    void fit();

    Session& m_session;
    QString m_before;
    QRect m_over;
    bool m_active = false;
};

} // namespace microtome
