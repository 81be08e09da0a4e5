#pragma once

#include "views/canvas/label.h"
#include "views/canvas/table.h"
#include "views/style/colourscale.h"

#include <QMarginsF>
#include <QPointF>
#include <QSizeF>

#include <optional>
#include <vector>

namespace microtome {

/// A place in a picture: row and column of the table behind it. A row of -1 is the head of a
/// column, a column of -1 the head of a row.
struct Cell {
    int row = -1;
    int column = -1;

    bool operator==(const Cell&) const = default;
};

/// A pinned cell and which of the eight pins it has.
struct PinnedCell {
    Cell cell;
    int pin = 0;
};

/// A drawing of plain data that paints itself into any area, on screen as in a file, and answers
/// what lies under a point. It knows no session; what it shows of one is its focus and its pins.
class Picture {
public:
    virtual ~Picture() = default;

    /// Paints into `area`; where the painter is clipped, only what can be seen is worked on.
    virtual void paint(QPainter& painter, const QRectF& area, const Style& style) const = 0;

    /// The cell, or head of a row or column, under a point of a picture painted into `area`.
    virtual std::optional<Cell> hit(
        QPointF point, const QRectF& area, const Style& style) const = 0;

    /// Where a cell is painted; empty for what is no cell of this picture.
    virtual QRectF cellRect(const Cell& cell, const QRectF& area, const Style& style) const = 0;

    /// The size at which everything can be read.
    virtual QSizeF preferredSize(const Style& style) const = 0;

    /// Every text that paint() draws into `area`.
    virtual std::vector<Label> labels(const QRectF& area, const Style& style) const = 0;

    /// The cell next to `from`, as arrow keys walk: `right` and `down` in cells; stays inside.
    virtual Cell neighbour(const Cell& from, int right, int down) const = 0;

    /// What a cell says, in one line: the hover text, and what a screen reader speaks.
    virtual QString describe(const Cell& cell) const = 0;

    /// Exactly the numbers shown.
    virtual Table table() const = 0;

    /// How wide the heads at each side are that stay in place while the rest scrolls.
    virtual QMarginsF heads(const QRectF& area, const Style& style) const;

    /// How much of `area`'s height paint() needs; pictures whose cells have a largest size leave
    /// some.
    virtual double usedHeight(const QRectF& area, const Style& style) const;

    /// Marks the cell under the mouse, over what paint() painted.
    virtual void paintHover(
        QPainter& painter, const QRectF& area, const Style& style, const Cell& cell) const;

    /// The colours' range, where colours carry numbers: a scale with the unit goes with it.
    virtual std::optional<ColourRange> range() const { return std::nullopt; }

    const std::optional<Cell>& focus() const { return m_focus; }
    void setFocus(std::optional<Cell> cell) { m_focus = cell; }
    const std::vector<PinnedCell>& pins() const { return m_pins; }
    void setPins(std::vector<PinnedCell> pins) { m_pins = std::move(pins); }

protected:
    /// Outlines of `width` pixels around cells of `rect`.
    static void outline(QPainter& painter, const QRectF& rect, const QColor& colour, double width);

    /// The dot of a pinned cell, with a rim of the page's colour so that it is seen on any cell.
    static void pinDot(QPainter& painter, QPointF centre, int pin, const Style& style);

    /// What of `area` the painter will show.
    static QRectF visibleOf(const QPainter& painter, const QRectF& area);

private:
    std::optional<Cell> m_focus;
    std::vector<PinnedCell> m_pins;
};

} // namespace microtome
