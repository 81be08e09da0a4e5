#include "tests/views/samples.h"

#include "views/canvas/barspicture.h"
#include "views/canvas/linespicture.h"
#include "views/canvas/matrixpicture.h"
#include "views/canvas/thumbnailgrid.h"
#include "views/canvas/tokenstrippicture.h"
#include "views/canvas/trajectorypicture.h"

#include <cmath>
#include <limits>
#include <numeric>
#include <random>

namespace microtome::samples {

namespace {

const QStringList words{QStringLiteral("When"), QStringLiteral("Mara"), QStringLiteral("and"),
    QStringLiteral("Tobin"), QStringLiteral("went"), QStringLiteral("to"), QStringLiteral("the"),
    QStringLiteral("mill"), QStringLiteral(","), QStringLiteral("Tobin"), QStringLiteral("gave"),
    QStringLiteral("a"), QStringLiteral("lamp"), QStringLiteral("to"),
    QStringLiteral("extraordinarily")};

Matrix filled(int rows, int columns, const std::function<double(int, int)>& number)
{
    std::vector<float> values;
    for (int r = 0; r < rows; ++r) {
        for (int c = 0; c < columns; ++c)
            values.push_back(static_cast<float>(number(r, c)));
    }
    return {static_cast<std::size_t>(rows), static_cast<std::size_t>(columns), std::move(values)};
}

QStringList layerNames(int layers)
{
    QStringList names = numbers(layers);
    names << QStringLiteral("out");
    return names;
}

TrajectoryData chart(int places, bool tokenNames)
{
    TrajectoryData data;
    data.x.labels = tokenNames ? tokens(places, false) : numbers(places);
    data.x.tokens = tokenNames;
    data.x.title = tokenNames ? QString() : QStringLiteral("layer");
    return data;
}

} // namespace

QStringList tokens(int count, bool dots)
{
    QStringList list;
    for (int i = 0; i < count; ++i) {
        const QString& word = words[std::max(i - 1, 0) % words.size()];
        const bool spaced = dots && i > 1 && word != QLatin1String(",");
        list << (i == 0 ? QStringLiteral("BOS") : spaced ? QStringLiteral("\u00b7") + word : word);
    }
    return list;
}

QStringList numbers(int count)
{
    QStringList list;
    for (int i = 0; i < count; ++i)
        list << QString::number(i);
    return list;
}

Matrix attention(int count, int kind)
{
    std::mt19937 random(static_cast<unsigned>(kind) + 7);
    std::uniform_real_distribution<double> noise(0, 0.3);
    Matrix raw = filled(count, count, [&](int r, int c) {
        if (c > r)
            return 0.0;
        const double sink = c == 0 ? (kind % 3 == 2 ? 8 : 1) : 0;
        const double previous = c == std::max(r - 1, 0) ? (kind % 3 == 0 ? 9 : 0) : 0;
        const double scattered = kind % 3 == 1 && noise(random) > 0.25 ? 3 : 0;
        return sink + previous + scattered + noise(random) / (1 + r - c);
    });
    std::vector<double> sums;
    for (int r = 0; r < count; ++r) {
        const auto row = raw.row(static_cast<std::size_t>(r));
        sums.push_back(std::accumulate(row.begin(), row.end(), 0.0));
    }
    return filled(count, count, [&](int r, int c) {
        return static_cast<double>(raw(static_cast<std::size_t>(r), static_cast<std::size_t>(c)))
            / sums[static_cast<std::size_t>(r)];
    });
}

Matrix waves(int rows, int columns)
{
    return filled(rows, columns, [](int r, int c) {
        return std::sin(0.7 * r + 0.3) * std::cos(0.4 * c) * std::exp(-0.04 * c);
    });
}

std::shared_ptr<Picture> lens(int tokenCount, int layers)
{
    MatrixData data;
    data.values = filled(layers + 1, tokenCount, [&](int r, int c) {
        return std::pow((r + 1.0) / (layers + 1.5), 3) * (0.5 + 0.5 * std::cos(c * 1.7));
    });
    data.rows = {layerNames(layers), false};
    data.columns = {tokens(tokenCount, false), true};
    data.range = ColourRange::magnitude(0, 1, QStringLiteral("probability"));
    data.rowsUpwards = true;
    for (int i = 0; i < (layers + 1) * tokenCount; ++i)
        data.texts.push_back(words[(i * 7 + i / tokenCount) % words.size()]);
    auto picture = std::make_shared<MatrixPicture>(std::move(data));
    picture->setFocus(Cell{layers / 2, tokenCount - 1});
    picture->setPins({{{layers, tokenCount - 1}, 2}, {{layers - 1, tokenCount - 1}, 2}});
    return picture;
}

std::shared_ptr<Picture> pattern(int tokenCount)
{
    MatrixData data;
    data.values = attention(tokenCount, 1);
    data.rows = {tokens(tokenCount, false), true};
    data.columns = {tokens(tokenCount, false), true};
    data.range = ColourRange::magnitude(0, 1, QStringLiteral("attention"));
    data.triangular = true;
    data.largestCell = {24, 24};
    data.square = true;
    auto picture = std::make_shared<MatrixPicture>(std::move(data));
    picture->setFocus(Cell{tokenCount - 1, tokenCount / 3});
    return picture;
}

std::shared_ptr<Picture> patching(int tokenCount, int layers)
{
    MatrixData data;
    data.values = waves(layers, tokenCount);
    data.rows = {numbers(layers), false, QStringLiteral("layer")};
    data.columns = {tokens(tokenCount, false), true, QStringLiteral("token")};
    data.range = ColourRange::robust(ColourRange::Kind::Diverging, data.values.values(),
        QStringLiteral("share of the logit difference"), 0.95);
    data.largestCell = {56, 24};
    auto picture = std::make_shared<MatrixPicture>(std::move(data));
    picture->setPins({{{1, 2}, 0}});
    return picture;
}

std::shared_ptr<Picture> headGrid(int tokenCount, int layers, int heads)
{
    ThumbnailData data;
    data.rows = layers;
    data.columns = heads;
    for (int i = 0; i < layers * heads; ++i)
        data.matrices.push_back(attention(tokenCount, i % 3));
    data.range = ColourRange::magnitude(0, 1, QStringLiteral("attention"));
    data.rowAxis = {numbers(layers), false};
    data.columnAxis = {numbers(heads), false};
    auto picture = std::make_shared<ThumbnailGrid>(std::move(data));
    picture->setFocus(Cell{0, 1});
    picture->setPins({{{layers - 1, 1}, 0}});
    return picture;
}

std::shared_ptr<Picture> attentionLines(int tokenCount)
{
    LinesData data;
    data.weights = attention(tokenCount, 1);
    data.from = tokens(tokenCount);
    data.to = data.from;
    data.threshold = 0.04F;
    return std::make_shared<LinesPicture>(std::move(data));
}

std::shared_ptr<Picture> ranks(int places, bool tokenNames)
{
    TrajectoryData data = chart(places, tokenNames);
    data.unit = QStringLiteral("rank");
    data.scale = TrajectoryData::Scale::LogRank;
    for (int s = 0; s < 3; ++s) {
        Series series{tokens(5)[s + 2], s, {}};
        for (int i = 0; i < places; ++i)
            series.values.push_back(static_cast<float>(std::round(
                std::pow(10, (4.0 - s) * (1 - (i + 1.0) / places)) * (1 + 0.5 * std::sin(i + s)))));
        data.series.push_back(std::move(series));
    }
    return std::make_shared<TrajectoryPicture>(std::move(data));
}

std::shared_ptr<Picture> probabilities(int places, bool tokenNames)
{
    TrajectoryData data = chart(places, tokenNames);
    data.unit = QStringLiteral("logit difference");
    for (int s = 0; s < 8; ++s) {
        Series series{tokens(10)[s + 1], s, {}};
        for (int i = 0; i < places; ++i)
            series.values.push_back(i == 2 && s == 1
                    ? std::numeric_limits<float>::quiet_NaN()
                    : static_cast<float>(std::sin(0.4 * i + s) * (1.0 + s * 0.3)));
        data.series.push_back(std::move(series));
    }
    auto picture = std::make_shared<TrajectoryPicture>(std::move(data));
    picture->setFocus(Cell{2, places / 2});
    return picture;
}

std::shared_ptr<Picture> bars(int count)
{
    std::vector<Bar> list;
    for (int i = 0; i < count; ++i)
        list.push_back({tokens(count + 3)[i + 2], 11.24 - i * 13.0 / count, i == count - 1});
    auto picture = std::make_shared<BarsPicture>(std::move(list), QStringLiteral("logits"));
    picture->setPins({{{1, 0}, 1}});
    return picture;
}

std::shared_ptr<Picture> strip(int tokenCount, bool chips, bool coloured)
{
    TokenStripData data;
    data.tokens = tokens(tokenCount);
    if (!chips)
        data.tokens.replaceInStrings(QStringLiteral("\u00b7"), QStringLiteral(" "));
    data.form = chips ? TokenStripData::Form::Chips : TokenStripData::Form::Text;
    data.range = ColourRange::diverging(1, QStringLiteral("nats"));
    for (int i = 0; coloured && i < tokenCount; ++i)
        data.values.push_back(static_cast<float>(std::sin(i * 0.9)));
    auto picture = std::make_shared<TokenStripPicture>(std::move(data));
    picture->setFocus(Cell{0, std::min(4, tokenCount - 1)});
    picture->setPins({{{0, 2}, 0}});
    return picture;
}

std::vector<Sample> all()
{
    std::vector<Sample> list;
    const auto add
        = [&](const char* name, std::shared_ptr<Picture> picture, double width, double height) {
              list.push_back({QLatin1String(name), std::move(picture), {width, height}});
          };
    add("lens-5x2", lens(5, 2), 560, 120);
    add("lens-15x6", lens(15, 6), 920, 220);
    add("lens-512x48", lens(512, 48), 920, 500);
    add("lens-512x48-scrolled", lens(512, 48), 512 * 60, 49 * 26 + 40);
    add("pattern-5", pattern(5), 300, 200);
    add("pattern-15", pattern(15), 420, 380);
    add("pattern-512", pattern(512), 420, 420);
    add("pattern-512-large", pattern(512), 1200, 1200);
    add("patching-5x2", patching(5, 2), 400, 120);
    add("patching-15x12", patching(15, 12), 600, 340);
    add("patching-512x48", patching(512, 48), 900, 340);
    add("heads-2x2", headGrid(5, 2, 2), 300, 160);
    add("heads-6x8", headGrid(15, 6, 8), 380, 300);
    add("heads-12x12", headGrid(128, 12, 12), 380, 380);
    add("heads-48x25", headGrid(64, 48, 25), 620, 800);
    add("lines-5", attentionLines(5), 320, 120);
    add("lines-15", attentionLines(15), 360, 320);
    add("lines-512", attentionLines(512), 360, 600);
    add("ranks-2", ranks(2, false), 420, 200);
    add("ranks-12", ranks(12, false), 480, 220);
    add("ranks-48", ranks(48, false), 480, 220);
    add("probabilities-15-tokens", probabilities(15, true), 900, 240);
    add("probabilities-512-tokens", probabilities(512, true), 600, 240);
    add("bars-6", bars(6), 260, 130);
    add("bars-40", bars(40), 320, 800);
    add("strip-chips-15", strip(15, true, false), 820, 30);
    add("strip-chips-coloured", strip(15, true, true), 420, 84);
    add("strip-text-120", strip(120, false, true), 620, 200);
    return list;
}

Provenance provenance()
{
    Provenance p;
    p.model = "stories260K";
    p.weightHash = "9f2c";
    p.tokenizerHash = "77aa";
    p.prompt = "When Mara & <Tobin> \"went\"\n\u4f60\u597d";
    p.ids = {1, 403, 407};
    p.bos = true;
    p.site = "blocks.3.attn.hook_pattern";
    p.method = "logit lens";
    p.parametersJson = R"({"top":5})";
    p.threads = 2;
    p.blas = "OpenBLAS, OpenMP";
    p.seed = 18446744073709551615ULL;
    p.version = "0.1.0";
    p.colours = ColourRange::diverging(0.37, QStringLiteral("nats"));
    p.colours->clippedHigh = true;
    p.date = "2026-11-21T09:00:00Z";
    p.view = "lens";
    p.viewStateJson = R"({"focus":{"layer":3,"position":14}})";
    return p;
}

} // namespace microtome::samples
