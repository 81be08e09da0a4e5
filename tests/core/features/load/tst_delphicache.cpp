#include "core/features/load/delphicache.h"
#include "core/work/error.h"
#include "tests/core/features/load/coderfiles.h"

#include <QtTest>

#include <cstring>

using namespace microtome;

namespace {

const std::string folder = "layers.3";

CoderCopy copied()
{
    return CoderCopy("delphi-cache");
}

std::string refusal(const CoderCopy& copy)
{
    try {
        const DelphiCache cache(copy.folder() / folder);
        cache.tokens();
        for (std::size_t i = 0; i < cache.splits().size(); ++i)
            cache.read(i);
    } catch (const Error& error) {
        return error.what();
    }
    return {};
}

} // namespace

/// A cache that delphi wrote, and caches that are wrong.
class TestDelphiCache : public QObject {
    Q_OBJECT

private slots:
    void everyFiringIsRead();
    void onlyCachesAreRecognised();
    void faults_data();
    void faults();
    void overlappingRanges();
};

void TestDelphiCache::everyFiringIsRead()
{
    const DelphiCache cache(coderFile("delphi-cache/" + folder));
    const auto expected = SafeTensors::open(coderFile("delphi-cache.expected.safetensors"));
    const Matrix dense = expected->matrix("dense"); // [texts x tokens, latents]
    const Matrix ids = expected->matrix("tokens");
    QCOMPARE(cache.splits().size(), std::size_t(3));
    const CachedTokens tokens = cache.tokens();
    QCOMPARE(tokens.rows, ids.rows());
    QCOMPARE(tokens.context, ids.columns());
    for (std::size_t i = 0; i < ids.size(); ++i)
        QCOMPARE(static_cast<float>(tokens.ids[i]), ids.values()[i]);

    std::vector<float> found(dense.size());
    for (std::size_t i = 0; i < cache.splits().size(); ++i)
        for (const CachedFiring& firing : cache.read(i)) {
            QVERIFY(firing.latent >= cache.splits()[i].first);
            QVERIFY(firing.latent <= cache.splits()[i].last);
            found[(firing.row * tokens.context + firing.position) * dense.columns() + firing.latent]
                = firing.value;
        }
    QVERIFY(Matrix(dense.rows(), dense.columns(), found) == dense);
}

void TestDelphiCache::onlyCachesAreRecognised()
{
    QVERIFY(DelphiCache::recognises(CoderFolder(coderFile("delphi-cache/" + folder))));
    QVERIFY(!DelphiCache::recognises(CoderFolder(coderFile("clt-gemma2"))));
    QVERIFY_EXCEPTION_THROWN(DelphiCache(coderFile("clt-gemma2")), Error);
}

void TestDelphiCache::faults_data()
{
    using Change = std::function<void(std::map<std::string, CoderCopy::Tensor>&)>;
    QTest::addColumn<Change>("change");
    QTest::addColumn<QString>("says");
    const auto set = [](int at, std::uint16_t value) {
        return Change([=](auto& tensors) {
            std::memcpy(tensors["locations"].bytes.data() + 2 * at, &value, 2);
        });
    };
    QTest::newRow("text") << set(0, 4) << QString("of text 4, which is not in its texts");
    QTest::newRow("token") << set(1, 5) << QString("token 5 of text");
    QTest::newRow("latent") << set(2, 9) << QString("its latent 9, but holds");
    QTest::newRow("another latent of its own") << set(2, 0) << QString();
    QTest::newRow("no locations") << Change([](auto& t) { t.erase("locations"); })
                                  << QString("lacks the tensor locations");
    QTest::newRow("fractions") << Change([](auto& t) { t["locations"].dtype = "F16"; })
                               << QString("whole numbers");
    QTest::newRow("shape") << Change([](auto& t) {
        std::swap(t["locations"].shape[0], t["locations"].shape[1]);
    }) << QString("not three numbers");
    QTest::newRow("not finite") << Change([](auto& t) {
        const std::uint16_t nan = 0x7e00;
        std::memcpy(t["activations"].bytes.data(), &nan, 2);
    }) << QString("not finite");
    QTest::newRow("other texts") << Change([](auto& t) {
        std::swap(t["tokens"].shape[0], t["tokens"].shape[1]);
    }) << QString("others than those");
    QTest::newRow("token of an id below 0") << Change([](auto& t) {
        const std::int64_t id = -1;
        std::memcpy(t["tokens"].bytes.data(), &id, 8);
    }) << QString("a token -1");
}

void TestDelphiCache::faults()
{
    using Change = std::function<void(std::map<std::string, CoderCopy::Tensor>&)>;
    QFETCH(Change, change);
    QFETCH(QString, says);
    const CoderCopy copy = copied();
    const std::string file = folder + "/0_3.safetensors";
    auto tensors = copy.tensors(file);
    change(tensors);
    copy.write(file, tensors);
    const std::string said = refusal(copy);
    QVERIFY2(says.isEmpty() ? said.empty() : said.find(says.toStdString()) != std::string::npos,
        said.c_str());
}

void TestDelphiCache::overlappingRanges()
{
    const CoderCopy copy = copied();
    const auto base = copy.folder() / folder;
    std::filesystem::copy(base / "0_3.safetensors", base / "2_3.safetensors");
    QVERIFY(refusal(copy).find("overlap") != std::string::npos);
}

QTEST_GUILESS_MAIN(TestDelphiCache)
#include "tst_delphicache.moc"
