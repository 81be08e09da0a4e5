#pragma once

#include "views/session/view.h"
#include "views/session/viewfactory.h"
#include "views/training/charts.h"

#include <array>
#include <set>

class QSplitter;
class QToolButton;

namespace microtome {

class CheckpointSlider;
class PicturePanel;

/// How the open model came to be: loss, accuracy by task and scores of heads over the steps of its
/// training, and the slider that opens another of its checkpoints everywhere.
class TrainingView : public View {
    Q_OBJECT
public:
    explicit TrainingView(Session&, QWidget* parent = nullptr);

    bool needsRun() const override { return false; }
    std::shared_ptr<const FigureScene> figure() const override;
    Table table() const override;
    nlohmann::json viewState() const override;
    void restore(const nlohmann::json&) override;

    HeadScore score() const;

    /// Scores every head at the checkpoints that have no scores yet.
    void scoreHeads();
    bool scoring() const { return m_scoring; }

    CheckpointSlider& slider() const { return *m_slider; }
    PicturePanel& loss() const { return *m_loss; }
    PicturePanel& tasks() const { return *m_tasks; }
    PicturePanel& heads() const { return *m_heads; }
    PicturePanel& headGrid() const { return *m_grid; }
    Words& axisWords() const { return *m_axis; }
    Words& scoreWords() const { return *m_score; }
    QToolButton& scoreButton() const { return *m_scoreAll; }

protected:
    void refresh(Changes) override;

private:
    std::array<PicturePanel*, 4> panels() const; ///< in the order of the state's `panel`
    const TrainingHistory& history() const { return session().history(); }
    ChartLook chartLook() const;
    void build();
    void connectCharts();
    void draw();
    void drawHeads();
    void followCheckpoint();
    void openNearest(double step);
    std::vector<std::size_t> missing() const;
    void recallScores();
    void keepScores(const std::map<std::size_t, HeadScores>&);
    void stopScoring();
    void watchScoring();

    CheckpointSlider* m_slider;
    PicturePanel* m_loss;
    PicturePanel* m_tasks;
    PicturePanel* m_heads;
    PicturePanel* m_grid;
    QSplitter* m_upper;
    QSplitter* m_lower;
    QSplitter* m_split;
    QWidget* m_body;
    Words* m_axis;
    Words* m_score;
    QToolButton* m_scoreAll;
    PicturePanel* m_used;

    const TrainingHistory* m_shown = nullptr; ///< whose charts are drawn
    std::map<std::size_t, HeadScores> m_computed;
    std::set<std::size_t> m_kept; ///< of the computed ones, those in the project
    ScoreSeries m_series;
    std::vector<Focus> m_curveHeads;
    bool m_scoring = false;
};

/// `training`
ViewFactory trainingFactory();

} // namespace microtome
