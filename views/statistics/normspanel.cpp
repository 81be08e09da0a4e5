#include "views/statistics/normspanel.h"

#include "views/canvas/barspicture.h"
#include "views/canvas/matrixpicture.h"
#include "views/canvas/trajectorypicture.h"
#include "views/panel/annotated.h"
#include "views/panel/naming.h"
#include "views/panel/picturepanel.h"
#include "views/session/tone.h"
#include "views/session/words.h"
#include "views/style/number.h"

#include <nlohmann/json.hpp>

#include <QDoubleSpinBox>
#include <QHBoxLayout>
#include <QSplitter>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace microtome {

NormsPanel::NormsPanel(Session& session, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_grid(new PicturePanel(tr("Residual norms"), session))
    , m_peaks(new PicturePanel(tr("Largest numbers by layer"), session))
    , m_list(new PicturePanel(tr("Massive activations"), session))
    , m_scale(m_grid->addWords(tr("Scale of the colours"), {tr("Linear"), tr("Logarithmic")}, 1))
    , m_absolute(new QDoubleSpinBox)
    , m_ratio(new QDoubleSpinBox)
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    auto* below = new QSplitter(Qt::Horizontal);
    below->addWidget(m_peaks);
    below->addWidget(m_list);
    auto* all = new QSplitter(Qt::Vertical, this);
    all->addWidget(m_grid);
    all->addWidget(below);
    all->setSizes({360, 280});
    for (QSplitter* splitter : {below, all}) {
        splitter->setHandleWidth(1);
        splitter->setChildrenCollapsible(false);
    }
    column->addWidget(all);
    auto* line = new QWidget(this);
    auto* row = new QHBoxLayout(line);
    row->setContentsMargins(10, 4, 10, 0);
    row->setSpacing(8);
    const auto box = [&](QDoubleSpinBox* spin, const QString& before, double value, double most) {
        row->addWidget(new ToneLabel(Tone::Secondary, before, line));
        spin->setRange(0, most);
        spin->setDecimals(1);
        spin->setButtonSymbols(QDoubleSpinBox::NoButtons);
        spin->setFixedWidth(72);
        spin->setValue(value);
        spin->setKeyboardTracking(false);
        spin->setAccessibleName(before);
        row->addWidget(spin);
        connect(spin, &QDoubleSpinBox::valueChanged, this, &NormsPanel::draw);
    };
    box(m_absolute, tr("|h| above"), MassiveThresholds().absolute, 1e6);
    box(m_ratio, tr("and at least"), MassiveThresholds().ratio, 1e6);
    row->addWidget(new ToneLabel(Tone::Secondary, tr("× the layer's median"), line));
    row->addStretch(1);
    m_list->addLine(line);
    connect(m_scale, &Words::chosen, this, &NormsPanel::draw);
    const auto choose = [this](const Cell& cell) {
        if (!m_norms || cell.row < 0)
            return;
        const Site& site = m_norms->rows.at(static_cast<std::size_t>(cell.row));
        const Position position = cell.column >= 0 ? Position(cell.column) : m_focus.position;
        emit focused(Focus::atCell(site.layer, position, -1, site.point));
    };
    connect(m_grid, &PicturePanel::clicked, this, choose);
    connect(m_grid, &PicturePanel::scrubbed, this, choose);
    connect(m_grid, &PicturePanel::hovered, this, [this](const std::optional<Cell>& cell) {
        if (!m_norms || !cell || cell->row < 0 || cell->column < 0)
            return m_session.selection().clearHover();
        const Site& site = m_norms->rows.at(static_cast<std::size_t>(cell->row));
        m_session.selection().setHover(
            Focus::atCell(site.layer, Position(cell->column), -1, site.point));
    });
    connect(m_peaks, &PicturePanel::clicked, this, [choose](const Cell& cell) {
        choose({cell.column, -1});
    });
    connect(m_list, &PicturePanel::clicked, this, [this](const Cell& cell) {
        if (cell.row < 0 || cell.row >= static_cast<int>(m_massive.size()))
            return;
        const MassiveActivation& m = m_massive[static_cast<std::size_t>(cell.row)];
        emit focused(Focus::atCell(m.site.layer, m.position, -1, m.site.point));
    });
}

MassiveThresholds NormsPanel::thresholds() const
{
    return {m_absolute->value(), m_ratio->value()};
}

void NormsPanel::setThresholds(const MassiveThresholds& t)
{
    m_absolute->setValue(t.absolute);
    m_ratio->setValue(t.ratio);
}

