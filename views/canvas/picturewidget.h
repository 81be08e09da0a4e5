#pragma once

#include "views/canvas/picture.h"

#include <QAbstractScrollArea>
#include <QPixmap>

#include <memory>

namespace microtome {

/// Shows one picture and tells what the mouse and the keys mean in its cells. The picture is
/// painted once into a pixmap; hovering paints over it. Heads of rows and columns stay while the
/// rest scrolls.
class PictureWidget : public QAbstractScrollArea {
    Q_OBJECT

public:
    enum class Fit {
        Whole, ///< the picture takes the room there is
        Scrolled ///< the picture takes at least its preferred size
    };

    explicit PictureWidget(QWidget* parent = nullptr);

    /// Shows `picture`, or nothing; also after its focus or pins were changed.
    void setPicture(std::shared_ptr<const Picture> picture);
    const std::shared_ptr<const Picture>& picture() const { return m_picture; }

    /// What to paint with; its resolution is that of the screen the widget is on.
    void setLook(const Style& look);
    const Style& look() const { return m_look; }

    void setFit(Fit fit);

    /// Marks a cell as if the mouse were over it: hovering in one view is seen in all.
    void setHover(std::optional<Cell> cell);
    const std::optional<Cell>& hover() const { return m_hover; }

    /// The cell under a point of the viewport.
    std::optional<Cell> cellAt(QPoint point) const;

    /// Where a cell is in the viewport; empty while it is scrolled away.
    QRectF rectOf(const Cell& cell) const;

    /// Scrolls until a cell is seen.
    void reveal(const Cell& cell);

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;

signals:
    /// The cell under the mouse changed; nothing when it left the cells.
    void hovered(std::optional<microtome::Cell> cell);
    void clicked(microtome::Cell cell, Qt::KeyboardModifiers modifiers);
    void doubleClicked(microtome::Cell cell);
    /// A cell was dragged onto another.
    void dragged(microtome::Cell from, microtome::Cell to);
    /// An arrow key asks for the focus to go to `cell`.
    void moved(microtome::Cell cell);

protected:
    void paintEvent(QPaintEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void scrollContentsBy(int dx, int dy) override;
    bool viewportEvent(QEvent* event) override;
    void mouseMoveEvent(QMouseEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;
    void mouseReleaseEvent(QMouseEvent* event) override;
    void mouseDoubleClickEvent(QMouseEvent* event) override;
    void keyPressEvent(QKeyEvent* event) override;
    void changeEvent(QEvent* event) override;

private:
    /// A part of the viewport and how far its picture is scrolled there.
    struct Pane {
        QRectF rect;
        QPointF scroll;
    };

    std::vector<Pane> panes() const;
    QRectF area() const;
    void arrange();
    void repaintPicture();
    void paintPicture();
    void paintTag(QPainter& painter, const QRectF& cell) const;
    void hoverOver(std::optional<Cell> cell);
    void describeFocus();

    std::shared_ptr<const Picture> m_picture;
    Style m_look;
    Fit m_fit = Fit::Whole;
    std::optional<Cell> m_hover;
    std::optional<Cell> m_pressed;
    QPixmap m_painted;
    QSizeF m_size;
};

} // namespace microtome

Q_DECLARE_METATYPE(microtome::Cell)
Q_DECLARE_METATYPE(std::optional<microtome::Cell>)
