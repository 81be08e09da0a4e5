#pragma once

#include "views/session/session.h"
#include "views/style/style.h"

#include <QWidget>

namespace microtome {

/// The prompt as chips in one line, keyed by position: hover and click are the token's focus.
/// Paints only what can be seen; wheel and focus scroll it.
class Chips : public QWidget {
    Q_OBJECT
public:
    explicit Chips(Session&, QWidget* parent = nullptr);

    void rebuild(); ///< other tokens, other fonts
    void reveal(Position);

    QRect chipRect(Position) const; ///< in this widget, as scrolled
    Position positionAt(QPoint) const; ///< invalid beside the chips
    int count() const { return static_cast<int>(m_texts.size()); }
    const QString& text(Position p) const { return m_texts[static_cast<qsizetype>(p.value())]; }
    int contentWidth() const { return m_edges.empty() ? 0 : m_edges.back(); }

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {80, 28}; }

signals:
    void editWished();

protected:
    void paintEvent(QPaintEvent*) override;
    void mouseMoveEvent(QMouseEvent*) override;
    void mousePressEvent(QMouseEvent*) override;
    void mouseDoubleClickEvent(QMouseEvent*) override;
    void leaveEvent(QEvent*) override;
    void wheelEvent(QWheelEvent*) override;
    void keyPressEvent(QKeyEvent*) override;
    void resizeEvent(QResizeEvent*) override;

private:
    void scrollTo(int offset);
    void paintChip(QPainter&, int index, const Style&) const;

    Session& m_session;
    QStringList m_texts;
    std::vector<int> m_edges; ///< right edge of each chip and its gap, unscrolled
    int m_offset = 0;
};

} // namespace microtome
