#include "core/work/error.h"
#include "views/figure/file.h"
#include "views/figure/scene.h"

#include <nlohmann/json.hpp>

#include <QBuffer>
#include <QImage>
#include <QPainter>

#include <cmath>

namespace microtome {

void writePng(const FigureScene& scene, const FigureFormat& format, const QString& path)
{
    format.check();
    const QSize size(static_cast<int>(std::lround(format.widthInches * format.dpi)),
        static_cast<int>(std::lround(format.heightInches * format.dpi)));
    QImage image(size, QImage::Format_RGB32);
    if (image.isNull())
        throw Error("There is not enough memory for an image of this size; choose fewer dpi.");
    image.fill(format.theme.panel);
    const double pixelsPerUnit = format.pointsPerUnit() / 72 * format.dpi;
    {
        QPainter painter(&image);
        painter.setRenderHint(QPainter::Antialiasing, true);
        painter.scale(pixelsPerUnit, pixelsPerUnit);
        scene.paint(painter, format.areaUnits(), Style::figure(format.theme, pixelsPerUnit));
    }
    const int perMeter = static_cast<int>(std::lround(format.dpi / 0.0254));
    image.setDotsPerMeterX(perMeter);
    image.setDotsPerMeterY(perMeter);
    image.setText(QStringLiteral("microtome"),
        QString::fromStdString(scene.provenance().toJson().dump(
            -1, ' ', true, nlohmann::json::error_handler_t::replace)));
    QByteArray bytes;
    QBuffer buffer(&bytes);
    if (!buffer.open(QIODevice::WriteOnly) || !image.save(&buffer, "PNG"))
        throw Error("The image could not be packed as PNG; choose a smaller size.");
    writeWhole(path, bytes);
}

} // namespace microtome
