#include "tests/views/samples.h"

#include "core/work/error.h"
#include "views/canvas/matrixpicture.h"
#include "views/figure/scene.h"

#include <QFile>
#include <QFileInfo>
#include <QImageReader>
#include <QPainter>
#include <QProcess>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QSvgRenderer>
#include <QTemporaryDir>
#include <QTest>
#include <QXmlStreamReader>

#include <charconv>
#include <cstring>

using namespace microtome;

/// What papers and their publishers ask of a figure's files.
class FigureTest : public QObject {
    Q_OBJECT

private slots:
    void pdfIsPrintable_data() { pictures(); }
    void pdfIsPrintable();
    void pdfTextIsText();
    void svgIsValid_data() { pictures(); }
    void svgIsValid();
    void svgLooksLikePng_data() { pictures(); }
    void svgLooksLikePng();
    void cellsAreVectorsUpTo64();
    void pngHasItsSize();
    void csvReadsBack();
    void nothingHalfWritten();
    void impossibleFormatsAreRefused();

private:
    void pictures()
    {
        QTest::addColumn<QString>("name");
        for (const auto& sample : m_samples)
            QTest::newRow(qPrintable(sample.name)) << sample.name;
    }

    FigureScene sceneOf(const QString& name) const
    {
        for (const auto& sample : m_samples) {
            if (sample.name == name)
                return sceneWith(sample.picture);
        }
        throw Error("no such sample");
    }

    static FigureScene sceneWith(std::shared_ptr<const Picture> picture)
    {
        FigureScene scene(std::move(picture), samples::provenance());
        scene.title = QStringLiteral("Logit lens & <more>");
        scene.caption
            = QStringLiteral("stories260K, 15 tokens; colour: probability of the most likely "
                             "token at each layer and position, no edits, seed 7.");
        return scene;
    }

