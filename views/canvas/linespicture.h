#pragma once

#include "core/model/matrix.h"
#include "views/canvas/picture.h"

namespace microtome {

/// Attention as lines between two columns of the same text: from the token that attends (left, the
/// matrix's row) to the one attended to (right, its column).
struct LinesData {
    Matrix weights; ///< rows x columns, from x to
    QStringList from; ///< as displayToken() writes them
    QStringList to;
    float threshold = 0.05F; ///< weaker lines are left out
    ColourRange range = ColourRange::magnitude(0, 1);
};

/// The lines, at most `mostLines` of the strongest, the weak below the strong, in opaque colours.
/// With a focus ({row, -1}: a token at the left, {-1, column}: one at the right) only its lines
/// keep their colour.
class LinesPicture final : public Picture {
public:
    explicit LinesPicture(LinesData data);

    void paint(QPainter&, const QRectF& area, const Style&) const override;
    std::optional<Cell> hit(QPointF, const QRectF& area, const Style&) const override;
    QRectF cellRect(const Cell&, const QRectF& area, const Style&) const override;
    QSizeF preferredSize(const Style&) const override;
    std::vector<Label> labels(const QRectF& area, const Style&) const override;
    Cell neighbour(const Cell&, int right, int down) const override;
    QString describe(const Cell&) const override;
    Table table() const override;
    std::optional<ColourRange> range() const override { return m_data.range; }

    /// A line: from, to, weight.
    struct Line {
        int from = 0;
        int to = 0;
        float weight = 0;
    };

    /// The lines drawn, weakest first.
    const std::vector<Line>& lines() const { return m_lines; }

    static constexpr std::size_t mostLines = 2000;

private:
    struct Columns;

    Columns columns(const QRectF& area, const Style&) const;
    void paintLines(QPainter&, const Columns&, const QRectF& visible, const Style&) const;
    int longest() const;

    LinesData m_data;
    std::vector<Line> m_lines;
};

} // namespace microtome
