#include "views/attention/mappanel.h"

#include "views/canvas/linespicture.h"
#include "views/canvas/matrixpicture.h"
#include "views/panel/naming.h"
#include "views/panel/picturepanel.h"
#include "views/panel/plainword.h"
#include "views/session/tone.h"
#include "views/session/words.h"
#include "views/style/number.h"

#include <nlohmann/json.hpp>

#include <QHBoxLayout>
#include <QSlider>
#include <QSpinBox>
#include <QToolButton>
#include <QVBoxLayout>

#include <cmath>

namespace microtome {

namespace {

Matrix minus(const Matrix& a, const Matrix& b)
{
    std::vector<float> values(a.values().begin(), a.values().end());
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] -= b.values()[i];
    return {a.rows(), a.columns(), std::move(values)};
}

} // namespace

MapPanel::MapPanel(Session& session, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_panel(new PicturePanel(tr("Head"), session, this))
    , m_bos(toggleWord(tr("BOS"), tr("Roll out through the first position, too"), true))
    , m_normalised(toggleWord(tr("Rows to 1"), tr("Divide each row by its sum"), false))
    , m_whole(
          toggleWord(tr("Whole"), tr("Fit the whole map into the view instead of scrolling"), true))
    , m_line(new QWidget(this))
    , m_slider(new QSlider(Qt::Horizontal, m_line))
    , m_top(new QSpinBox(m_line))
    , m_value(new ToneLabel(Tone::Token, {}, m_line))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_panel);
    m_panel->setScaleBelow();
    m_mode = m_panel->addWords(tr("How attention is shown"),
        {tr("Matrix"), tr("Lines"), tr("Value-weighted"), tr("Rollout"), tr("Layer mean")});

    auto* line = new QWidget(this);
    auto* all = new QHBoxLayout(line);
    all->setContentsMargins(10, 2, 4, 0);
    all->setSpacing(0);
    all->addWidget(m_line, 1);
    all->addStretch(1);
    for (QToolButton* button : {m_normalised, m_bos, m_whole})
        all->addWidget(button);
    auto* row = new QHBoxLayout(m_line);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    m_slider->setRange(1, 100);
    m_slider->setValue(5);
    m_slider->setMaximumWidth(200);
    m_slider->setAccessibleName(tr("Weakest weight that is drawn, in hundredths"));
    m_value->setElide(Qt::ElideNone);
    m_top->setButtonSymbols(QSpinBox::NoButtons);
    m_top->setRange(0, 64);
    m_top->setSpecialValueText(tr("all"));
    m_top->setAccessibleName(tr("Lines for each token"));
    row->addWidget(new ToneLabel(Tone::Secondary, tr("weight at least"), m_line));
    row->addWidget(m_slider);
    row->addWidget(m_value);
    row->addSpacing(8);
    row->addWidget(new ToneLabel(Tone::Secondary, tr("strongest per token"), m_line));
    row->addWidget(m_top);
    row->addStretch(1);
    m_panel->addLine(line);

    connect(m_mode, &Words::chosen, this, &MapPanel::chooseMode);
    connect(m_bos, &QToolButton::toggled, this, &MapPanel::wanted);
    connect(m_normalised, &QToolButton::toggled, this, &MapPanel::draw);
    connect(m_whole, &QToolButton::toggled, this, &MapPanel::draw);
    connect(m_slider, &QSlider::valueChanged, this, &MapPanel::draw);
    connect(m_top, &QSpinBox::valueChanged, this, &MapPanel::draw);
    connect(m_panel, &PicturePanel::clicked, this, &MapPanel::choose);
    connect(m_panel, &PicturePanel::scrubbed, this, &MapPanel::choose);
    connect(m_panel, &PicturePanel::hovered, this, [this](const std::optional<Cell>& cell) {
        emit cellHovered(
            cell ? Position(cell->row) : Position(), cell ? Position(cell->column) : Position());
    });
    chooseMode();
}

MapPanel::Mode MapPanel::mode() const
{
    return static_cast<Mode>(m_mode->active());
}