void NormsPanel::applyTheme()
{
    for (PicturePanel* panel : {m_grid, m_peaks, m_list})
        panel->applyTheme();
}

void NormsPanel::setSentence(const QString& sentence)
{
    m_norms = nullptr;
    for (PicturePanel* panel : {m_grid, m_peaks, m_list})
        panel->setSentence(sentence);
}

void NormsPanel::setResult(std::shared_ptr<const ResidualNorms> norms)
{
    m_norms = std::move(norms);
    draw();
}

QString NormsPanel::rowName(std::size_t row) const
{
    const Site& site = m_norms->rows.at(row);
    return site.point == Point::ResidPre ? tr("emb") : QString::number(site.layer.value());
}

int NormsPanel::rowOf(const Site& site) const
{
    const auto it = std::ranges::find(m_norms->rows, site);
    return it == m_norms->rows.end() ? -1 : static_cast<int>(it - m_norms->rows.begin());
}

void NormsPanel::draw()
{
    if (!m_norms)
        return;
    m_massive = m_norms->massive(thresholds());
    drawGrid(m_massive);
    drawList(m_massive);
    drawPeaks();
    mark(m_focus, m_session.selection().pins());
}

void NormsPanel::drawGrid(const std::vector<MassiveActivation>& massive)
{
    const bool logarithmic = m_scale->active() == 1;
    MatrixData drawn;
    std::vector<float> values(m_norms->norms.values().begin(), m_norms->norms.values().end());
    if (logarithmic)
        for (float& value : values)
            value = std::log10(std::max(value, 1e-6F));
    drawn.values = Matrix(m_norms->norms.rows(), m_norms->norms.columns(), std::move(values));
    for (std::size_t row = 0; row < m_norms->rows.size(); ++row)
        drawn.rows.labels << rowName(row);
    drawn.columns = tokenAxis(m_session, m_norms->ids);
    drawn.rowsUpwards = true;
    drawn.range = ColourRange::robust(ColourRange::Kind::Magnitude, drawn.values.values(),
        logarithmic ? tr("log₁₀ ‖h‖₂") : tr("‖h‖₂"));
    if (logarithmic) {
        const auto [low, high] = std::ranges::minmax(drawn.values.values());
        drawn.range.low = double(low);
        drawn.range.high = std::max(double(high), double(low) + 0.1);
        drawn.range.clippedLow = false;
        drawn.range.clippedHigh = false;
    }
    drawn.largestCell = {56, 26};
    for (const float value : m_norms->norms.values())
        drawn.texts.push_back(formatShort(double(value)));
    Annotations words;
    words.rows = static_cast<int>(m_norms->rows.size());
    words.columns = static_cast<int>(m_norms->ids.size());
    for (const MassiveActivation& m : massive) {
        const Cell cell{rowOf(m.site), m.position.value()};
        if (cell.row >= 0 && std::ranges::find(words.ringed, cell) == words.ringed.end())
            words.ringed.push_back(cell);
    }
    words.describe = [this, massive](const Cell& cell) {
        QString line = tr("layer %1, %2   ‖h‖ %3")
                           .arg(rowName(static_cast<std::size_t>(cell.row)),
                               tokenAt(m_session, m_norms->ids, Position(cell.column)),
                               formatShort(double(m_norms->norms(static_cast<std::size_t>(cell.row),
                                   static_cast<std::size_t>(cell.column)))));
        for (const MassiveActivation& m : massive)
            if (rowOf(m.site) == cell.row && m.position.value() == cell.column)
                line += tr("   dim %1: %2 (%3 ×)")
                            .arg(m.dimension)
                            .arg(formatShort(double(m.value)), formatShort(m.ratio));
        return line;
    };
    m_grid->setSubtitle(tr("‖h‖₂ by layer and position · rings: massive activations"));
    m_grid->setPicture(std::make_shared<AnnotatedPicture>(
                           std::make_shared<MatrixPicture>(std::move(drawn)), std::move(words)),
        PictureWidget::Fit::Scrolled);
}

void NormsPanel::drawList(const std::vector<MassiveActivation>& massive)
{
    m_list->setSubtitle(tr("%1 found").arg(massive.size()));
    if (massive.empty()) {
        m_list->setSentence(tr("No number of the residual stream is over both thresholds. "
                               "Lower them to see the largest ones."));
        return;
    }
    std::vector<Bar> bars;
    for (const MassiveActivation& m : massive)
        bars.push_back({tr("layer %1 · %2 · dim %3")
                            .arg(rowName(static_cast<std::size_t>(std::max(rowOf(m.site), 0))),
                                tokenAt(m_session, m_norms->ids, m.position))
                            .arg(m.dimension),
            double(m.value), false});
    m_list->setPicture(std::make_shared<BarsPicture>(std::move(bars), QString(), 1, false),
        PictureWidget::Fit::Scrolled);
}

