#include "views/statistics/attributionpanel.h"

#include "views/canvas/barspicture.h"
#include "views/canvas/matrixpicture.h"
#include "views/canvas/trajectorypicture.h"
#include "views/panel/annotated.h"
#include "views/panel/naming.h"
#include "views/panel/picturepanel.h"
#include "views/panel/tokenfield.h"
#include "views/session/words.h"
#include "views/style/number.h"

#include <nlohmann/json.hpp>

#include <QHBoxLayout>
#include <QSplitter>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace microtome {

AttributionPanel::AttributionPanel(Session& session, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_bars(new PicturePanel(tr("Direct logit attribution"), session))
    , m_heads(new PicturePanel(tr("By head"), session))
    , m_layers(new PicturePanel(tr("Accumulated by layer"), session))
    , m_answer(new TokenField(tr("answer"), session))
    , m_wrong(new TokenField(tr("wrong"), session))
    , m_order(m_bars->addWords(tr("Order of the bars"), {tr("By size"), tr("In order")}))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* line = new QWidget(this);
    auto* row = new QHBoxLayout(line);
    row->setContentsMargins(10, 4, 10, 4);
    row->setSpacing(8);
    row->addWidget(m_answer);
    row->addWidget(m_wrong);
    row->addStretch(1);
    column->addWidget(line);
    auto* right = new QSplitter(Qt::Vertical);
    right->addWidget(m_heads);
    right->addWidget(m_layers);
    auto* all = new QSplitter(Qt::Horizontal, this);
    all->addWidget(m_bars);
    all->addWidget(right);
    for (QSplitter* splitter : {right, all}) {
        splitter->setHandleWidth(1);
        splitter->setChildrenCollapsible(false);
        splitter->setSizes({480, 480});
    }
    column->addWidget(all, 1);
    connect(m_answer, &TokenField::changed, this, &AttributionPanel::wanted);
    connect(m_wrong, &TokenField::changed, this, &AttributionPanel::wanted);
    connect(m_order, &Words::chosen, this, &AttributionPanel::draw);
    const auto head = [this](const Cell& cell) {
        if (cell.row >= 0 && cell.column >= 0)
            emit headChosen(Layer(cell.row), Head(cell.column));
    };
    connect(m_heads, &PicturePanel::clicked, this, head);
    connect(m_heads, &PicturePanel::scrubbed, this, head);
    const auto bar = [this](const Cell& cell) {
        if (!m_dla || cell.row < 0 || cell.row >= static_cast<int>(m_shown.size()))
            return;
        const int index = m_shown[static_cast<std::size_t>(cell.row)];
        if (index < 0)
            return;
        const DlaComponent& c = m_dla->components[static_cast<std::size_t>(index)];
        if (c.kind == DlaComponent::Kind::AttnHead)
            emit headChosen(c.layer, Head(c.index));
        else if (c.layer.valid())
            emit layerChosen(c.layer);
    };
    connect(m_bars, &PicturePanel::clicked, this, bar);
    connect(m_bars, &PicturePanel::scrubbed, this, bar);
    connect(m_layers, &PicturePanel::clicked, this, [this](const Cell& cell) {
        if (cell.column >= 1)
            emit layerChosen(Layer(cell.column - 1));
    });
}

std::vector<TokenId> AttributionPanel::answers() const
{
    return m_answer->tokens();
}

std::vector<TokenId> AttributionPanel::wrongs() const
{
    return m_wrong->tokens();
}

void AttributionPanel::setDefaults(const QString& answer, const QString& wrong)
{
    m_answer->setDefault(answer);
    m_wrong->setDefault(wrong);
}

void AttributionPanel::readAgain()
{
    m_answer->readAgain();
    m_wrong->readAgain();
}

void AttributionPanel::applyTheme()
{
    for (PicturePanel* panel : {m_bars, m_heads, m_layers})
        panel->applyTheme();
}

void AttributionPanel::setSentence(const QString& sentence)
{
    m_dla = nullptr;
    for (PicturePanel* panel : {m_bars, m_heads, m_layers}) {
        panel->setSubtitle({});
        panel->setSentence(sentence);
    }
}