AttentionMap::Kind MapPanel::kind() const
{
    switch (mode()) {
    case Mode::Rollout:
        return rolloutWithBos() ? AttentionMap::Kind::Rollout : AttentionMap::Kind::RolloutNoBos;
    case Mode::LayerMean:
        return AttentionMap::Kind::LayerMean;
    case Mode::Matrix:
    case Mode::Lines:
    case Mode::ValueWeighted:
        break;
    }
    return AttentionMap::Kind::SingleHead;
}

bool MapPanel::rolloutWithBos() const
{
    return m_bos->isChecked();
}

double MapPanel::threshold() const
{
    return m_slider->value() / 100.0;
}

int MapPanel::perQuery() const
{
    return m_top->value();
}

void MapPanel::chooseMode()
{
    m_line->setVisible(mode() == Mode::Lines);
    m_whole->setVisible(mode() != Mode::Lines);
    m_bos->setVisible(mode() == Mode::Rollout);
    m_normalised->setVisible(mode() == Mode::ValueWeighted);
    if (m_map && m_map->kind == kind())
        draw();
    emit wanted();
}

void MapPanel::setMaps(
    std::shared_ptr<const AttentionMap> map, std::shared_ptr<const AttentionMap> reference)
{
    m_map = std::move(map);
    m_reference = std::move(reference);
    draw();
}

void MapPanel::setSentence(const QString& sentence)
{
    m_map = nullptr;
    m_reference = nullptr;
    m_weights = {};
    m_panel->setSentence(sentence);
}

QString MapPanel::subtitle() const
{
    QString text;
    switch (mode()) {
    case Mode::Matrix:
        text = tr("pattern · from row to column");
        break;
    case Mode::Lines:
        text = tr("pattern · from left to right, %1 and more").arg(formatNumber(threshold(), 2));
        break;
    case Mode::ValueWeighted:
        text = tr("weight × ‖v W_O‖ · from row to column");
        break;
    case Mode::Rollout:
        text = tr("rollout through layers 0 to %1, %2")
                   .arg(m_map->layer.value())
                   .arg(rolloutWithBos() ? tr("with the first position")
                                         : tr("without the first position"));
        break;
    case Mode::LayerMean:
        text = tr("mean over the heads · from row to column");
        break;
    }
    if (m_reference && mode() != Mode::Lines)
        text += tr(" · edited − reference");
    return text;
}

void MapPanel::draw()
{
    m_value->setFullText(formatNumber(threshold(), 2));
    if (!m_map)
        return;
    const bool whole = mode() == Mode::Rollout;
    m_panel->setTitle(mode() == Mode::LayerMean ? tr("Layer %1").arg(m_map->layer.value())
            : whole                             ? tr("All layers")
                    : tr("Head %1.%2").arg(m_map->layer.value()).arg(m_map->head.value()));
    m_panel->setSubtitle(subtitle());
    const auto numbers = [this](const AttentionMap& map) {
        return mode() == Mode::ValueWeighted ? map.valueWeighted(m_normalised->isChecked())
                                             : map.weights;
    };
    m_weights = numbers(*m_map);
    if (m_reference && mode() != Mode::Lines)
        m_weights = minus(m_weights, numbers(*m_reference));
    const bool lines = mode() == Mode::Lines;
    m_panel->setPicture(lines ? linesPicture() : matrixPicture(),
        !lines && m_whole->isChecked() ? PictureWidget::Fit::Whole : PictureWidget::Fit::Scrolled);
    mark(m_focus);
    const auto& cell = m_panel->picture()->focus();
    if (std::exchange(m_drawn, mode()) != mode() && cell)
        m_panel->canvas().reveal(*cell);
}

std::shared_ptr<Picture> MapPanel::matrixPicture() const
{
    MatrixData drawn;
    drawn.values = m_weights;
    drawn.rows = tokenAxis(m_session, m_map->ids);
    drawn.columns = drawn.rows;
    drawn.triangular = true;
    drawn.square = true;
    drawn.largestCell = {40, 40};
    drawn.decimals = 3;
    using Kind = ColourRange::Kind;
    if (m_reference)
        drawn.range = ColourRange::robust(Kind::Diverging, m_weights.values(), tr("Δ weight"));
    else if (mode() == Mode::ValueWeighted && !m_normalised->isChecked())
        drawn.range = ColourRange::robust(Kind::Magnitude, m_weights.values(), tr("weight × norm"));
    else
        drawn.range = ColourRange::magnitude(0, 1, tr("weight"));
    return std::make_shared<MatrixPicture>(std::move(drawn));
}