    static QByteArray read(const QString& path)
    {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    static FigureScene matrixScene(int side)
    {
        MatrixData data;
        data.values = samples::waves(side, side);
        data.range = ColourRange::diverging(1, QStringLiteral("nats"));
        return sceneWith(std::make_shared<MatrixPicture>(std::move(data)));
    }

    QString path(const char* name) const { return m_folder.filePath(QLatin1String(name)); }

    QTemporaryDir m_folder;
    const std::vector<samples::Sample> m_samples = samples::all();
};

void FigureTest::pdfIsPrintable()
{
    QFETCH(QString, name);
    FigureFormat format;
    format.widthInches = 3.25;
    format.heightInches = 2.5;
    writePdf(sceneOf(name), format, path("a.pdf"));
    const QByteArray pdf = read(path("a.pdf"));
    QVERIFY(pdf.startsWith("%PDF-1."));
    QVERIFY(!pdf.contains("/Type3"));
    QVERIFY(!pdf.contains("/DCTDecode"));
    QVERIFY(pdf.contains("/FontFile2"));
    QVERIFY2(pdf.contains("/MediaBox [0 0 234.000000 180.000000]")
            || pdf.contains("/MediaBox [0 0 234 180]"),
        pdf.mid(pdf.indexOf("/MediaBox"), 60).constData());
    const QString folder = qEnvironmentVariable("MICROTOME_GALLERY");
    if (!folder.isEmpty()) {
        for (const Theme& theme : {Theme::light(), Theme::night()}) {
            format.theme = theme;
            const QString file = folder + "/figure-" + name + '-' + theme.name;
            writePdf(sceneOf(name), format, file + ".pdf");
            writeSvg(sceneOf(name), format, file + ".svg");
            writePng(sceneOf(name), format, file + ".png");
        }
    }
}

void FigureTest::pdfTextIsText()
{
    const QString tool = QStandardPaths::findExecutable(QStringLiteral("pdftotext"));
    if (tool.isEmpty())
        QSKIP("pdftotext (poppler-utils) is not installed.");
    writePdf(sceneOf(QStringLiteral("lens-15x6")), {}, path("text.pdf"));
    QProcess process;
    process.start(tool, {path("text.pdf"), QStringLiteral("-")});
    QVERIFY(process.waitForFinished());
    const QString text = QString::fromUtf8(process.readAllStandardOutput());
    for (const char* word : {"Logit lens & <more>", "Tobin", "mill", "probability", "seed 7"})
        QVERIFY2(text.contains(QLatin1String(word)), word);
    const QString fonts = QStandardPaths::findExecutable(QStringLiteral("pdffonts"));
    if (!fonts.isEmpty()) {
        process.start(fonts, {path("text.pdf")});
        QVERIFY(process.waitForFinished());
        const QString list = QString::fromUtf8(process.readAllStandardOutput());
        QVERIFY2(!list.contains(QLatin1String("Type 3")), qPrintable(list));
        QVERIFY(list.contains(QLatin1String("CID TrueType")));
    }
}

void FigureTest::svgIsValid()
{
    QFETCH(QString, name);
    FigureFormat format;
    format.widthInches = 5.5;
    format.heightInches = 3;
    writeSvg(sceneOf(name), format, path("a.svg"));
    QFile file(path("a.svg"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    QXmlStreamReader xml(&file);
    int clips = 0;
    int texts = 0;
    QStringList clipIds;
    while (!xml.atEnd()) {
        xml.readNext();
        if (!xml.isStartElement())
            continue;
        const auto attributes = xml.attributes();
        if (xml.name() == u"svg") {
            QCOMPARE(attributes.value("version"), QStringLiteral("1.1"));
            QCOMPARE(attributes.value("width"), QStringLiteral("5.5in"));
            QCOMPARE(attributes.value("height"), QStringLiteral("3in"));
            const auto box = attributes.value("viewBox").toString().split(' ');
            QCOMPARE(box.size(), 4);
            QVERIFY(std::abs(box[2].toDouble() / box[3].toDouble() - 5.5 / 3) < 1e-6);
        } else if (xml.name() == u"clipPath") {
            ++clips;
            clipIds << attributes.value("id").toString();
        } else if (xml.name() == u"text") {
            ++texts;
            QVERIFY(attributes.value("font-family").contains(u"s"));
            QVERIFY(attributes.value("font-size").toDouble() >= 10);
        } else if (xml.name() == u"g") {
            const auto use = attributes.value("clip-path").toString();
            QVERIFY(clipIds.contains(use.mid(5, use.size() - 6)));
        } else if (xml.name() == u"image") {
            QVERIFY(attributes.value("style").contains(u"pixelated"));
            QVERIFY(attributes.value("xlink:href").startsWith(u"data:image/png;base64,"));
        }
    }
    QVERIFY2(!xml.hasError(), qPrintable(xml.errorString()));
    QVERIFY(clips >= 1);
    QVERIFY(texts >= 2);
}

void FigureTest::svgLooksLikePng()
{
    QFETCH(QString, name);
    FigureFormat format;
    format.dpi = 200;
    format.widthInches = 6.75;
    const FigureScene scene = sceneOf(name);
    format.heightInches = scene.fittingHeight(format);
    QVERIFY(format.heightInches <= 9);
    writeSvg(scene, format, path("b.svg"));
    writePng(scene, format, path("b.png"));
    const QImage png = QImage(path("b.png")).convertToFormat(QImage::Format_RGB32);
    // Qt's renderer takes a list of families for one name: it is given the first only.
    QString document = QString::fromUtf8(read(path("b.svg")));
    static const QRegularExpression list(QStringLiteral("font-family=\"'([^']*)'[^\"]*\""));
    document.replace(list, QStringLiteral("font-family=\"\\1\""));
    QSvgRenderer renderer(document.toUtf8());
    QVERIFY(renderer.isValid());
    QImage svg(png.size(), QImage::Format_RGB32);
    svg.fill(Qt::white);
    QPainter painter(&svg);
    renderer.render(&painter);
    painter.end();
    double sum = 0;
    for (int y = 0; y < png.height(); ++y) {
        for (int x = 0; x < png.width(); ++x) {
            const QRgb a = png.pixel(x, y);
            const QRgb b = svg.pixel(x, y);
            sum += std::abs(qRed(a) - qRed(b)) + std::abs(qGreen(a) - qGreen(b))
                + std::abs(qBlue(a) - qBlue(b));
        }
    }
    if (const QString folder = qEnvironmentVariable("MICROTOME_GALLERY"); !folder.isEmpty()) {
        QVERIFY(png.save(folder + "/compare-png-" + name + ".png"));
        QVERIFY(svg.save(folder + "/compare-svg-" + name + ".png"));
    }
    const double difference = sum / (3.0 * png.width() * png.height());
    // Qt's renderer smooths images and fine dashes, of which long inputs are full, and sets text by
    // its own metrics.
    QVERIFY2(difference < (name.contains(QLatin1String("512")) ? 9 : 6),
        qPrintable(QString::number(difference)));
}

void FigureTest::cellsAreVectorsUpTo64()
{
    writeSvg(matrixScene(64), {}, path("v.svg"));
    const QByteArray vectors = read(path("v.svg"));
    QVERIFY(!vectors.contains("<image"));
    QVERIFY(vectors.count("<rect") >= 64 * 64);

    writeSvg(matrixScene(65), {}, path("i.svg"));
    const QByteArray images = read(path("i.svg"));
    QCOMPARE(images.count("<image"), qsizetype(1));
    QVERIFY(images.count("<rect") < 100);
    // One pixel per cell, of exactly the scale's colours.
    const qsizetype begin = images.indexOf("base64,") + 7;
    const QImage image = QImage::fromData(
        QByteArray::fromBase64(images.mid(begin, images.indexOf('"', begin) - begin)));
    QCOMPARE(image.size(), QSize(65, 65));
    const ColourScale scale(ColourRange::diverging(1), Theme::light());
    const Matrix values = samples::waves(65, 65);
    for (int row = 0; row < 65; ++row) {
        for (int column = 0; column < 65; ++column)
            QCOMPARE(image.pixel(column, row),
                scale.rgb(static_cast<double>(
                    values(static_cast<std::size_t>(row), static_cast<std::size_t>(column)))));
    }

    writePdf(matrixScene(64), {}, path("v.pdf"));
    writePdf(matrixScene(512), {}, path("i.pdf"));
    QVERIFY(!read(path("v.pdf")).contains("/Subtype /Image"));
    const QByteArray pdf = read(path("i.pdf"));
    QVERIFY(pdf.contains("/Subtype /Image"));
    QVERIFY(pdf.contains("/Width 512"));
    QVERIFY(!pdf.contains("/DCTDecode"));
}

void FigureTest::pngHasItsSize()
{
    FigureFormat format;
    format.widthInches = 3.25;
    format.heightInches = 2;
    format.dpi = 600;
    writePng(sceneOf(QStringLiteral("lens-15x6")), format, path("a.png"));
    const QImage image(path("a.png"));
    QCOMPARE(image.size(), QSize(1950, 1200));
    QCOMPARE(image.dotsPerMeterX(), 23622);
    QCOMPARE(image.dotsPerMeterY(), 23622);
    QVERIFY(read(path("a.png")).contains("pHYs"));
    QCOMPARE(image.pixelColor(0, 0), QColor(Qt::white));
}

void FigureTest::csvReadsBack()
{
    MatrixData data;
    data.values = Matrix(2, 2, {0.1F, -1e-30F, 16777217.0F, 3.4028235e38F});
    data.rows = {{QStringLiteral("a,b"), QStringLiteral("say \"hi\"\n")}, true};
    data.columns = {{QStringLiteral(" x"), QStringLiteral("\u4f60")}, true};
    writeCsv(sceneWith(std::make_shared<MatrixPicture>(data)), path("a.csv"));

    // A reader of RFC 4180 of our own, apart from the writer.
    const QString text = QString::fromUtf8(read(path("a.csv")));
    QList<QStringList> rows{{QString()}};
    bool quoted = false;
    for (qsizetype i = 0; i < text.size(); ++i) {
        const QChar c = text[i];
        if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"')
            rows.back().back() += text[++i];
        else if (c == '"')
            quoted = !quoted;
        else if (!quoted && c == ',')
            rows.back() << QString();
        else if (!quoted && c == '\r' && text[i + 1] == '\n') {
            rows << QStringList{QString()};
            ++i;
        } else
            rows.back().back() += c;
    }
    rows.removeLast();
    QCOMPARE(rows.size(), 5);
    QCOMPARE(rows[0], (QStringList{"row", "row name", "column", "column name", "value"}));
    QCOMPARE(rows[1][1], QStringLiteral("a,b"));
    QCOMPARE(rows[1][3], QStringLiteral(" x"));
    QCOMPARE(rows[3][1], QStringLiteral("say \"hi\"\n"));
    QCOMPARE(rows[4][3], QStringLiteral("\u4f60"));
    for (int i = 0; i < 4; ++i) {
        const std::string digits = rows[i + 1][4].toStdString();
        float back = 0;
        const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), back);
        QVERIFY(end.ptr == digits.data() + digits.size());
        const float value = data.values.values()[static_cast<std::size_t>(i)];
        QVERIFY(std::memcmp(&back, &value, sizeof back) == 0);
    }
}

void FigureTest::nothingHalfWritten()
{
    const FigureScene scene = sceneOf(QStringLiteral("bars-6"));
    const QString nowhere = m_folder.filePath(QStringLiteral("no/such/folder/a"));
    QVERIFY_EXCEPTION_THROWN(writePdf(scene, {}, nowhere + ".pdf"), Error);
    QVERIFY_EXCEPTION_THROWN(writeSvg(scene, {}, nowhere + ".svg"), Error);
    QVERIFY_EXCEPTION_THROWN(writePng(scene, {}, nowhere + ".png"), Error);
    QVERIFY_EXCEPTION_THROWN(writeCsv(scene, nowhere + ".csv"), Error);
    QVERIFY_EXCEPTION_THROWN(writeSidecar(scene, nowhere + ".json"), Error);
    QVERIFY(!QFileInfo::exists(m_folder.filePath(QStringLiteral("no"))));
    // A folder stands where the file should be: it stays, and nothing lies beside it.
    const QString folder = m_folder.filePath(QStringLiteral("taken"));
    QVERIFY(QDir().mkpath(folder + "/inner.csv"));
    QVERIFY_EXCEPTION_THROWN(writeCsv(scene, folder + "/inner.csv"), Error);
    QCOMPARE(QDir(folder).entryList(QDir::AllEntries | QDir::NoDotAndDotDot | QDir::Hidden),
        QStringList{"inner.csv"});
}

void FigureTest::impossibleFormatsAreRefused()
{
    const FigureScene scene = sceneOf(QStringLiteral("bars-6"));
    FigureFormat format;
    format.widthInches = std::nan("");
    QVERIFY_EXCEPTION_THROWN(writePdf(scene, format, path("x.pdf")), Error);
    format = {};
    format.dpi = 1e9;
    QVERIFY_EXCEPTION_THROWN(writePng(scene, format, path("x.png")), Error);
    format = {};
    format.heightInches = -1;
    QVERIFY_EXCEPTION_THROWN(writeSvg(scene, format, path("x.svg")), Error);
    QVERIFY_EXCEPTION_THROWN(FigureScene(nullptr, {}), Error);
    QVERIFY(!QFileInfo::exists(path("x.pdf")));
}

QTEST_MAIN(FigureTest)
#include "tst_figure.moc"
