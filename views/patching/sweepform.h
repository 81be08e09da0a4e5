#pragma once

#include "core/circuits/patch.h"
#include "core/text/promptset.h"

#include <QWidget>

#include <nlohmann/json_fwd.hpp>

class QLineEdit;
class QPushButton;
class QSpinBox;
class QToolButton;

namespace microtome {

class Session;
class TokenField;
class ToneLabel;
class Words;

/// What a patching sweep is asked for: the second prompt or a set of pairs, the answers, what is
/// patched and in which direction; with what it will take.
class SweepForm : public QWidget {
    Q_OBJECT
public:
    explicit SweepForm(Session&, QWidget* parent = nullptr);

    QString corruptedText() const;
    void setCorruptedText(const QString&);

    /// The second prompt as the model sees it; throws Error when it cannot be.
    Prompt corrupted() const;

    /// Of a set: without prompts and answers. Throws Error when it cannot be asked yet.
    PatchRequest request() const;
    bool overSet() const;
    const PromptSet& set() const { return m_set; }

    void modelChanged();
    void estimate();
    QString estimateText() const;
    void setRunning(bool);

    /// Takes the pairs of a file; the first one becomes the prompts.
    void usePromptSet(const QString& path);
    void usePair(int index);

    nlohmann::json state() const;
    void restore(const nlohmann::json&);

    Words& kindWords() const { return *m_kind; }
    Words& directionWords() const { return *m_direction; }
    Words& setWords() const { return *m_over; }
    TokenField& answer() const { return *m_answer; }
    TokenField& wrong() const { return *m_wrong; }
    QPushButton& runButton() const { return *m_run; }

signals:
    void corruptedChanged();
    void runWanted();

private:
    QWidget* prompts();
    QWidget* choices();
    void chooseKind();
    void setPoints();
    void warn(const QString&);
    void askForSet();

    Session& m_session;
    QLineEdit* m_corruptedLine;
    TokenField* m_answer;
    TokenField* m_wrong;
    Words* m_kind;
    Words* m_direction;
    Words* m_over;
    QToolButton* m_byPosition;
    QSpinBox* m_pair;
    ToneLabel* m_estimate;
    QPushButton* m_run;
    PromptSet m_set;
    QString m_setPath;
};

} // namespace microtome
