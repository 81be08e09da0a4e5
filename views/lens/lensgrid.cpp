#include "views/lens/lensgrid.h"

#include "views/panel/lensrows.h"
#include "views/panel/naming.h"
#include "views/session/session.h"
#include "views/style/number.h"

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

/// log10 of a rank from 1 on, negative so that the best is the darkest.
float rankColour(float rank)
{
    return -std::log10(rank + 1);
}

Matrix mapped(const Matrix& m, float (*f)(float))
{
    std::vector<float> values(m.values().begin(), m.values().end());
    std::ranges::transform(values, values.begin(), f);
    return {m.rows(), m.columns(), std::move(values)};
}

Matrix none(const Lens& lens)
{
    return Matrix::filled(lens.rows.size(), lens.columns(), NAN);
}

Matrix valuesOf(const LensShown& s)
{
    const auto token = trackedIndex(*s.lens, s.token);
    switch (s.measure) {
    case LensMeasure::Probability:
        return s.change ? s.change->probability : topProbability(*s.lens);
    case LensMeasure::Entropy:
        return s.change ? s.change->entropy : s.lens->entropy;
    case LensMeasure::Kl:
        return s.change ? s.change->kl : s.lens->kl;
    case LensMeasure::Rank:
        if (!token)
            return none(*s.lens);
        return s.change ? s.change->ranks[*token]
                        : mapped(s.lens->trackedRanks[*token], rankColour);
    }
    return {};
}

ColourRange rangeOf(const Session& session, const LensShown& s, const Matrix& values)
{
    using Kind = ColourRange::Kind;
    const bool signedChange = s.change && s.measure != LensMeasure::Kl;
    const Kind kind = signedChange ? Kind::Diverging : Kind::Magnitude;
    switch (s.measure) {
    case LensMeasure::Probability:
        return s.change ? ColourRange::robust(kind, values.values(), QObject::tr("Δ probability"))
                        : ColourRange::magnitude(0, 1, QObject::tr("probability"));
    case LensMeasure::Entropy:
        return ColourRange::robust(kind, values.values(),
            s.change ? QObject::tr("Δ entropy, nats") : QObject::tr("entropy, nats"));
    case LensMeasure::Kl:
        return ColourRange::robust(kind, values.values(),
            s.change ? QObject::tr("KL(reference ‖ edited), nats")
                     : QObject::tr("KL(output ‖ cell), nats"));
    case LensMeasure::Rank:
        break;
    }
    if (s.change)
        return ColourRange::robust(kind, values.values(), QObject::tr("Δ rank"));
    const double vocabulary = std::max(10, session.architecture().vocabulary);
    return ColourRange::magnitude(-std::log10(vocabulary), 0, QObject::tr("−log₁₀ rank"));
}

} // namespace

QStringList lensMeasureWords()
{
    return {
        QObject::tr("Probability"), QObject::tr("Entropy"), QObject::tr("KL"), QObject::tr("Rank")};
}

std::optional<std::size_t> trackedIndex(const Lens& lens, TokenId id)
{
    const auto it = std::ranges::find(lens.tracked, id);
    if (id < 0 || it == lens.tracked.end())
        return {};
    return static_cast<std::size_t>(it - lens.tracked.begin());
}

MatrixData lensGrid(const Session& session, const LensShown& s)
{
    MatrixData data = topTokenGrid(session, *s.lens);
    data.values = valuesOf(s);
    data.rows = lensRows(*s.lens, s.rowKl);
    data.range = rangeOf(session, s, data.values);
    return data;
}

QString lensLine(const Session& session, const LensShown& s, std::size_t row, std::size_t column)
{
    const Lens& lens = *s.lens;
    QStringList best;
    for (const Lens::Entry& e : lens.top(row, column))
        best << QStringLiteral("%1 %2").arg(
            session.tokenText(e.id), formatNumber(e.probability, 3));
    QString line
        = QObject::tr("layer %1, %2   %3")
              .arg(lensRowName(lens, row), tokenAt(session, lens.ids, lens.positions.at(column)),
                  best.join(QStringLiteral("  ")));
    if (s.change)
        line += QObject::tr("   Δp %1  KL %2")
                    .arg(formatNumber(
                             static_cast<double>(s.change->probability(row, column)), 3, true),
                        formatNumber(static_cast<double>(s.change->kl(row, column)), 3));
    QStringList ranks;
    for (const TokenId id : session.selection().pinnedTokens())
        if (const auto t = trackedIndex(lens, id))
            ranks << QObject::tr("%1 rank %2")
                         .arg(session.tokenText(id),
                             QString::number(
                                 static_cast<int>(lens.trackedRanks[*t](row, column)) + 1));
    if (!ranks.isEmpty())
        line += QStringLiteral("   ") + ranks.join(QStringLiteral("  "));
    return line;
}

Table lensTable(const Session& session, const LensShown& s)
{
    const Lens& lens = *s.lens;
    Table table;
    table.columns = QStringList{"row", "position", "token", "place", "id", "piece", "logit",
        "probability", "entropy", "kl"};
    for (const TokenId id : lens.tracked)
        table.columns << QObject::tr("rank of %1 (%2)").arg(session.tokenText(id)).arg(id);
    if (s.change)
        table.columns << "probability change"
                      << "kl to reference"
                      << "entropy change";
    for (std::size_t row = lens.rows.size(); row-- > 0;) {
        for (std::size_t column = 0; column < lens.columns(); ++column) {
            const int p = lens.positions[column].value();
            int place = 0;
            for (const Lens::Entry& e : lens.top(row, column)) {
                std::vector<Table::Value> line{lensRowName(lens, row), double(p),
                    session.tokenText(lens.ids[static_cast<std::size_t>(p)]), double(++place),
                    double(e.id), session.tokenText(e.id), double(e.logit), e.probability,
                    double(lens.entropy(row, column)), double(lens.kl(row, column))};
                for (const Matrix& ranks : lens.trackedRanks)
                    line.emplace_back(double(ranks(row, column)) + 1);
                if (s.change) {
                    line.emplace_back(double(s.change->probability(row, column)));
                    line.emplace_back(double(s.change->kl(row, column)));
                    line.emplace_back(double(s.change->entropy(row, column)));
                }
                table.rows.push_back(std::move(line));
            }
        }
    }
    return table;
}

} // namespace microtome
