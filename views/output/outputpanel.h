#pragma once

#include "views/session/session.h"

#include <QWidget>

class QSpinBox;
class QToolButton;

namespace microtome {

class GenerationStrip;
class TitleLine;
class Words;

/// What the model writes after the prompt: A without edits (or after the second prompt), B with
/// them, from the same seed, coloured by log-probability.
class OutputPanel : public QWidget {
    Q_OBJECT
public:
    explicit OutputPanel(Session&, QWidget* parent = nullptr);

    GenerationStrip* stripA() const { return m_stripA; }
    GenerationStrip* stripB() const { return m_stripB; }
    void generate();

    QSize sizeHint() const override { return {600, 28 + 64}; }

protected:
    void showEvent(QShowEvent*) override;

private:
    void follow(Changes);
    void generateOne(GenerationStrip*, Shown);
    void showTitles();
    void keepSettings();

    Session& m_session;
    TitleLine* m_titleA;
    TitleLine* m_titleB;
    GenerationStrip* m_stripA;
    GenerationStrip* m_stripB;
    Words* m_mode;
    QSpinBox* m_seed;
    QToolButton* m_again;
    bool m_pending = true; ///< something changed while it was hidden, or it waits to be asked
};

} // namespace microtome
