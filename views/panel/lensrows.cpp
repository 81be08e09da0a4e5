#include "views/panel/lensrows.h"

#include "views/panel/naming.h"
#include "views/style/number.h"

#include <QHash>

namespace microtome {

QString lensRowName(const Lens& lens, std::size_t row)
{
    const Site& site = lens.rows.at(row);
    if (row + 1 == lens.rows.size())
        return QObject::tr("out");
    if (site.point == Point::ResidPre)
        return QObject::tr("emb");
    if (site.point == Point::ResidMid)
        return QObject::tr("%1 mid").arg(site.layer.value());
    return QString::number(site.layer.value());
}

Axis lensRows(const Lens& lens, bool withKl)
{
    Axis axis;
    for (std::size_t row = 0; row < lens.rows.size(); ++row) {
        QString name = lensRowName(lens, row);
        if (withKl) {
            double sum = 0;
            for (const float kl : lens.kl.row(row))
                sum += static_cast<double>(kl);
            name = QObject::tr("%1  KL %2")
                       .arg(name, formatNumber(sum / static_cast<double>(lens.columns()), 2));
        }
        axis.labels << name;
    }
    return axis;
}

std::optional<std::size_t> lensRowOf(const Lens& lens, const Focus& focus)
{
    if (!focus.layer.valid())
        return {};
    const bool cell = focus.kind == Focus::Kind::Cell;
    const bool mid = cell && focus.point == Point::ResidMid;
    const bool before = cell && focus.point == Point::ResidPre;
    const int layer = focus.layer.value() - (before ? 1 : 0);
    std::optional<std::size_t> found;
    for (std::size_t row = 0; row < lens.rows.size(); ++row) {
        const Site& site = lens.rows[row];
        if (site.point == Point::ResidMid) {
            if (mid && site.layer == focus.layer)
                return row;
        } else if (site.point == Point::ResidPre) {
            if (layer < 0)
                return row;
        } else if (site.layer.value() <= std::max(layer, 0)) {
            found = row;
        }
    }
    return found;
}

Focus lensFocus(const Lens& lens, std::size_t row, std::size_t column, TokenId token)
{
    const Site& site = lens.rows.at(row);
    return Focus::atCell(site.layer, lens.positions.at(column), token, site.point);
}

Matrix topProbability(const Lens& lens)
{
    std::vector<float> values;
    values.reserve(lens.rows.size() * lens.columns());
    for (std::size_t row = 0; row < lens.rows.size(); ++row)
        for (std::size_t column = 0; column < lens.columns(); ++column)
            values.push_back(static_cast<float>(
                lens.probability(row, column, lens.topLogits(row * lens.columns() + column, 0))));
    return {lens.rows.size(), lens.columns(), std::move(values)};
}

MatrixData topTokenGrid(const Session& session, const Lens& lens)
{
    MatrixData data;
    data.values = topProbability(lens);
    data.rows = lensRows(lens);
    data.columns = tokenAxis(session, lens.ids, lens.positions);
    data.range = ColourRange::magnitude(0, 1, QObject::tr("probability"));
    data.rowsUpwards = true;
    data.decimals = 3;
    // The same few tokens stand in many cells: each is spelled once.
    QHash<TokenId, QString> spelled;
    const std::size_t cells = lens.rows.size() * lens.columns();
    data.texts.reserve(cells);
    for (std::size_t cell = 0; cell < cells; ++cell) {
        const TokenId id = lens.topIds[cell * static_cast<std::size_t>(lens.topK)];
        auto it = spelled.find(id);
        if (it == spelled.end())
            it = spelled.insert(id, cellText(session, id));
        data.texts.push_back(*it);
    }
    return data;
}

} // namespace microtome
