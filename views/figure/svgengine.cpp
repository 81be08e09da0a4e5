#include "views/figure/svgengine.h"

#include <QBuffer>
#include <QFontInfo>
#include <QImage>
#include <QPixmap>
#include <QRegion>

namespace microtome {

namespace {

QByteArray number(double value)
{
    QByteArray digits = QByteArray::number(value, 'f', 4);
    while (digits.endsWith('0'))
        digits.chop(1);
    if (digits.endsWith('.'))
        digits.chop(1);
    return digits == "-0" ? QByteArray("0") : digits;
}

QByteArray attribute(const char* name, double value)
{
    return QByteArray(" ") + name + "=\"" + number(value) + '"';
}

QByteArray rectangle(const QRectF& rect)
{
    return attribute("x", rect.left()) + attribute("y", rect.top())
        + attribute("width", rect.width()) + attribute("height", rect.height());
}

QByteArray point(double x, double y)
{
    return number(x) + ' ' + number(y);
}

QByteArray pathData(const QPainterPath& path)
{
    QByteArray data;
    for (int i = 0; i < path.elementCount(); ++i) {
        const auto e = path.elementAt(i);
        if (e.type == QPainterPath::MoveToElement)
            data += 'M' + point(e.x, e.y);
        else if (e.type == QPainterPath::LineToElement)
            data += 'L' + point(e.x, e.y);
        else if (e.type == QPainterPath::CurveToElement)
            data += 'C' + point(e.x, e.y);
        else
            data += ' ' + point(e.x, e.y);
    }
    return data;
}

/// Text for XML: escaped, without the controls that XML 1.0 has no place for.
QByteArray escaped(const QString& text)
{
    QString clean;
    for (const QChar c : text) {
        if (c.unicode() >= 0x20 && c.unicode() != 0xfffe && c.unicode() != 0xffff)
            clean += c;
    }
    return clean.toHtmlEscaped().toUtf8();
}

} // namespace

SvgEngine::SvgEngine()
    : QPaintEngine(PrimitiveTransform | PixmapTransform | PainterPaths | Antialiasing | AlphaBlend
        | ConstantOpacity | PaintOutsidePaintEvent)
{
}

bool SvgEngine::begin(QPaintDevice*)
{
    m_body.clear();
    m_clips.clear();
    m_clipCount = 0;
    m_clipped = m_grouped = m_clipChanged = false;
    return true;
}

bool SvgEngine::end()
{
    if (m_grouped)
        m_body += "</g>\n";
    m_grouped = false;
    return true;
}

QByteArray SvgEngine::definitions() const
{
    return m_clips.isEmpty() ? QByteArray() : "<defs>\n" + m_clips + "</defs>\n";
}

void SvgEngine::updateState(const QPaintEngineState& now)
{
    const auto dirty = now.state();
    if (dirty & DirtyTransform)
        m_transform = now.transform();
    if (dirty & DirtyPen)
        m_pen = now.pen();
    if (dirty & DirtyBrush)
        m_brush = now.brush();
    if (dirty & DirtyFont)
        m_font = now.font();
    if (dirty & DirtyOpacity)
        m_opacity = now.opacity();
    if (dirty & DirtyClipEnabled && !now.isClipEnabled())
        clip(Qt::NoClip, {});
    if (dirty & DirtyClipRegion) {
        QPainterPath path;
        path.addRegion(now.clipRegion());
        clip(now.clipOperation(), path);
    }
    if (dirty & DirtyClipPath)
        clip(now.clipOperation(), now.clipPath());
}

void SvgEngine::clip(Qt::ClipOperation operation, const QPainterPath& path)
{
    m_clipChanged = true;
    if (operation == Qt::NoClip) {
        m_clipped = false;
        return;
    }
    const QPainterPath placed = m_transform.map(path);
    m_clip = m_clipped && operation == Qt::IntersectClip ? m_clip.intersected(placed) : placed;
    m_clipped = true;
}

void SvgEngine::useClip()
{
    if (!m_clipChanged)
        return;
    m_clipChanged = false;
    if (m_grouped)
        m_body += "</g>\n";
    m_grouped = m_clipped;
    if (!m_clipped)
        return;
    const QByteArray id = "clip" + QByteArray::number(++m_clipCount);
    const char* const rule = m_clip.fillRule() == Qt::OddEvenFill ? "evenodd" : "nonzero";
    m_clips += "<clipPath id=\"" + id + "\"><path clip-rule=\"" + rule + "\" d=\""
        + pathData(m_clip) + "\"/></clipPath>\n";
    m_body += "<g clip-path=\"url(#" + id + ")\">\n";
}

QByteArray SvgEngine::fill() const
{
    if (m_brush.style() == Qt::NoBrush)
        return " fill=\"none\"";
    const QColor colour = m_brush.color();
    QByteArray text = " fill=\"" + colour.name().toUtf8() + '"';
    const double alpha = colour.alphaF() * m_opacity;
    return alpha < 1 ? text + attribute("fill-opacity", alpha) : text;
}

QByteArray SvgEngine::stroke() const
{
    if (m_pen.style() == Qt::NoPen)
        return {};
    QByteArray text = " stroke=\"" + m_pen.color().name().toUtf8() + '"'
        + attribute("stroke-width", m_pen.widthF() > 0 ? m_pen.widthF() : 1);
    const double alpha = m_pen.color().alphaF() * m_opacity;
    if (alpha < 1)
        text += attribute("stroke-opacity", alpha);
    if (m_pen.capStyle() != Qt::FlatCap)
        text += m_pen.capStyle() == Qt::RoundCap ? " stroke-linecap=\"round\""
                                                 : " stroke-linecap=\"square\"";
    if (m_pen.joinStyle() != Qt::MiterJoin)
        text += m_pen.joinStyle() == Qt::RoundJoin ? " stroke-linejoin=\"round\""
                                                   : " stroke-linejoin=\"bevel\"";
    if (m_pen.style() != Qt::SolidLine) {
        QByteArrayList dashes;
        for (const qreal dash : m_pen.dashPattern())
            dashes << number(dash * std::max(m_pen.widthF(), 1.0));
        text += " stroke-dasharray=\"" + dashes.join(',') + '"';
    }
    if (m_pen.isCosmetic())
        text += " vector-effect=\"non-scaling-stroke\"";
    return text;
}

QByteArray SvgEngine::placement() const
{
    const QTransform& t = m_transform;
    if (t.isIdentity())
        return {};
    if (t.type() == QTransform::TxTranslate)
        return " transform=\"translate(" + number(t.dx()) + ',' + number(t.dy()) + ")\"";
    QByteArrayList entries;
    for (double entry : {t.m11(), t.m12(), t.m21(), t.m22(), t.dx(), t.dy()})
        entries << number(entry);
    return " transform=\"matrix(" + entries.join(',') + ")\"";
}

void SvgEngine::element(const QByteArray& start, bool filled, bool stroked)
{
    const bool nothing
        = (!filled || m_brush.style() == Qt::NoBrush) && (!stroked || m_pen.style() == Qt::NoPen);
    if (nothing)
        return;
    useClip();
    m_body += '<' + start + (filled ? fill() : " fill=\"none\"")
        + (stroked ? stroke() : QByteArray()) + placement() + "/>\n";
}

void SvgEngine::drawPath(const QPainterPath& path)
{
    const char* const rule = path.fillRule() == Qt::OddEvenFill ? " fill-rule=\"evenodd\"" : "";
    element("path d=\"" + pathData(path) + '"' + rule, true);
}

void SvgEngine::drawRects(const QRectF* rects, int count)
{
    for (int i = 0; i < count; ++i)
        element("rect" + rectangle(rects[i]), true);
}

void SvgEngine::drawLines(const QLineF* lines, int count)
{
    for (int i = 0; i < count; ++i)
        element("line" + attribute("x1", lines[i].x1()) + attribute("y1", lines[i].y1())
                + attribute("x2", lines[i].x2()) + attribute("y2", lines[i].y2()),
            false);
}

void SvgEngine::drawEllipse(const QRectF& rect)
{
    element("ellipse" + attribute("cx", rect.center().x()) + attribute("cy", rect.center().y())
            + attribute("rx", rect.width() / 2) + attribute("ry", rect.height() / 2),
        true);
}

void SvgEngine::drawPolygon(const QPointF* points, int count, PolygonDrawMode mode)
{
    QByteArray list;
    for (int i = 0; i < count; ++i)
        list += (i > 0 ? " " : "") + number(points[i].x()) + ',' + number(points[i].y());
    if (mode == PolylineMode)
        element("polyline points=\"" + list + '"', false);
    else
        element(
            "polygon points=\"" + list + (mode == OddEvenMode ? "\" fill-rule=\"evenodd\"" : "\""),
            true);
}

void SvgEngine::drawPixmap(const QRectF& target, const QPixmap& pixmap, const QRectF& source)
{
    drawImage(target, pixmap.toImage(), source, Qt::AutoColor);
}

void SvgEngine::drawImage(
    const QRectF& target, const QImage& image, const QRectF& source, Qt::ImageConversionFlags)
{
    const QRect part = source.toAlignedRect().intersected(image.rect());
    if (part.isEmpty())
        return;
    QByteArray png;
    QBuffer buffer(&png);
    buffer.open(QIODevice::WriteOnly);
    image.copy(part).save(&buffer, "PNG");
    useClip();
    m_body += "<image" + rectangle(target)
        + " preserveAspectRatio=\"none\""
          " image-rendering=\"optimizeSpeed\" style=\"image-rendering:pixelated\""
        + (m_opacity < 1 ? attribute("opacity", m_opacity) : QByteArray()) + placement()
        + " xlink:href=\"data:image/png;base64," + png.toBase64() + "\"/>\n";
}

void SvgEngine::drawTextItem(const QPointF& at, const QTextItem& item)
{
    if (m_pen.style() == Qt::NoPen || item.text().isEmpty())
        return;
    useClip();
    const QFont font = item.font();
    const bool fixed = QFontInfo(font).fixedPitch();
    QStringList families = font.families();
    if (families.isEmpty())
        families << font.family();
    QByteArray names;
    for (const QString& family : families)
        names += '\'' + escaped(QString(family).remove(QLatin1Char('\''))) + "', ";
    m_body += "<text xml:space=\"preserve\"" + attribute("x", at.x()) + attribute("y", at.y())
        + " font-family=\"" + names + (fixed ? "monospace" : "sans-serif") + '"'
        + attribute("font-size", QFontInfo(font).pixelSize())
        + (font.weight() > QFont::Normal
                ? " font-weight=\"" + QByteArray::number(static_cast<int>(font.weight())) + '"'
                : QByteArray())
        + (font.italic() ? " font-style=\"italic\"" : "") + " fill=\""
        + m_pen.color().name().toUtf8() + '"'
        + (m_pen.color().alphaF() * m_opacity < 1
                ? attribute("fill-opacity", m_pen.color().alphaF() * m_opacity)
                : QByteArray())
        + placement() + '>' + escaped(item.text()) + "</text>\n";
}

} // namespace microtome
