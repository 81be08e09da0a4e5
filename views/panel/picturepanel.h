#pragma once

#include "views/canvas/picturewidget.h"
#include "views/session/session.h"

#include <nlohmann/json_fwd.hpp>

class QLabel;
class QVBoxLayout;

namespace microtome {

class ScaleLine;
class TitleLine;
class Words;

/// One picture of a view under a title line of its own, with its colour scale and controls at the
/// right. A sentence stands in its place while there is nothing to show.
class PicturePanel : public QWidget {
    Q_OBJECT
public:
    PicturePanel(const QString& title, const Session&, QWidget* parent = nullptr);

    /// Without a title there is no title line; the scale is then for the view's own.
    void setTitle(const QString&);
    QString title() const;
    QWidget* takeScale();

    /// Puts the scale under the picture, where the title line has no room for it.
    void setScaleBelow();
    void setSubtitle(const QString&);
    QString subtitle() const;
    Words* addWords(const QString& accessibleName, const QStringList& words, int active = 0);
    void addControl(QWidget*);

    /// A line of widgets between the title and the picture.
    void addLine(QWidget*);

    void setPicture(std::shared_ptr<Picture>, PictureWidget::Fit = PictureWidget::Fit::Whole);
    const std::shared_ptr<Picture>& picture() const { return m_picture; }
    void setSentence(const QString&); ///< instead of a picture
    QString sentence() const;

    /// Marks the focus and the pins, and scrolls to the focus when it is another one than before.
    void mark(std::optional<Cell> focus, std::vector<PinnedCell> pins = {});

    PictureWidget& canvas() const { return *m_canvas; }
    void applyTheme();

    nlohmann::json scroll() const;
    void setScroll(const nlohmann::json&);

signals:
    void clicked(microtome::Cell cell, Qt::KeyboardModifiers modifiers);
    void hovered(std::optional<microtome::Cell> cell);

    /// The mouse moved over a cell with Shift held, or an arrow key asks for a cell.
    void scrubbed(microtome::Cell cell);

    /// A cell is being dragged outside of this picture, and was let go at a point of the screen.
    void carrying(microtome::Cell cell, QPoint global);
    void carried(microtome::Cell cell, QPoint global);

    /// Somebody works with this panel: it is the one that is meant by "export the figure".
    void used();

protected:
    bool eventFilter(QObject*, QEvent*) override;

private:
    const Session& m_session;
    TitleLine* m_titleLine;
    ScaleLine* m_scale;
    PictureWidget* m_canvas;
    QLabel* m_sentence;
    QVBoxLayout* m_column;
    int m_lines = 0;
    std::shared_ptr<Picture> m_picture;
    std::optional<Cell> m_carried;
};

} // namespace microtome
