#include "views/training/charts.h"

#include "views/session/checkpointname.h"
#include "views/style/number.h"

#include <QCoreApplication>

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

QString tr(const char* text)
{
    return QCoreApplication::translate("TrainingView", text);
}

QString numberOf(Layer layer, Head head)
{
    return QStringLiteral("%1.%2").arg(layer.value()).arg(head.value());
}

CurvesData framed(const ChartLook& look)
{
    CurvesData data;
    data.logarithmic = look.logarithmic;
    data.here = look.here;
    data.span = look.span;
    return data;
}

std::size_t widest(const ScoreSeries& series)
{
    std::size_t heads = 0;
    for (const ScoresAt& at : series)
        for (const auto& row : at.scores)
            heads = std::max(heads, row.size());
    return heads;
}

Curve curveOf(const ScoreSeries& series, Layer layer, Head head)
{
    Curve curve;
    curve.name = numberOf(layer, head);
    for (const ScoresAt& at : series) {
        curve.x.push_back(at.step);
        curve.y.push_back(at.of(layer, head).value_or(std::nan("")));
    }
    return curve;
}

/// Calls for every head of the series.
template <class Do> void forEachHead(const ScoreSeries& series, Do act)
{
    std::size_t layers = 0;
    for (const ScoresAt& at : series)
        layers = std::max(layers, at.scores.size());
    const std::size_t heads = widest(series);
    for (std::size_t l = 0; l < layers; ++l)
        for (std::size_t h = 0; h < heads; ++h)
            act(Layer(static_cast<int>(l)), Head(static_cast<int>(h)));
}

} // namespace

std::optional<std::pair<double, double>> spanOf(const TrainingHistory& history)
{
    std::optional<std::pair<double, double>> span;
    const auto add = [&span](std::int64_t at) {
        const auto step = static_cast<double>(at);
        span = span ? std::pair(std::min(span->first, step), std::max(span->second, step))
                    : std::pair(step, step);
    };
    for (const TrainingHistory::State& state : history.states)
        if (state.step)
            add(*state.step);
    if (history.record) {
        for (const TrainingRecord::Loss& loss : history.record->losses)
            add(loss.step);
        for (const auto& [name, points] : history.record->tasks)
            for (const TrainingRecord::Accuracy& at : points)
                add(at.step);
        for (const TrainingRecord::Heads& heads : history.record->heads)
            add(heads.step);
    }
    return span;
}

std::optional<double> ScoresAt::of(Layer layer, Head head) const
{
    const auto l = static_cast<std::size_t>(layer.value());
    const auto h = static_cast<std::size_t>(head.value());
    if (!layer.valid() || !head.valid() || l >= scores.size() || h >= scores[l].size())
        return {};
    return scores[l][h];
}

ScoreSeries scoreSeries(const TrainingHistory& history, HeadScore kind,
    const std::map<std::size_t, HeadScores>& computed)
{
    ScoreSeries series;
    const auto known = [&series](double step) {
        return std::ranges::find(series, step, &ScoresAt::step) != series.end();
    };
    if (history.record)
        for (const TrainingRecord::Heads& heads : history.record->heads)
            if (const auto found = heads.scores.find(headScoreName(kind));
                found != heads.scores.end())
                series.push_back({static_cast<double>(heads.step), found->second});
    for (const auto& [state, scores] : computed) {
        if (state >= history.states.size() || !history.states[state].step
            || known(static_cast<double>(*history.states[state].step)))
            continue;
        ScoresAt at{static_cast<double>(*history.states[state].step), {}};
        const Matrix& m = scores.of(kind);
        for (std::size_t l = 0; l < m.rows(); ++l)
            at.scores.emplace_back(m.row(l).begin(), m.row(l).end());
        series.push_back(std::move(at));
    }
    std::ranges::stable_sort(series, {}, &ScoresAt::step);
    return series;
}

CurvesData lossChart(const TrainingRecord& record, const ChartLook& look)
{
    CurvesData data = framed(look);
    Curve train;
    train.name = tr("training");
    train.pin = 0;
    Curve heldout;
    heldout.name = tr("held out");
    heldout.pin = 1;
    for (const TrainingRecord::Loss& loss : record.losses) {
        train.x.push_back(static_cast<double>(loss.step));
        train.y.push_back(loss.train);
        if (!loss.heldout)
            continue;
        heldout.x.push_back(static_cast<double>(loss.step));
        heldout.y.push_back(*loss.heldout);
    }
    data.curves.push_back(std::move(train));
    if (!heldout.x.empty())
        data.curves.push_back(std::move(heldout));
    data.unit = tr("nats per token");
    data.xTitle = tr("step");
    data.decimals = 3;
    return data;
}