std::shared_ptr<Picture> MapPanel::linesPicture() const
{
    std::vector<float> kept(m_weights.size(), 0.0F);
    const auto per = static_cast<std::size_t>(perQuery());
    for (const AttentionSource& line :
        attentionLines(m_weights, threshold(), per, LinesPicture::mostLines))
        kept[static_cast<std::size_t>(line.query.value()) * m_weights.columns()
            + static_cast<std::size_t>(line.key.value())]
            = static_cast<float>(line.weight);
    LinesData drawn;
    drawn.weights = Matrix(m_weights.rows(), m_weights.columns(), std::move(kept));
    drawn.from = tokenAxis(m_session, m_map->ids).labels;
    drawn.to = drawn.from;
    drawn.threshold = std::nextafter(static_cast<float>(threshold()), 0.0F);
    drawn.range = ColourRange::magnitude(0, 1, tr("weight"));
    return std::make_shared<LinesPicture>(std::move(drawn));
}

void MapPanel::mark(const Focus& focus)
{
    m_focus = focus;
    std::optional<Cell> cell;
    if (focus.position.valid())
        cell = Cell{focus.position.value(), focus.key.valid() ? focus.key.value() : -1};
    if (cell && static_cast<std::size_t>(cell->row) >= m_weights.rows())
        cell.reset();
    m_panel->mark(cell);
}

void MapPanel::setHover(const std::optional<Focus>& hover)
{
    std::optional<Cell> cell;
    if (hover && hover->position.valid()
        && static_cast<std::size_t>(hover->position.value()) < m_weights.rows())
        cell = Cell{hover->position.value(), hover->key.valid() ? hover->key.value() : -1};
    m_panel->canvas().setHover(cell);
}

void MapPanel::applyTheme()
{
    m_panel->applyTheme();
}

void MapPanel::choose(const Cell& cell)
{
    emit cellChosen(Position(cell.row), Position(cell.column));
}

Table MapPanel::table() const
{
    Table table;
    if (!m_map)
        return table;
    const bool lines = mode() == Mode::Lines;
    const QString number = mode() == Mode::ValueWeighted ? QStringLiteral("weight x norm")
                                                         : QStringLiteral("weight");
    table.columns = QStringList{"query", "query token", "key", "key token", number};
    const auto add = [&](std::size_t q, std::size_t k) {
        table.rows.push_back({double(q), m_session.tokenText(m_map->ids[q]), double(k),
            m_session.tokenText(m_map->ids[k]), double(m_weights(q, k))});
    };
    if (lines) {
        for (const AttentionSource& line : attentionLines(m_weights, threshold(),
                 static_cast<std::size_t>(perQuery()), LinesPicture::mostLines))
            add(static_cast<std::size_t>(line.query.value()),
                static_cast<std::size_t>(line.key.value()));
        return table;
    }
    for (std::size_t q = 0; q < m_weights.rows(); ++q)
        for (std::size_t k = 0; k <= q && k < m_weights.columns(); ++k)
            add(q, k);
    return table;
}

nlohmann::json MapPanel::state() const
{
    return {{"mode", m_mode->active()}, {"threshold", m_slider->value()}, {"top", m_top->value()},
        {"bos", m_bos->isChecked()}, {"whole", m_whole->isChecked()},
        {"normalised", m_normalised->isChecked()}, {"scroll", m_panel->scroll()}};
}

void MapPanel::restore(const nlohmann::json& state)
{
    if (!state.is_object())
        return;
    const auto number = [&state](const char* key, int otherwise) {
        return state.contains(key) && state[key].is_number_integer() ? state[key].get<int>()
                                                                     : otherwise;
    };
    const auto flag = [&state](const char* key, QToolButton* button) {
        if (state.contains(key) && state[key].is_boolean())
            button->setChecked(state[key].get<bool>());
    };
    m_slider->setValue(number("threshold", 5));
    m_top->setValue(number("top", 0));
    flag("bos", m_bos);
    flag("whole", m_whole);
    flag("normalised", m_normalised);
    m_mode->setActive(number("mode", 0));
    m_panel->setScroll(state.value("scroll", nlohmann::json()));
}

} // namespace microtome
