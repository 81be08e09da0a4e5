#include "core/work/error.h"
#include "views/figure/file.h"
#include "views/figure/scene.h"

#include <nlohmann/json.hpp>

#include <QBuffer>
#include <QPageLayout>
#include <QPageSize>
#include <QPainter>
#include <QPdfWriter>

namespace microtome {

namespace {

/// An XMP packet with the title, the program and the provenance as JSON.
QByteArray metadata(const FigureScene& scene)
{
    const std::string json
        = scene.provenance().toJson().dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
    const QString packet = QStringLiteral(
        "<?xpacket begin=\"\uFEFF\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n"
        "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n"
        "<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n"
        "<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\""
        " xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" xmlns:microtome=\"urn:microtome:figure\">\n"
        "<dc:title><rdf:Alt><rdf:li xml:lang=\"x-default\">%1</rdf:li></rdf:Alt></dc:title>\n"
        "<xmp:CreatorTool>Microtome</xmp:CreatorTool>\n"
        "<microtome:provenance>%2</microtome:provenance>\n"
        "</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"w\"?>\n");
    return packet.arg(scene.title.toHtmlEscaped(), QString::fromStdString(json).toHtmlEscaped())
        .toUtf8();
}

} // namespace

void writePdf(const FigureScene& scene, const FigureFormat& format, const QString& path)
{
    format.check();
    QByteArray bytes;
    QBuffer buffer(&bytes);
    buffer.open(QIODevice::WriteOnly);
    {
        QPdfWriter writer(&buffer);
        writer.setPdfVersion(QPagedPaintDevice::PdfVersion_1_6);
        writer.setResolution(720);
        writer.setPageSize(
            QPageSize(format.sizePoints(), QPageSize::Point, QString(), QPageSize::ExactMatch));
        writer.setPageMargins(QMarginsF(0, 0, 0, 0));
        writer.setTitle(scene.title);
        writer.setCreator(QStringLiteral("Microtome"));
        writer.setDocumentXmpMetadata(metadata(scene));
        QPainter painter;
        if (!painter.begin(&writer))
            throw Error("The PDF could not be begun; choose another size.");
        painter.setRenderHint(QPainter::LosslessImageRendering, true);
        painter.setRenderHint(QPainter::Antialiasing, true);
        const double scale = format.pointsPerUnit() * writer.resolution() / 72.0;
        painter.scale(scale, scale);
        painter.fillRect(format.areaUnits(), format.theme.panel);
        scene.paint(painter, format.areaUnits(), Style::figure(format.theme, 0));
    }
    writeWhole(path, bytes);
}

} // namespace microtome
