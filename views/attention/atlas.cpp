#include "views/attention/atlas.h"

#include "core/analysis/bundle.h"
#include "views/panel/naming.h"
#include "views/style/number.h"

namespace microtome {

namespace {

const std::array<HeadScore, headScoreCount> allScores = {HeadScore::Previous, HeadScore::Duplicate,
    HeadScore::Induction, HeadScore::Sink, HeadScore::Self, HeadScore::Entropy};

Matrix stacked(const HeadScores& scores)
{
    std::vector<float> values;
    for (const Matrix& m : scores.scores)
        values.insert(values.end(), m.values().begin(), m.values().end());
    const Matrix& first = scores.scores.front();
    return {first.rows() * headScoreCount, first.columns(), std::move(values)};
}

Prompt promptOf(const Model& model, const PromptField& field)
{
    return field.byIds ? model.prompt(field.ids) : model.prompt(field.text);
}

} // namespace

QStringList headScoreWords()
{
    return {QObject::tr("Previous"), QObject::tr("Duplicate"), QObject::tr("Induction"),
        QObject::tr("Sink"), QObject::tr("Self"), QObject::tr("Entropy")};
}

std::optional<std::pair<double, double>> Atlas::interval(HeadScore kind, int layer, int head) const
{
    if (!set)
        return {};
    const std::size_t row = static_cast<std::size_t>(kind) * scores.scores.front().rows()
        + static_cast<std::size_t>(layer);
    const auto column = static_cast<std::size_t>(head);
    return std::pair(double(set->low(row, column)), double(set->high(row, column)));
}

Bundle Atlas::toBundle() const
{
    Bundle bundle = scores.toBundle();
    if (set) {
        const Bundle more = set->toBundle();
        bundle.fields["set"] = more.fields;
        for (const auto& [name, matrix] : more.matrices)
            bundle.matrices["set." + name] = matrix;
    }
    return bundle;
}

Atlas Atlas::fromBundle(const Bundle& bundle)
{
    Atlas atlas;
    atlas.scores = HeadScores::fromBundle(bundle);
    if (bundle.fields.contains("set")) {
        Bundle more;
        more.fields = bundle.fields["set"];
        for (const auto& [name, matrix] : bundle.matrices)
            if (name.starts_with("set."))
                more.matrices[name.substr(4)] = matrix;
        atlas.set = AveragedScore::fromBundle(more);
    }
    return atlas;
}

Atlas atlasOver(Model& model, const PromptSet& set, const Edits& edits, const Progress& progress)
{
    if (set.items.empty())
        throw Error("The prompt set holds no prompts; choose another file.");
    Atlas atlas;
    atlas.set = averageOver(
        set.items.size(),
        [&](std::size_t i) {
            Subject subject;
            subject.prompt = promptOf(model, set.items[i].clean);
            subject.edits = edits;
            atlas.scores = headScores(model, subject);
            return stacked(atlas.scores);
        },
        progress);
    const std::size_t layers = atlas.scores.scores.front().rows();
    const std::size_t heads = atlas.scores.scores.front().columns();
    for (std::size_t k = 0; k < headScoreCount; ++k) {
        const auto all = atlas.set->mean.values();
        const auto part = all.subspan(k * layers * heads, layers * heads);
        atlas.scores.scores[k]
            = Matrix(layers, heads, std::vector<float>(part.begin(), part.end()));
    }
    atlas.scores.sequences = static_cast<int>(set.items.size());
    return atlas;
}

MatrixData atlasGrid(const Atlas& atlas, HeadScore kind)
{
    MatrixData data;
    data.values = atlas.scores.of(kind);
    data.rows = numberAxis(static_cast<int>(data.values.rows()), QObject::tr("layer"));
    data.columns = numberAxis(static_cast<int>(data.values.columns()), QObject::tr("head"));
    const QString name = QString::fromLatin1(headScoreName(kind));
    data.range = kind == HeadScore::Entropy ? ColourRange::robust(ColourRange::Kind::Magnitude,
                     data.values.values(), QObject::tr("entropy, nats"))
                                            : ColourRange::magnitude(0, 1, name);
    data.rowsUpwards = true;
    data.largestCell = {48, 28};
    for (const float value : data.values.values())
        data.texts.push_back(formatNumber(double(value), 2));
    return data;
}

QString atlasWords(const Atlas& atlas)
{
    const HeadScores& s = atlas.scores;
    if (s.synthetic)
        return QObject::tr("%1 random tokens twice%2, %3 sequences, seed %4")
            .arg(s.repeated)
            .arg(s.bos ? QObject::tr(" after BOS") : QString())
            .arg(s.sequences)
            .arg(s.seed);
    if (atlas.set)
        return QObject::tr("mean of %1 prompts").arg(atlas.set->items);
    return QObject::tr("this prompt, %1 tokens").arg(s.length);
}

QString atlasLine(const Atlas& atlas, HeadScore kind, const Cell& cell)
{
    const auto row = static_cast<std::size_t>(cell.row);
    const auto column = static_cast<std::size_t>(cell.column);
    QString line = QStringLiteral("%1  %2 %3")
                       .arg(headName(Layer(cell.row), Head(cell.column)),
                           QString::fromLatin1(headScoreName(kind)),
                           formatNumber(double(atlas.scores.of(kind)(row, column)), 3));
    if (const auto range = atlas.interval(kind, cell.row, cell.column))
        line += QObject::tr(" (95 %: %1 to %2, n = %3)")
                    .arg(formatNumber(range->first, 3), formatNumber(range->second, 3))
                    .arg(atlas.set->items);
    for (const HeadScore other : allScores)
        if (other != kind)
            line += QStringLiteral("  %1 %2").arg(QString::fromLatin1(headScoreName(other)),
                formatNumber(double(atlas.scores.of(other)(row, column)), 2));
    return line;
}

Table atlasTable(const Atlas& atlas)
{
    Table table;
    table.columns = QStringList{"layer", "head"};
    for (const HeadScore kind : allScores) {
        const QString name = QString::fromLatin1(headScoreName(kind));
        table.columns << name;
        if (atlas.set)
            table.columns << name + " low" << name + " high";
    }
    const Matrix& shape = atlas.scores.scores.front();
    for (std::size_t layer = 0; layer < shape.rows(); ++layer) {
        for (std::size_t head = 0; head < shape.columns(); ++head) {
            std::vector<Table::Value> line{double(layer), double(head)};
            for (const HeadScore kind : allScores) {
                line.emplace_back(double(atlas.scores.of(kind)(layer, head)));
                if (const auto range
                    = atlas.interval(kind, static_cast<int>(layer), static_cast<int>(head))) {
                    line.emplace_back(range->first);
                    line.emplace_back(range->second);
                }
            }
            table.rows.push_back(std::move(line));
        }
    }
    return table;
}

} // namespace microtome
