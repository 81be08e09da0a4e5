#pragma once

#include <QBrush>
#include <QPaintEngine>
#include <QPainterPath>
#include <QPen>

namespace microtome {

/// Writes what a QPainter draws as elements of SVG 1.1. Solid brushes and pens only: pictures use
/// no others. Everything is clipped by groups that carry a clip path.
class SvgEngine final : public QPaintEngine {
public:
    SvgEngine();

    bool begin(QPaintDevice* device) override;
    bool end() override;
    void updateState(const QPaintEngineState& now) override;
    void drawPath(const QPainterPath& path) override;
    void drawRects(const QRectF* rects, int count) override;
    void drawLines(const QLineF* lines, int count) override;
    void drawEllipse(const QRectF& rect) override;
    void drawPolygon(const QPointF* points, int count, PolygonDrawMode mode) override;
    void drawPixmap(const QRectF& target, const QPixmap& pixmap, const QRectF& source) override;
    void drawImage(const QRectF& target, const QImage& image, const QRectF& source,
        Qt::ImageConversionFlags flags) override;
    void drawTextItem(const QPointF& at, const QTextItem& item) override;
    Type type() const override { return User; }

    QByteArray definitions() const;
    const QByteArray& body() const { return m_body; }

private:
    void clip(Qt::ClipOperation operation, const QPainterPath& path);
    void useClip();
    void element(const QByteArray& start, bool filled, bool stroked = true);
    QByteArray fill() const;
    QByteArray stroke() const;
    QByteArray placement() const;

    QByteArray m_body;
    QByteArray m_clips;
    int m_clipCount = 0;
    bool m_clipped = false; // by m_clip, in device coordinates
    QPainterPath m_clip;
    bool m_grouped = false; // a group with m_clip is open
    bool m_clipChanged = false;
    QTransform m_transform;
    QPen m_pen;
    QBrush m_brush;
    QFont m_font;
    double m_opacity = 1;
};

} // namespace microtome