void AttributionPanel::setResult(std::shared_ptr<const Dla> dla)
{
    m_dla = std::move(dla);
    draw();
}

void AttributionPanel::draw()
{
    if (!m_dla)
        return;
    drawBars();
    drawHeads();
    drawLayers();
    mark(m_focus, m_session.selection().pins());
}

void AttributionPanel::drawBars()
{
    const Dla& dla = *m_dla;
    const auto names = [this](const std::vector<TokenId>& ids) {
        QStringList texts;
        for (const TokenId id : ids)
            texts << m_session.tokenText(id);
        return texts.join(u'|');
    };
    const QString along = dla.wrongs.empty()
        ? tr("logit of %1").arg(names(dla.answers))
        : tr("logit of %1 − %2").arg(names(dla.answers), names(dla.wrongs));
    m_bars->setSubtitle(tr("%1 at %2").arg(along, tokenAt(m_session, dla.ids, dla.position)));

    m_shown.resize(dla.components.size());
    std::iota(m_shown.begin(), m_shown.end(), 0);
    if (m_order->active() == 0)
        std::ranges::stable_sort(m_shown, [&dla](int a, int b) {
            return std::abs(dla.components[static_cast<std::size_t>(a)].value)
                > std::abs(dla.components[static_cast<std::size_t>(b)].value);
        });
    std::vector<Bar> bars;
    bars.push_back({tr("actual"), dla.actual, true});
    bars.push_back({tr("sum"), dla.sum, true});
    bars.push_back({tr("remainder"), dla.remainder, true});
    for (const int index : m_shown) {
        const DlaComponent& c = dla.components[static_cast<std::size_t>(index)];
        bars.push_back({QString::fromStdString(c.name()), c.value, false});
    }
    m_shown.insert(m_shown.begin(), {-1, -1, -1});
    m_bars->setPicture(std::make_shared<BarsPicture>(std::move(bars), tr("logits"), 3),
        PictureWidget::Fit::Scrolled);
}

void AttributionPanel::drawHeads()
{
    const Architecture& a = m_session.architecture();
    std::vector<float> values(
        static_cast<std::size_t>(a.layers) * static_cast<std::size_t>(a.heads), NAN);
    for (const DlaComponent& c : m_dla->components)
        if (c.kind == DlaComponent::Kind::AttnHead)
            values[static_cast<std::size_t>(c.layer.value() * a.heads + c.index)]
                = static_cast<float>(c.value);
    MatrixData drawn;
    drawn.values = Matrix(
        static_cast<std::size_t>(a.layers), static_cast<std::size_t>(a.heads), std::move(values));
    drawn.rows = numberAxis(a.layers, tr("layer"));
    drawn.columns = numberAxis(a.heads, tr("head"));
    drawn.range
        = ColourRange::robust(ColourRange::Kind::Diverging, drawn.values.values(), tr("logits"));
    drawn.rowsUpwards = true;
    drawn.largestCell = {48, 26};
    for (const float value : drawn.values.values())
        drawn.texts.push_back(formatNumber(double(value), 2));
    Annotations words;
    words.rows = a.layers;
    words.columns = a.heads;
    words.describe = [numbers = drawn.values](const Cell& cell) {
        return QStringLiteral("%1  %2").arg(headName(Layer(cell.row), Head(cell.column)),
            formatNumber(double(numbers(static_cast<std::size_t>(cell.row),
                             static_cast<std::size_t>(cell.column))),
                3, true));
    };
    m_heads->setSubtitle(tr("z W_O of each head"));
    m_heads->setPicture(std::make_shared<AnnotatedPicture>(
                            std::make_shared<MatrixPicture>(std::move(drawn)), std::move(words)),
        PictureWidget::Fit::Scrolled);
}