void NormsPanel::drawPeaks()
{
    TrajectoryData drawn;
    drawn.unit = tr("log₁₀ |h|");
    const QStringList names = {tr("largest"), tr("second"), tr("third"), tr("median")};
    const int pins[] = {0, 4, 3, 1};
    for (std::size_t k = 0; k < 4; ++k) {
        Series series;
        series.name = names[static_cast<int>(k)];
        series.pin = pins[k];
        for (std::size_t row = 0; row < m_norms->peaks.rows(); ++row)
            series.values.push_back(std::log10(std::max(m_norms->peaks(row, k), 1e-9F)));
        drawn.series.push_back(std::move(series));
    }
    for (std::size_t row = 0; row < m_norms->rows.size(); ++row)
        drawn.x.labels << rowName(row);
    m_peaks->setSubtitle(tr("over all positions and dimensions"));
    m_peaks->setPicture(std::make_shared<TrajectoryPicture>(std::move(drawn)));
}

std::optional<Cell> NormsPanel::cellOf(const Focus& focus) const
{
    if (!m_norms || !focus.position.valid() || !focus.layer.valid()
        || static_cast<std::size_t>(focus.position.value()) >= m_norms->ids.size())
        return {};
    const bool embedding = focus.kind == Focus::Kind::Cell && focus.point == Point::ResidPre
        && focus.layer.value() == 0;
    const Site site
        = embedding ? Site{Point::ResidPre, Layer(0), {}} : Site{Point::ResidPost, focus.layer, {}};
    return Cell{rowOf(site), focus.position.value()};
}

void NormsPanel::mark(const Focus& focus, const std::vector<Pin>& pins)
{
    m_focus = focus;
    if (!m_norms)
        return;
    std::vector<PinnedCell> marks;
    for (const Pin& pin : pins)
        if (const auto at = cellOf(pin.what))
            marks.push_back({*at, pin.style});
    const auto cell = cellOf(focus);
    m_grid->mark(cell, std::move(marks));
    if (cell)
        m_peaks->mark(Cell{0, cell->row});
}

void NormsPanel::setHover(const std::optional<Focus>& hover)
{
    m_grid->canvas().setHover(hover ? cellOf(*hover) : std::nullopt);
}

Table NormsPanel::table() const
{
    Table table;
    if (!m_norms)
        return table;
    table.columns = QStringList{"row", "position", "token", "norm", "largest", "second", "third",
        "median", "massive dimension", "massive value", "massive ratio"};
    for (std::size_t row = 0; row < m_norms->rows.size(); ++row) {
        for (std::size_t p = 0; p < m_norms->ids.size(); ++p) {
            std::vector<Table::Value> line{rowName(row), double(p),
                m_session.tokenText(m_norms->ids[p]), double(m_norms->norms(row, p))};
            for (std::size_t k = 0; k < 4; ++k)
                line.emplace_back(double(m_norms->peaks(row, k)));
            const auto it = std::ranges::find_if(m_massive, [&](const MassiveActivation& m) {
                return rowOf(m.site) == static_cast<int>(row)
                    && m.position.value() == static_cast<int>(p);
            });
            if (it == m_massive.end()) {
                line.insert(line.end(), 3, Table::Value(QString()));
            } else {
                line.emplace_back(double(it->dimension));
                line.emplace_back(double(it->value));
                line.emplace_back(it->ratio);
            }
            table.rows.push_back(std::move(line));
        }
    }
    return table;
}

nlohmann::json NormsPanel::state() const
{
    return {{"absolute", m_absolute->value()}, {"ratio", m_ratio->value()},
        {"scale", m_scale->active()}, {"scroll", m_grid->scroll()}};
}

void NormsPanel::restore(const nlohmann::json& state)
{
    if (!state.is_object())
        return;
    const auto number = [&state](const char* key, double otherwise) {
        return state.contains(key) && state[key].is_number() ? state[key].get<double>() : otherwise;
    };
    setThresholds({number("absolute", 100), number("ratio", 1000)});
    m_scale->setActive(static_cast<int>(number("scale", 1)));
    m_grid->setScroll(state.value("scroll", nlohmann::json()));
}

} // namespace microtome
