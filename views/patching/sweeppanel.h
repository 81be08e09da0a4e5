#pragma once

#include "views/patching/sweepgrid.h"
#include "views/session/session.h"

#include <QWidget>

#include <nlohmann/json_fwd.hpp>

class QToolButton;

namespace microtome {

class PicturePanel;
class SweepForm;
class ToneLabel;

/// Activation patching between the session's prompt (clean) and a second one: what is asked for,
/// the heat map, and what can be done with a cell.
class SweepPanel : public QWidget {
    Q_OBJECT
public:
    explicit SweepPanel(Session&, QWidget* parent = nullptr);

    /// The prompt or the model changed: estimates again, keeps the result until it is run again.
    void promptChanged(bool otherModel);
    void mark(const Focus&, const std::vector<Pin>&);
    void applyTheme();

    void run();
    const std::optional<SweepShown>& result() const { return m_result; }
    Prompt resultClean() const { return m_clean; }
    Prompt resultCorrupted() const { return m_corrupted; }
    Table table() const;

    /// What the marked cell says and whether an exact run agrees.
    QString cellText() const;
    void verifyCell();
    void keepCell();

    nlohmann::json state() const;
    void restore(const nlohmann::json&);

    PicturePanel& panel() const { return *m_panel; }
    SweepForm& form() const { return *m_form; }
    QToolButton& keepButton() const { return *m_keep; }
    QToolButton& verifyButton() const { return *m_verify; }

signals:
    void focused(const microtome::Focus&);

private:
    QWidget* actions();
    void show(SweepShown);
    void choose(const Cell&);
    std::optional<SweepCell> chosen() const;

    Session& m_session;
    PicturePanel* m_panel;
    SweepForm* m_form;
    ToneLabel* m_cell;
    QToolButton* m_verify;
    QToolButton* m_keep;

    std::optional<SweepShown> m_result;
    Prompt m_clean;
    Prompt m_corrupted;
    std::optional<Cell> m_marked;
    QString m_verified;
};

} // namespace microtome
