#pragma once

#include "core/analysis/heads.h"
#include "core/analysis/history.h"
#include "views/canvas/curvespicture.h"
#include "views/canvas/matrixpicture.h"
#include "views/session/focus.h"

#include <QStringList>

namespace microtome {

/// How the charts of a training are drawn.
struct ChartLook {
    bool logarithmic = true;
    std::optional<double> here; ///< the open checkpoint's step
    std::optional<std::pair<double, double>> span; ///< of the steps, the same in every chart
};

/// From the first to the last step that anything is told of.
std::optional<std::pair<double, double>> spanOf(const TrainingHistory&);

/// The scores of all heads at one step, [layer][head].
struct ScoresAt {
    double step = 0;
    std::vector<std::vector<double>> scores;

    std::optional<double> of(Layer, Head) const;
};

/// One score over the steps, in their order.
using ScoreSeries = std::vector<ScoresAt>;

/// What is known of one score: by the record, and by what was computed for states without (by the
/// state's index).
ScoreSeries scoreSeries(
    const TrainingHistory&, HeadScore, const std::map<std::size_t, HeadScores>& computed);

CurvesData lossChart(const TrainingRecord&, const ChartLook&);

/// One chart for each task, in the order of their names.
std::vector<CurvesData> taskCharts(const TrainingRecord&, const ChartLook&);

/// Which heads stand out of the many, and where the meant one rises.
struct HeadChart {
    CurvesData data;
    std::vector<Focus> heads; ///< of each curve
};
HeadChart headChart(
    const ScoreSeries&, HeadScore, const ChartLook&, const Focus&, const std::vector<Pin>&);

/// Heads x steps, row by row as they follow each other in the network.
MatrixData headTable(const ScoreSeries&, HeadScore, const ChartLook&);

/// The head that is looked at, or else the one that rises most; invalid without any.
Focus headMeant(const ScoreSeries&, const Focus&);

} // namespace microtome
