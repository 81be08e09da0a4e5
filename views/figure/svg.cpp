#include "views/figure/file.h"
#include "views/figure/scene.h"
#include "views/figure/svgdevice.h"

#include <nlohmann/json.hpp>

#include <QPainter>

namespace microtome {

void writeSvg(const FigureScene& scene, const FigureFormat& format, const QString& path)
{
    format.check();
    const std::string json
        = scene.provenance().toJson().dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
    const QRectF area = format.areaUnits();
    SvgDevice device(area, QSizeF(format.widthInches, format.heightInches), scene.title,
        QString::fromStdString(json));
    {
        QPainter painter(&device);
        painter.fillRect(area, format.theme.panel);
        scene.paint(painter, area, Style::figure(format.theme, 0));
    }
    writeWhole(path, device.document());
}

} // namespace microtome
