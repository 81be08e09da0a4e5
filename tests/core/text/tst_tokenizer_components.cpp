#include "tests/core/text/temporarytokenizer.h"

#include <QtTest>

using nlohmann::json;

/// What golden/make.py wrote down from Hugging Face's library: small tokenizers that use every
/// component in every way, and real ones.
class TestTokenizerComponents : public QObject {
    Q_OBJECT
private slots:
    void madeUp();
    void real_data();
    void real();
};

namespace {

json golden(const char* name)
{
    QFile file(QStringLiteral(MICROTOME_SOURCE "/tests/core/text/golden/") + QLatin1String(name));
    if (!file.open(QIODevice::ReadOnly))
        throw std::runtime_error("the golden file is missing");
    return json::parse(file.readAll().toStdString());
}

/// Whether ids, ids with special tokens, and both decodings are as written down.
bool same(const microtome::Tokenizer& tokenizer, const json& expected)
{
    const std::string text = expected["text"];
    const std::vector<std::int32_t> ids = expected["ids"];
    const std::string decoded = expected["decoded"];
    const auto bare = tokenizer.encode(text, false);
    const auto special = tokenizer.encode(text, true);
    const bool right = bare.ids == ids && bare.offsets.size() == bare.ids.size()
        && special.ids == expected.value("special", ids)
        && special.offsets.size() == special.ids.size() && tokenizer.decode(ids, false) == decoded
        && tokenizer.decode(ids, true) == expected.value("skipped", decoded);
    if (!right)
        qWarning().noquote() << "text" << text.c_str() << "\nexpected" << expected.dump().c_str()
                             << "\nids" << shown(bare.ids) << "\nspecial" << shown(special.ids)
                             << "\ndecoded" << tokenizer.decode(ids, false).c_str();
    return right;
}

} // namespace

void TestTokenizerComponents::madeUp()
{
    const json file = golden("components.json");
    QVERIFY(file["files"].size() >= 80);
    const TemporaryTokenizer folder;
    for (const json& entry : file["files"]) {
        json tokenizerJson = entry["file"];
        tokenizerJson["model"] = file["models"][entry["model"].get<std::string>()];
        tokenizerJson["model"].update(entry["settings"]);
        const auto tokenizer = folder.open(tokenizerJson);
        for (const json& expected : entry["cases"])
            QVERIFY2(same(*tokenizer, expected), entry["file"].dump().c_str());
    }
}

void TestTokenizerComponents::real_data()
{
    QTest::addColumn<QString>("path");
    for (const char* path : {"tokenizers/gpt2", "tokenizers/neox", "tokenizers/phi-2",
             "tokenizers/phi-3", "models/stories260K", "models/babyllama105"})
        QTest::newRow(path) << QString::fromLatin1(path);
}

void TestTokenizerComponents::real()
{
    QFETCH(QString, path);
    const QString folder = QStringLiteral(MICROTOME_SHARED_DATA "/") + path;
    if (!QFileInfo::exists(folder))
        QSKIP("The shared data with this tokenizer is not on this machine.");
    const auto tokenizer = microtome::Tokenizer::open(folder.toStdString());
    const json file = golden("tokenizers.json");
    const json& cases = file[path.toStdString()];
    QVERIFY(cases.size() >= 80);
    for (const json& expected : cases)
        QVERIFY(same(*tokenizer, expected));
}

QTEST_GUILESS_MAIN(TestTokenizerComponents)
#include "tst_tokenizer_components.moc"
