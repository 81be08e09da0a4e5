#include "views/figure/provenance.h"

#include "core/work/error.h"

#include <nlohmann/json.hpp>

#include <QDateTime>
#include <QFile>
#include <QImageReader>
#include <QXmlStreamReader>

#include <cmath>

namespace microtome {

namespace {

constexpr int format = 1;
constexpr qint64 largestFile = 256 * 1024 * 1024;

nlohmann::json objectOf(const std::string& text)
{
    const auto json = nlohmann::json::parse(text, nullptr, false);
    return json.is_object() ? json : nlohmann::json::object();
}

nlohmann::json colourJson(const ColourRange& range)
{
    return {{"kind", range.kind == ColourRange::Kind::Diverging ? "diverging" : "magnitude"},
        {"low", range.low}, {"high", range.high}, {"unit", range.unit.toStdString()},
        {"clipped_low", range.clippedLow}, {"clipped_high", range.clippedHigh}};
}

ColourRange colourFrom(const nlohmann::json& json)
{
    ColourRange range;
    range.kind = json.at("kind") == "diverging" ? ColourRange::Kind::Diverging
                                                : ColourRange::Kind::Magnitude;
    range.low = json.at("low").get<double>();
    range.high = json.at("high").get<double>();
    range.unit = QString::fromStdString(json.at("unit").get<std::string>());
    range.clippedLow = json.at("clipped_low").get<bool>();
    range.clippedHigh = json.at("clipped_high").get<bool>();
    if (!(range.high > range.low) || !std::isfinite(range.high - range.low))
        throw Error("The figure's colour range is not a range.");
    return range;
}

/// The text of <metadata> in an SVG.
QString metadataOfSvg(const QByteArray& bytes)
{
    QXmlStreamReader xml(bytes);
    while (!xml.atEnd()) {
        if (xml.readNext() == QXmlStreamReader::StartElement && xml.name() == u"metadata")
            return xml.readElementText(QXmlStreamReader::IncludeChildElements);
    }
    return {};
}

/// The text of <microtome:provenance> in a PDF's XMP packet.
QString metadataOfPdf(const QByteArray& bytes)
{
    const qsizetype begin = bytes.indexOf("<microtome:provenance>");
    const QByteArray close = "</microtome:provenance>";
    const qsizetype end = bytes.indexOf(close, begin);
    if (begin < 0 || end < 0)
        return {};
    QXmlStreamReader xml(
        "<r xmlns:microtome=\"m\">" + bytes.mid(begin, end - begin) + close + "</r>");
    xml.readNextStartElement();
    xml.readNextStartElement();
    return xml.readElementText();
}

} // namespace

nlohmann::json Provenance::toJson() const
{
    nlohmann::json json{{"microtome_figure", format}, {"model", model}, {"weight_hash", weightHash},
        {"tokenizer_hash", tokenizerHash}, {"prompt", prompt}, {"ids", ids}, {"bos", bos},
        {"site", site}, {"method", method}, {"parameters", objectOf(parametersJson)},
        {"dtype", dtype}, {"device", device}, {"threads", threads}, {"blas", blas}, {"seed", seed},
        {"version", version}, {"date", date}, {"view", view},
        {"view_state", objectOf(viewStateJson)}};
    if (colours)
        json["colours"] = colourJson(*colours);
    return json;
}

Provenance Provenance::fromJson(const nlohmann::json& json)
{
    if (!json.is_object() || !json.contains("microtome_figure"))
        throw Error("This is not the record of a figure made by Microtome.");
    try {
        if (json.at("microtome_figure").get<int>() > format)
            throw Error(
                "This figure was made by a newer version of Microtome; open it with that one.");
        Provenance p;
        json.at("model").get_to(p.model);
        json.at("weight_hash").get_to(p.weightHash);
        json.at("tokenizer_hash").get_to(p.tokenizerHash);
        json.at("prompt").get_to(p.prompt);
        json.at("ids").get_to(p.ids);
        json.at("bos").get_to(p.bos);
        json.at("site").get_to(p.site);
        json.at("method").get_to(p.method);
        p.parametersJson = json.at("parameters").dump();
        json.at("dtype").get_to(p.dtype);
        json.at("device").get_to(p.device);
        json.at("threads").get_to(p.threads);
        json.at("blas").get_to(p.blas);
        json.at("seed").get_to(p.seed);
        json.at("version").get_to(p.version);
        json.at("date").get_to(p.date);
        json.at("view").get_to(p.view);
        p.viewStateJson = json.at("view_state").dump();
        if (json.contains("colours"))
            p.colours = colourFrom(json.at("colours"));
        return p;
    } catch (const nlohmann::json::exception& e) {
        throw Error("The record of this figure is damaged or incomplete; export the figure again.",
            e.what());
    }
}

Provenance Provenance::read(const QString& path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        throw Error("The figure " + path.toStdString()
            + " cannot be read: " + file.errorString().toStdString() + ".");
    if (file.size() > largestFile)
        throw Error(
            "The file " + path.toStdString() + " is too large to be a figure of Microtome.");
    const QByteArray bytes = file.readAll();
    QString text;
    if (bytes.startsWith("%PDF"))
        text = metadataOfPdf(bytes);
    else if (bytes.startsWith("\x89PNG"))
        text = QImageReader(path).text(QStringLiteral("microtome"));
    else if (bytes.startsWith("<?xml") || bytes.startsWith("<svg"))
        text = metadataOfSvg(bytes);
    else
        text = QString::fromUtf8(bytes);
    const auto json = nlohmann::json::parse(text.toStdString(), nullptr, false);
    if (json.is_discarded())
        throw Error(
            "The file " + path.toStdString() + " holds no record of a figure made by Microtome.");
    return fromJson(json);
}

std::string Provenance::now()
{
    return QDateTime::currentDateTimeUtc().toString(Qt::ISODate).toStdString();
}

} // namespace microtome
