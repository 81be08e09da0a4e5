#include "views/panel/seen.h"

#include "views/panel/annotated.h"
#include "views/session/session.h"

#include <nlohmann/json.hpp>

namespace microtome {

namespace {

struct Span {
    int first = 0;
    int end = 0;
};

Axis part(const Axis& axis, Span span)
{
    Axis cut = axis;
    if (!axis.labels.isEmpty())
        cut.labels = axis.labels.mid(span.first, span.end - span.first);
    return cut;
}

/// The cells between the corners of what is seen of the body.
std::pair<Span, Span> seenCells(const MatrixData& data, const PictureWidget& widget)
{
    Span rows{0, static_cast<int>(data.values.rows())};
    Span columns{0, static_cast<int>(data.values.columns())};
    const auto seen = [&](int row, int column) { return !widget.rectOf({row, column}).isEmpty(); };
    // A cell is looked for along one row and one column that are seen.
    const QPoint middle = widget.viewport()->rect().center();
    const auto centre = widget.cellAt(middle);
    if (!centre || centre->row < 0 || centre->column < 0)
        return {rows, columns};
    while (rows.first < centre->row && !seen(rows.first, centre->column))
        ++rows.first;
    while (rows.end > centre->row + 1 && !seen(rows.end - 1, centre->column))
        --rows.end;
    while (columns.first < centre->column && !seen(centre->row, columns.first))
        ++columns.first;
    while (columns.end > centre->column + 1 && !seen(centre->row, columns.end - 1))
        --columns.end;
    return {rows, columns};
}

Provenance provenanceOf(const Session& session, const FigureWords& words)
{
    Provenance p;
    const ModelInfo& info = session.info();
    p.model = info.path.empty() ? info.name : info.path;
    p.weightHash = info.hash;
    p.tokenizerHash = info.tokenizerHash;
    p.prompt = session.prompt().text;
    p.ids = session.prompt().ids;
    p.bos = session.prompt().bos;
    p.site = words.site;
    p.method = words.method;
    p.parametersJson = words.parameters.is_object() ? words.parameters.dump() : "{}";
    p.dtype = info.dtype;
    p.device = info.device;
    p.threads = info.threads;
    p.blas = info.blas;
    p.seed = session.settings().seed;
    p.date = Provenance::now();
    p.view = words.view.toStdString();
    p.viewStateJson = words.viewState.is_object() ? words.viewState.dump() : "{}";
    return p;
}

} // namespace

MatrixData seenPart(const MatrixData& data, const PictureWidget& widget)
{
    if (data.values.empty())
        return data;
    const auto [rows, columns] = seenCells(data, widget);
    const auto count = static_cast<std::size_t>(columns.end - columns.first);
    if (rows.first == 0 && columns.first == 0 && rows.end == static_cast<int>(data.values.rows())
        && columns.end == static_cast<int>(data.values.columns()))
        return data;
    MatrixData cut = data;
    cut.rows = part(data.rows, rows);
    cut.columns = part(data.columns, columns);
    cut.texts.clear();
    std::vector<float> values;
    for (int row = rows.first; row < rows.end; ++row) {
        for (int column = columns.first; column < columns.end; ++column) {
            const auto r = static_cast<std::size_t>(row);
            const auto c = static_cast<std::size_t>(column);
            const bool empty = data.triangular && column > row;
            values.push_back(empty ? std::numeric_limits<float>::quiet_NaN() : data.values(r, c));
            if (!data.texts.empty())
                cut.texts.push_back(data.texts[r * data.values.columns() + c]);
        }
    }
    cut.triangular = false;
    cut.marked = data.marked < 0 ? -1 : data.marked - columns.first;
    cut.values = Matrix(static_cast<std::size_t>(rows.end - rows.first), count, std::move(values));
    return cut;
}

std::shared_ptr<const FigureScene> figureOf(
    const Session& session, const PictureWidget& widget, const FigureWords& words)
{
    std::shared_ptr<const Picture> picture = widget.picture();
    if (!picture || !session.hasModel())
        return nullptr;
    if (const auto* matrix = dynamic_cast<const MatrixPicture*>(picture.get())) {
        MatrixData part = seenPart(matrix->data(), widget);
        if (part.values.size() != matrix->data().values.size())
            picture = std::make_shared<MatrixPicture>(std::move(part));
    }
    auto scene = std::make_shared<FigureScene>(picture, provenanceOf(session, words));
    scene->title = words.title;
    scene->caption = words.caption;
    return scene;
}

} // namespace microtome