void AttributionPanel::drawLayers()
{
    const Matrix& steps = m_dla->accumulated;
    TrajectoryData drawn;
    drawn.unit = tr("logits");
    drawn.decimals = 3;
    const QStringList names = {tr("attention"), tr("MLP"), tr("sum so far")};
    const int pins[] = {1, 0, 7};
    for (std::size_t column = 0; column < 3; ++column) {
        Series series;
        series.name = names[static_cast<int>(column)];
        series.pin = pins[column];
        for (std::size_t row = 0; row < steps.rows(); ++row)
            series.values.push_back(steps(row, column));
        drawn.series.push_back(std::move(series));
    }
    for (std::size_t row = 0; row < steps.rows(); ++row)
        drawn.x.labels << (row == 0 ? tr("emb") : QString::number(row - 1));
    m_layers->setSubtitle(m_dla->remark.empty()
            ? tr("remainder %1").arg(formatNumber(m_dla->remainder, 6, true))
            : QString::fromStdString(m_dla->remark));
    m_layers->setPicture(std::make_shared<TrajectoryPicture>(std::move(drawn)));
}

void AttributionPanel::mark(const Focus& focus, const std::vector<Pin>& pins)
{
    m_focus = focus;
    if (!m_dla)
        return;
    const auto barOf = [this](const Focus& f) -> std::optional<Cell> {
        for (std::size_t i = 0; i < m_shown.size(); ++i) {
            if (m_shown[i] < 0 || f.kind != Focus::Kind::AttentionHead)
                continue;
            const DlaComponent& c = m_dla->components[static_cast<std::size_t>(m_shown[i])];
            if (c.kind == DlaComponent::Kind::AttnHead && c.layer == f.layer
                && c.index == f.head.value())
                return Cell{static_cast<int>(i), 0};
        }
        return {};
    };
    std::vector<PinnedCell> headPins;
    std::vector<PinnedCell> barPins;
    for (const Pin& pin : pins) {
        if (pin.what.kind != Focus::Kind::AttentionHead)
            continue;
        headPins.push_back({{pin.what.layer.value(), pin.what.head.value()}, pin.style});
        if (const auto bar = barOf(pin.what))
            barPins.push_back({*bar, pin.style});
    }
    std::optional<Cell> head;
    if (focus.kind == Focus::Kind::AttentionHead)
        head = Cell{focus.layer.value(), focus.head.value()};
    m_heads->mark(head, std::move(headPins));
    m_bars->mark(barOf(focus), std::move(barPins));
    if (focus.layer.valid())
        m_layers->mark(Cell{2, focus.layer.value() + 1});
}

Table AttributionPanel::table() const
{
    Table table;
    if (!m_dla)
        return table;
    table.columns = QStringList{"component", "layer", "index", "logits", "magnitude"};
    for (const DlaComponent& c : m_dla->components)
        table.rows.push_back({QString::fromStdString(c.name()),
            c.layer.valid() ? Table::Value(double(c.layer.value())) : QString(),
            c.index >= 0 ? Table::Value(double(c.index)) : QString(), c.value, c.magnitude});
    for (const auto& [name, value] : {std::pair("sum", m_dla->sum),
             std::pair("actual", m_dla->actual), std::pair("remainder", m_dla->remainder)})
        table.rows.push_back({QString::fromLatin1(name), QString(), QString(), value, QString()});
    return table;
}

nlohmann::json AttributionPanel::state() const
{
    return {{"answer", m_answer->text().toStdString()}, {"wrong", m_wrong->text().toStdString()},
        {"order", m_order->active()}, {"scroll", m_bars->scroll()}};
}

void AttributionPanel::restore(const nlohmann::json& state)
{
    const auto text = [&state](const char* key) {
        return state.contains(key) && state[key].is_string()
            ? QString::fromStdString(state[key].get<std::string>())
            : QString();
    };
    if (!state.is_object())
        return;
    m_answer->setText(text("answer"));
    m_wrong->setText(text("wrong"));
    if (state.contains("order") && state["order"].is_number_integer())
        m_order->setActive(state["order"].get<int>());
    m_bars->setScroll(state.value("scroll", nlohmann::json()));
}

} // namespace microtome
