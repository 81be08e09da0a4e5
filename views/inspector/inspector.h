#pragma once

#include "views/inspector/facts.h"
#include "views/session/session.h"

#include <QWidget>

class QLabel;
class QPushButton;

namespace microtome {

class FactList;
class TitleLine;

/// What is known of the focus, and what can be done with it: zero, scale, patch, pin, note.
class Inspector : public QWidget {
    Q_OBJECT
public:
    explicit Inspector(Session&, QWidget* parent = nullptr);

    FactList* facts() const { return m_facts; }
    QString title() const;

protected:
    void showEvent(QShowEvent*) override;

private:
    void follow(Changes);
    void showTitle();
    void showActions();
    void compute();
    void computeAtlas();
    void showFacts(Facts);
    void edit(Operation);
    QPushButton* action(const QString& name, const QString& text, const QString& tip);

    Session& m_session;
    TitleLine* m_title;
    FactList* m_facts;
    QLabel* m_sentence;
    QWidget* m_actions;
    QPushButton* m_zero;
    QPushButton* m_scale;
    QPushButton* m_patch;
    QPushButton* m_pin;
    QPushButton* m_note;
    std::shared_ptr<const HeadScores> m_atlas;
    std::string m_atlasModel;
    std::shared_ptr<const Dla> m_dla;
    std::uint64_t m_dlaRun = 0;
    TokenId m_dlaTarget = -1;
};

} // namespace microtome
