#pragma once

#include "views/session/session.h"

#include <QWidget>

class QLabel;
class QLineEdit;
class QPushButton;
class QToolButton;
class QHBoxLayout;

namespace microtome {

class Chips;
class PromptEditor;
class ToneLabel;

/// The bar below the menu: model buttons at its left, the prompt as chips that become text when it
/// is edited, BOS and token count, Compare and Run; below it the second prompt of a comparison and
/// one line of advice, when there is any.
class PromptBar : public QWidget {
    Q_OBJECT
public:
    explicit PromptBar(Session&, QWidget* parent = nullptr);

    void addAtLeft(QWidget*);
    void beginEditing();
    Chips* chips() const { return m_chips; }
    PromptEditor* editor() const { return m_editor; }

private:
    void follow(Changes);
    void showRun();
    void showHints();
    void showReference(bool);

    Session& m_session;
    QHBoxLayout* m_row;
    Chips* m_chips;
    PromptEditor* m_editor;
    QToolButton* m_bos;
    QPushButton* m_compare;
    QPushButton* m_run;
    QWidget* m_referenceRow;
    QLineEdit* m_reference;
    ToneLabel* m_referenceCount;
    QLabel* m_hint;
};

} // namespace microtome
