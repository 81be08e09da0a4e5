#include "views/figure/svgdevice.h"

#include "views/figure/svgengine.h"

#include <cmath>

namespace microtome {

namespace {

constexpr double unitsPerInch = 96; // what the device says of itself; the painter scales nothing

} // namespace

SvgDevice::SvgDevice(
    const QRectF& units, QSizeF inches, const QString& title, const QString& metadata)
    : m_units(units)
    , m_inches(inches)
    , m_title(title)
    , m_metadata(metadata)
    , m_engine(std::make_unique<SvgEngine>())
{
}

SvgDevice::~SvgDevice() = default;

QPaintEngine* SvgDevice::paintEngine() const
{
    return m_engine.get();
}

QByteArray SvgDevice::document() const
{
    const QString head = QStringLiteral(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\""
        " version=\"1.1\" width=\"%1in\" height=\"%2in\" viewBox=\"%3 %4 %5 %6\">\n"
        "<title>%7</title>\n<metadata>%8</metadata>\n")
                             .arg(m_inches.width())
                             .arg(m_inches.height())
                             .arg(m_units.left())
                             .arg(m_units.top())
                             .arg(m_units.width(), 0, 'g', 9)
                             .arg(m_units.height(), 0, 'g', 9)
                             .arg(m_title.toHtmlEscaped(), m_metadata.toHtmlEscaped());
    return head.toUtf8() + m_engine->definitions() + m_engine->body() + "</svg>\n";
}

int SvgDevice::metric(PaintDeviceMetric metric) const
{
    switch (metric) {
    case PdmWidth:
        return static_cast<int>(std::ceil(m_units.width()));
    case PdmHeight:
        return static_cast<int>(std::ceil(m_units.height()));
    case PdmWidthMM:
        return static_cast<int>(std::lround(m_units.width() / unitsPerInch * 25.4));
    case PdmHeightMM:
        return static_cast<int>(std::lround(m_units.height() / unitsPerInch * 25.4));
    case PdmNumColors:
        return 1 << 24;
    case PdmDepth:
        return 32;
    case PdmDpiX:
    case PdmDpiY:
    case PdmPhysicalDpiX:
    case PdmPhysicalDpiY:
        return static_cast<int>(unitsPerInch);
    case PdmDevicePixelRatio:
        return 1;
    case PdmDevicePixelRatioScaled:
        return static_cast<int>(devicePixelRatioFScale());
    default:
        return 0;
    }
}

} // namespace microtome
