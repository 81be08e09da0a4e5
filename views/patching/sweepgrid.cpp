#include "views/patching/sweepgrid.h"

#include "core/analysis/bundle.h"
#include "views/panel/naming.h"
#include "views/session/session.h"
#include "views/style/number.h"

#include <array>

namespace microtome {

namespace {

constexpr std::array kinds = {Sweep::ResidPre, Sweep::ResidMid, Sweep::AttnOut, Sweep::MlpOut,
    Sweep::HeadOut, Sweep::Q, Sweep::K, Sweep::V, Sweep::Pattern};

double at(const Matrix& m, const Cell& cell)
{
    return double(m(static_cast<std::size_t>(cell.row), static_cast<std::size_t>(cell.column)));
}

/// The normalised metric moved so that no effect is zero.
double effect(const PatchSweep& sweep, double normalised)
{
    return sweep.denoising ? normalised : normalised - 1;
}

Axis columnsOf(const Session& session, const PatchSweep& sweep)
{
    if (sweep.positions > 1 && sweep.heads == 1)
        return tokenAxis(session, sweep.clean);
    if (sweep.positions <= 1)
        return numberAxis(sweep.heads, QObject::tr("head"));
    Axis axis;
    axis.tokens = true;
    for (int p = 0; p < sweep.positions; ++p)
        for (int h = 0; h < sweep.heads; ++h)
            axis.labels << QStringLiteral("%1.%2")
                               .arg(cellText(session, sweep.clean[static_cast<std::size_t>(p)]))
                               .arg(h);
    return axis;
}

} // namespace

QStringList sweepWords()
{
    QStringList words;
    for (const Sweep kind : kinds)
        words << QString::fromLatin1(sweepName(kind));
    return words;
}

Sweep sweepAt(int word)
{
    return kinds.at(static_cast<std::size_t>(word));
}

Bundle SweepShown::toBundle() const
{
    Bundle bundle = sweep.toBundle();
    bundle.fields["answers"] = answers;
    bundle.fields["wrongs"] = wrongs;
    if (set) {
        const Bundle more = set->toBundle();
        bundle.fields["set"] = more.fields;
        for (const auto& [name, matrix] : more.matrices)
            bundle.matrices["set." + name] = matrix;
    }
    return bundle;
}

SweepShown SweepShown::fromBundle(const Bundle& bundle)
{
    SweepShown shown;
    shown.sweep = PatchSweep::fromBundle(bundle);
    shown.answers = bundle.fields.value("answers", std::vector<TokenId>());
    shown.wrongs = bundle.fields.value("wrongs", std::vector<TokenId>());
    if (bundle.fields.contains("set")) {
        Bundle more;
        more.fields = bundle.fields["set"];
        for (const auto& [name, matrix] : bundle.matrices)
            if (name.starts_with("set."))
                more.matrices[name.substr(4)] = matrix;
        shown.set = AveragedScore::fromBundle(more);
    }
    return shown;
}

SweepCell sweepCell(const PatchSweep& sweep, const Cell& cell)
{
    SweepCell found;
    found.layer = Layer(cell.row);
    if (sweep.byPosition && cell.column >= 0)
        found.position = Position(cell.column / std::max(sweep.heads, 1));
    if (sweepsHeads(sweep.sweep) && cell.column >= 0)
        found.head = Head(cell.column % std::max(sweep.heads, 1));
    return found;
}

Cell cellOf(const PatchSweep& sweep, const SweepCell& cell)
{
    return {cell.layer.value(),
        static_cast<int>(
            sweep.column(std::max(cell.position.value(), 0), std::max(cell.head.value(), 0)))};
}

Focus focusOf(const PatchSweep& sweep, const SweepCell& cell)
{
    if (sweepsHeads(sweep.sweep))
        return Focus::atHead(cell.layer, cell.head, cell.position);
    return Focus::atCell(cell.layer, cell.position, -1, sweepPoint(sweep.sweep));
}

std::optional<Cell> cellOf(const PatchSweep& sweep, const Focus& focus)
{
    SweepCell cell{focus.layer, focus.position, focus.head};
    const bool needsHead = sweepsHeads(sweep.sweep);
    if (!cell.layer.valid() || cell.layer.value() >= sweep.layers
        || (needsHead && (!cell.head.valid() || cell.head.value() >= sweep.heads))
        || (sweep.byPosition
            && (!cell.position.valid() || cell.position.value() >= sweep.positions)))
        return {};
    if (!needsHead)
        cell.head = {};
    if (!sweep.byPosition)
        cell.position = {};
    return cellOf(sweep, cell);
}

MatrixData sweepGrid(const Session& session, const SweepShown& shown)
{
    const PatchSweep& sweep = shown.sweep;
    MatrixData data;
    std::vector<float> values;
    for (const float value : sweep.normalised.values())
        values.push_back(static_cast<float>(effect(sweep, double(value))));
    data.values = Matrix(sweep.normalised.rows(), sweep.normalised.columns(), std::move(values));
    data.rows = numberAxis(sweep.layers, QObject::tr("layer"));
    data.columns = columnsOf(session, sweep);
    data.range = ColourRange::robust(ColourRange::Kind::Diverging, data.values.values(),
        sweep.denoising ? QObject::tr("restored") : QObject::tr("normalised − 1"));
    data.rowsUpwards = true;
    data.largestCell = {56, 28};
    for (const float value : data.values.values())
        data.texts.push_back(formatNumber(double(value), 2));
    return data;
}

QString sweepLine(const Session& session, const SweepShown& shown, const Cell& cell)
{
    const PatchSweep& sweep = shown.sweep;
    const SweepCell where = sweepCell(sweep, cell);
    QString line = QObject::tr("layer %1").arg(where.layer.value());
    if (where.head.valid())
        line = headName(where.layer, where.head);
    if (where.position.valid()) {
        line += QStringLiteral(", ") + tokenAt(session, sweep.clean, where.position);
        const auto p = static_cast<std::size_t>(where.position.value());
        if (p < sweep.corrupted.size() && sweep.corrupted[p] != sweep.clean[p])
            line += QStringLiteral(" | \u201c%1\u201d").arg(session.tokenText(sweep.corrupted[p]));
    }
    line += QObject::tr("   normalised %1").arg(formatNumber(at(sweep.normalised, cell), 3));
    if (shown.set)
        return line
            + QObject::tr(" (95 %: %1 to %2, n = %3)")
                  .arg(formatNumber(at(shown.set->low, cell), 3),
                      formatNumber(at(shown.set->high, cell), 3))
                  .arg(shown.set->items);
    return line + QObject::tr("   raw %1").arg(formatNumber(at(sweep.raw, cell), 3));
}

Table sweepTable(const Session& session, const SweepShown& shown)
{
    const PatchSweep& sweep = shown.sweep;
    Table table;
    table.columns = QStringList{"layer", "position", "token", "head", "normalised"};
    if (shown.set)
        table.columns << "low"
                      << "high";
    else
        table.columns << "raw";
    for (int row = 0; row < sweep.layers; ++row) {
        for (int column = 0; column < static_cast<int>(sweep.normalised.columns()); ++column) {
            const Cell cell{row, column};
            const SweepCell where = sweepCell(sweep, cell);
            const bool placed = where.position.valid();
            std::vector<Table::Value> line{double(row)};
            line.emplace_back(placed ? Table::Value(double(where.position.value())) : QString());
            line.emplace_back(placed ? session.tokenText(
                                  sweep.clean[static_cast<std::size_t>(where.position.value())])
                                     : QString());
            line.emplace_back(
                where.head.valid() ? Table::Value(double(where.head.value())) : QString());
            line.emplace_back(at(sweep.normalised, cell));
            if (shown.set) {
                line.emplace_back(at(shown.set->low, cell));
                line.emplace_back(at(shown.set->high, cell));
            } else {
                line.emplace_back(at(sweep.raw, cell));
            }
            table.rows.push_back(std::move(line));
        }
    }
    return table;
}

Edit sweepEdit(Model& model, const PatchSweep& sweep, const Prompt& source, const SweepCell& cell)
{
    const Site site{sweepPoint(sweep.sweep), cell.layer, cell.head};
    Subject subject;
    subject.prompt = source;
    if (cell.position.valid())
        return patchFrom(model, subject, site, cell.position, site, cell.position);
    Edit edit;
    edit.site = site;
    edit.operation = Operation::Patch;
    edit.values = model.run(subject.request({site})).at(site);
    edit.source = "patch from: " + source.text;
    return edit;
}

} // namespace microtome