std::vector<CurvesData> taskCharts(const TrainingRecord& record, const ChartLook& look)
{
    std::vector<CurvesData> charts;
    for (const auto& [name, points] : record.tasks) {
        if (points.empty())
            continue;
        CurvesData data = framed(look);
        Curve curve;
        curve.name = QString::fromStdString(name).replace(u'_', u' ').replace(u'-', u' ');
        curve.strong = true;
        double shown = points.back().accuracy;
        double away = HUGE_VAL;
        for (const TrainingRecord::Accuracy& at : points) {
            const auto step = static_cast<double>(at.step);
            curve.x.push_back(step);
            curve.y.push_back(at.accuracy);
            const double off
                = look.here ? std::fabs(placeOfStep(step) - placeOfStep(*look.here)) : HUGE_VAL;
            if (off < away) {
                away = off;
                shown = at.accuracy;
            }
        }
        data.title = curve.name;
        data.note = formatNumber(shown, 2);
        data.curves.push_back(std::move(curve));
        data.low = 0;
        data.high = 1;
        data.decimals = 3;
        charts.push_back(std::move(data));
    }
    return charts;
}

Focus headMeant(const ScoreSeries& series, const Focus& focus)
{
    if (focus.kind == Focus::Kind::AttentionHead
        && std::ranges::any_of(
            series, [&](const ScoresAt& at) { return at.of(focus.layer, focus.head).has_value(); }))
        return Focus::atHead(focus.layer, focus.head);
    Focus best;
    double most = -HUGE_VAL;
    forEachHead(series, [&](Layer layer, Head head) {
        const Curve curve = curveOf(series, layer, head);
        const auto rise = steepestRise(curve.x, curve.y, 0);
        const double last = curve.y.empty() ? std::nan("") : curve.y.back();
        const double by = rise ? rise->by + last : last;
        if (by > most) {
            most = by;
            best = Focus::atHead(layer, head);
        }
    });
    return best;
}

HeadChart headChart(const ScoreSeries& series, HeadScore kind, const ChartLook& look,
    const Focus& focus, const std::vector<Pin>& pins)
{
    HeadChart chart;
    chart.data = framed(look);
    const Focus meant = headMeant(series, focus);
    forEachHead(series, [&](Layer layer, Head head) {
        Curve curve = curveOf(series, layer, head);
        const Focus own = Focus::atHead(layer, head);
        const auto pin
            = std::ranges::find_if(pins, [&](const Pin& p) { return p.what.sameThing(own); });
        curve.pin = pin == pins.end() ? -1 : pin->style;
        curve.strong = own.sameThing(meant);
        curve.faint = !curve.strong && curve.pin < 0;
        if (curve.strong) {
            const bool entropy = kind == HeadScore::Entropy; // falls where others rise
            std::vector<double> values = curve.y;
            if (entropy)
                for (double& value : values)
                    value = -value;
            if (const auto rise = steepestRise(curve.x, values)) {
                const double from = curve.x[rise->from];
                const double to = curve.x[rise->from + 1];
                chart.data.rise = std::pair(from, to);
                chart.data.note = (entropy ? tr("%1 falls most from %2 to %3")
                                           : tr("%1 rises most from %2 to %3"))
                                      .arg(curve.name, stepText(static_cast<std::int64_t>(from)),
                                          stepText(static_cast<std::int64_t>(to)));
            }
        }
        chart.data.curves.push_back(std::move(curve));
        chart.heads.push_back(own);
    });
    if (kind == HeadScore::Entropy) {
        chart.data.unit = tr("nats, on random repeats");
        chart.data.low = 0;
    } else {
        chart.data.unit = tr("attention, on random repeats");
        chart.data.low = 0;
        chart.data.high = 1;
    }
    chart.data.xTitle = tr("step");
    return chart;
}

MatrixData headTable(const ScoreSeries& series, HeadScore kind, const ChartLook& look)
{
    MatrixData data;
    std::vector<float> values;
    forEachHead(series, [&](Layer layer, Head head) {
        data.rows.labels << numberOf(layer, head);
        for (const ScoresAt& at : series)
            values.push_back(static_cast<float>(at.of(layer, head).value_or(std::nan(""))));
    });
    for (const ScoresAt& at : series) {
        if (look.here && at.step == *look.here)
            data.marked = static_cast<int>(data.columns.labels.size());
        data.columns.labels << stepText(static_cast<std::int64_t>(at.step));
    }
    data.rows.title = tr("head");
    data.columns.title = tr("step");
    const auto rows = static_cast<std::size_t>(data.rows.labels.size());
    data.values = Matrix(rows, series.size(), std::move(values));
    data.range = kind == HeadScore::Entropy
        ? ColourRange::robust(ColourRange::Kind::Magnitude, data.values.values(), tr("nats"))
        : ColourRange::magnitude(0, 1);
    data.largestCell = {64, 24};
    return data;
}

} // namespace microtome
