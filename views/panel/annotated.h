#pragma once

#include "views/canvas/picture.h"

#include <functional>
#include <memory>

namespace microtome {

/// What is said about a regular grid of cells beyond its picture.
struct Annotations {
    int rows = 0;
    int columns = 0;
    std::function<QString(const Cell&)> describe = {}; ///< the hover text instead of the picture's
    std::function<bool(const Cell&)> inside = {}; ///< cells outside stand back; the border is drawn
    std::vector<Cell> ringed = {}; ///< marked with a ring in the warning colour
};

/// A picture of a regular grid with a border around some of its cells, the rest standing back,
/// rings on single ones, and words of its own for each.
class AnnotatedPicture final : public Picture {
public:
    AnnotatedPicture(std::shared_ptr<Picture> inner, Annotations annotations);

    void paint(QPainter&, const QRectF& area, const Style&) const override;
    std::optional<Cell> hit(QPointF, const QRectF& area, const Style&) const override;
    QRectF cellRect(const Cell&, const QRectF& area, const Style&) const override;
    QSizeF preferredSize(const Style&) const override;
    std::vector<Label> labels(const QRectF& area, const Style&) const override;
    Cell neighbour(const Cell&, int right, int down) const override;
    QString describe(const Cell&) const override;
    Table table() const override;
    QMarginsF heads(const QRectF& area, const Style&) const override;
    std::optional<ColourRange> range() const override { return m_inner->range(); }

    const Picture& inner() const { return *m_inner; }
    const Annotations& annotations() const { return m_annotations; }

private:
    bool isInside(int row, int column) const;
    void paintBorder(QPainter&, const QRectF& area, const Style&) const;
    void paintRings(QPainter&, const QRectF& area, const Style&) const;

    std::shared_ptr<Picture> m_inner;
    Annotations m_annotations;
};

} // namespace microtome
