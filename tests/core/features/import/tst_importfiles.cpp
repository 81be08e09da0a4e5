#include "core/features/import/importfiles.h"
#include "core/features/import/records.h"
#include "core/features/import/tokenids.h"
#include "core/work/error.h"
#include "tests/wordtokenizer.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include <fstream>
#include <zlib.h>

using namespace microtome;
using nlohmann::json;

namespace {

/// Keeps everything that is given.
struct Kept : ImportSink {
    std::map<ImportedName, ImportedAbout> abouts;
    std::vector<std::pair<ImportedName, ImportedFeature>> features;
    std::vector<std::pair<std::uint32_t, ImportedWindow>> windows;
    std::vector<ImportedLabel> labels;
    std::vector<std::pair<std::uint32_t, ImportedScore>> scores;

    void about(const ImportedName& name, const ImportedAbout& said) override
    {
        abouts[name] = said;
    }
    void feature(const ImportedName& name, ImportedFeature&& feature) override
    {
        features.emplace_back(name, std::move(feature));
    }
    void window(const ImportedName&, std::uint32_t latent, ImportedWindow&& window) override
    {
        windows.emplace_back(latent, std::move(window));
    }
    void label(const ImportedName&, ImportedLabel&& label) override
    {
        labels.push_back(std::move(label));
    }
    void score(const ImportedName&, std::uint32_t latent, ImportedScore&& score) override
    {
        scores.emplace_back(latent, std::move(score));
    }
};

std::string gzipped(const std::string& text)
{
    z_stream stream{};
    deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
    std::string out(text.size() + 1024, '\0');
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    deflate(&stream, Z_FINISH);
    out.resize(stream.total_out);
    deflateEnd(&stream);
    return out;
}

const std::string row = R"({"modelId":"m","layer":"6-res","index":)";

} // namespace

class TestImportFiles : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;

    std::filesystem::path write(const std::string& name, const std::string& text) const
    {
        const std::filesystem::path path = m_folder.filePath("").toStdString() + name;
        std::filesystem::create_directories(path.parent_path());
        std::ofstream(path, std::ios::binary) << text;
        return path;
    }

    Kept read(
        const std::string& name, const std::string& text, ImportedFiles* files = nullptr) const
    {
        Kept kept;
        const ImportedFiles all = readImported({write(name, text)}, kept);
        if (files)
            *files = all;
        return kept;
    }

    std::vector<json> records(const std::string& text) const
    {
        ImportStream stream(write("records", text));
        std::vector<json> all;
        eachRecord(stream, [&](const json& record, const json& around) {
            all.push_back(record);
            if (!around.is_null())
                all.push_back(around);
        });
        return all;
    }

private slots:
    void givesRecords();
    void inflates();
    void readsBatch();
    void readsRows();
    void dropsWhatIsMissing();
    void readsDelphi();
    void tellsTokens();
    void tellsPartsOfCharacters();
    void refuses_data();
    void refuses();
};

void TestImportFiles::givesRecords()
{
    QCOMPARE(records(""), std::vector<json>());
    QCOMPARE(records("[1, {\"a\": [2]}, []]"), (std::vector<json>{1, {{"a", {2}}}, json::array()}));
    QCOMPARE(records("{\"a\":1}\n\n{\"b\":[2,{}]}\n\"c\""),
        (std::vector<json>{{{"a", 1}}, {{"b", {2, json::object()}}}, "c"}));
    const json around{{"m", 1}};
    QCOMPARE(records(R"({"m":1, "features": [{"x":1},{"y":{"z":[]}}], "n":2} {"o":3})"),
        (std::vector<json>{
            {{"x", 1}}, around, {{"y", {{"z", json::array()}}}}, around, {{"o", 3}}}));
    QCOMPARE(records(R"({"features": []})"), std::vector<json>());
    QCOMPARE(records(R"({"a": {"features": [1]}})"),
        std::vector<json>{json::parse(R"({"a": {"features": [1]}})")});
}

/// Two members one after the other are one text, also where the cut is within a record.
void TestImportFiles::inflates()
{
    std::string text;
    for (int i = 0; i < 5000; ++i)
        text += row + '"' + std::to_string(i) + "\",\"description\":\"d" + std::to_string(i)
            + "\"}\n";
    const std::string packed = gzipped(text.substr(0, 70001)) + gzipped(text.substr(70001));
    const Kept kept = read("batch-0.jsonl.gz", packed);
    QCOMPARE(kept.labels.size(), std::size_t(5000));
    QCOMPARE(kept.labels[4999].latent, 4999U);
    QCOMPARE(kept.labels[4999].text, std::string("d4999"));
    QVERIFY_THROWS_EXCEPTION(Error, read("torn", packed.substr(0, packed.size() - 9)));
    std::string damaged = packed;
    damaged[packed.size() / 2] = static_cast<char>(damaged[packed.size() / 2] ^ 0x55);
    QVERIFY_THROWS_EXCEPTION(Error, read("damaged", damaged));
}

void TestImportFiles::readsBatch()
{
    ImportedFiles files;
    const Kept kept = read("anything", R"({"model_id":"m","layer":3,"sae_set":"res-x","features":[
        {"feature_index":7,"frac_nonzero":0.25,"pos_str":["a","b"],"pos_values":[1,2.5],
         "neg_str":["c"],"neg_values":[-3],"correlated_features_indices":[7,9],
         "correlated_features_pearson":[1,0.5],"logits_hist_data_bar_heights":[1,0,4],
         "logits_hist_data_bar_values":[-1,0,1],"dataset":"set","n_prompts_total":10,
         "n_tokens_in_prompt":4,"freq_hist_data_bar_values":[1],"freq_hist_data_bar_heights":[1],
         "activations":[{"bin_min":-1,"tokens":["x","y"],"values":[0,1.5]}]}]})",
        &files);
    QCOMPARE(files.formats, std::vector<std::string>{"SAEDashboard"});
    QCOMPARE(kept.features.size(), std::size_t(1));
    const auto& [name, feature] = kept.features[0];
    QCOMPARE(name.model, std::string("m"));
    QCOMPARE(name.source, std::string("3-res-x"));
    QCOMPARE(feature.latent, 7U);
    QCOMPARE(*feature.density, 0.25);
    QVERIFY(!feature.max);
    QCOMPARE(feature.promoted, (ImportedFeature::Texts{{"b", 2.5F}, {"a", 1.F}}));
    QCOMPARE(feature.suppressed, (ImportedFeature::Texts{{"c", -3.F}}));
    QCOMPARE(feature.correlated, (ImportedFeature::Latents{{9, 0.5F}}));
    QCOMPARE(feature.logitsFrom, -1.5F);
    QCOMPARE(feature.logitsTo, 1.5F);
    QCOMPARE(feature.logitCounts, (std::vector<std::int32_t>{1, 0, 4}));
    QCOMPARE(feature.windows.size(), std::size_t(1));
    QCOMPARE(feature.windows[0].values, (std::vector<float>{0, 1.5F}));
    QCOMPARE(kept.abouts.at(name).dataset, std::string("set"));
    QCOMPARE(files.leftOut.at("activation histogram"), 1U);
    QCOMPARE(files.leftOut.at("window bins"), 1U);
}

/// Indices are strings there.
void TestImportFiles::readsRows()
{
    const Kept kept = read("rows.jsonl",
        row + R"("12","maxActApprox":4.5,"frac_nonzero":0.001,"hookName":"blocks.6.hook_resid_pre",
            "topkCosSimIndices":[12,5],"topkCosSimValues":[1,0.25],"umap_x":1,"umap_y":-2,
            "umap_cluster":3,"vector":[0.5]})"
            + row + R"("12","tokens":["a"],"values":[2],"maxValue":2})" + row
            + R"(13,"description":"birds","authorId":"w","typeName":"t","explanationModelName":"e",
            "scores":[{"value":0.5,"explanationScoreTypeName":"recall_alt"},
                      {"value":null,"explanationScoreTypeName":"recall_alt"},{"value":-99}]})");
    const ImportedFeature& feature = kept.features.at(0).second;
    QCOMPARE(feature.latent, 12U);
    QCOMPARE(*feature.max, 4.5);
    QCOMPARE(feature.nearest, (ImportedFeature::Latents{{5, 0.25F}}));
    QCOMPARE(*feature.x, 1.0);
    QCOMPARE(*feature.cluster, 3.0);
    QCOMPARE(kept.abouts.begin()->second.hook, std::string("blocks.6.hook_resid_pre"));
    QCOMPARE(kept.windows.at(0).first, 12U);
    const ImportedLabel& label = kept.labels.at(0);
    QCOMPARE(label.latent, 13U);
    QCOMPARE(label.text + '|' + label.author + '|' + label.method + '|' + label.model,
        std::string("birds|w|t|e"));
    QCOMPARE(label.scores.size(), std::size_t(3));
    QCOMPARE(*label.scores[0].value, 0.5);
    QVERIFY(!label.scores[1].value);
    QVERIFY(!label.scores[2].value);
}

/// Zeros that stand for "never measured" in Neuronpedia's tables are no numbers.
void TestImportFiles::dropsWhatIsMissing()
{
    const Kept kept = read("rows.jsonl",
        row + R"("0","maxActApprox":0,"frac_nonzero":0,"umap_x":0,"umap_y":0,"umap_cluster":0})"
            + row + R"("1","maxActApprox":3,"frac_nonzero":0})" + row
            + R"("2","maxActApprox":0,"frac_nonzero":0,"pos_str":["a"],"pos_values":[1]})");
    QVERIFY(!kept.features.at(0).second.max && !kept.features[0].second.density);
    QVERIFY(!kept.features[0].second.x && !kept.features[0].second.cluster);
    QVERIFY(kept.features.at(1).second.max && !kept.features[1].second.density);
    QCOMPARE(*kept.features.at(2).second.density, 0.0);
}

void TestImportFiles::readsDelphi()
{
    Kept kept = read("explanations/layers.3.mlp_latent41.txt", "\"Names of \\u00e9tudes.\"");
    QCOMPARE(kept.labels.at(0).latent, 41U);
    QCOMPARE(kept.labels.at(0).text, std::string("Names of études."));
    ImportedFiles files;
    kept = read("explanations/m_latent1.txt", "\"Explanation could not be parsed.\"", &files);
    QVERIFY(kept.labels.empty());
    QCOMPARE(files.leftOut.at("failed explanation"), 1U);

    // 3 of 4 true ones are found, 1 of 2 others is taken for one; the failed answer counts nowhere.
    std::string examples;
    for (const char* example : {"true,\"prediction\":true", "true,\"prediction\":true",
             "true,\"prediction\":1", "true,\"prediction\":false", "false,\"prediction\":true",
             "false,\"prediction\":false", "false,\"prediction\":null", "true,\"prediction\":-1"})
        examples += std::string(examples.empty() ? "[" : ",")
            + R"({"str_tokens":["a"],"distance":1,"activating":)" + example + "}";
    kept = read("scores/fuzz/layers.3.mlp_latent41.txt", examples + "]");
    const auto& [latent, score] = kept.scores.at(0);
    QCOMPARE(latent, 41U);
    QCOMPARE(score.scorer, std::string("fuzzing"));
    QCOMPARE(*score.value, (0.75 + 0.5) / 2);
    QCOMPARE(score.examples, 6);
    QCOMPARE(score.missing, 2);
    QVERIFY(*score.low < *score.value && *score.value < *score.high);

    kept = read("scores/detection/m_latent2.txt",
        R"([{"activating":true,"prediction":null},{"activating":false,"prediction":null}])");
    QVERIFY(!kept.scores.at(0).second.value);
    QCOMPARE(kept.scores.at(0).second.missing, 2);
    kept = read("scores/intruder/m_latent2.txt",
        R"([{"correct":true,"prediction":3},{"correct":false,"prediction":-1}])");
    QCOMPARE(*kept.scores.at(0).second.value, 1.0);
    QCOMPARE(kept.scores.at(0).second.missing, 1);
}

void TestImportFiles::tellsTokens()
{
    const WordTokenizer tokenizer(60);
    const TokenIds ids(tokenizer);
    const auto idOf
        = [&](const char* bytes) { return static_cast<std::uint32_t>(*tokenizer.idOf(bytes)); };
    QCOMPARE(ids.of(" cat"), std::optional(idOf("Ġcat")));
    QCOMPARE(ids.of("Ġcat"), std::optional(idOf("Ġcat")));
    QCOMPARE(ids.of("cat"), std::optional(idOf("cat")));
    QCOMPARE(ids.of("日"), std::optional(idOf("日")));
    QCOMPARE(ids.of("zebra"), std::nullopt);
    QCOMPARE(ids.of("\xEF\xBF\xBD"), std::nullopt);
    const std::vector<std::string> window{"The", " cat", "Ġsat", "\n"};
    QCOMPARE(*ids.of(window),
        (std::vector<std::uint32_t>{idOf("The"), idOf("Ġcat"), idOf("Ġsat"), idOf("Ċ")}));
    QVERIFY(!ids.of(std::vector<std::string>{"The", "zebra"}));
}

/// Parts of characters come as the vocabulary spells them, whole ones as themselves.
void TestImportFiles::tellsPartsOfCharacters()
{
    const QString folder = MICROTOME_SHARED_DATA "/tokenizers/gpt2";
    if (!QDir(folder).exists())
        QSKIP("GPT-2's tokenizer is not among the shared data.");
    const auto tokenizer = Tokenizer::open(folder.toStdString());
    const TokenIds ids(*tokenizer);
    const auto told = [&](const std::vector<std::string>& window) -> std::vector<std::uint32_t> {
        return ids.of(window).value_or(std::vector<std::uint32_t>{});
    };
    // "It’s" with the sign's three bytes in two tokens.
    QCOMPARE(told({"It", "âĢ", "Ļ", "s"}), (std::vector<std::uint32_t>{1026, 447, 247, 82}));
    QCOMPARE(told({" caf", "é"}), (std::vector<std::uint32_t>{19945, 2634}));
    QCOMPARE(told({" caf", "Ã©"}), (std::vector<std::uint32_t>{19945, 2634}));
    QVERIFY(!ids.of("é")); // the letter, or the byte 0xE9
    QVERIFY(told({"It", "âĢ", "s", "âĢ"}).empty()); // no character begins so and ends there
    QVERIFY(told({"\xEF\xBF\xBD"}).empty());
    QVERIFY(told({"Mary", "went", "to", "the", "store", "and", "the", "house"}).empty());
    QCOMPARE(told({" the", " store"}), (std::vector<std::uint32_t>{262, 3650}));
}

void TestImportFiles::refuses_data()
{
    QTest::addColumn<QByteArray>("text");
    const auto batch = [](const std::string& feature) {
        return QByteArray::fromStdString(
            R"({"model_id":"m","layer":0,"sae_set":"s","features":[)" + feature + "]}");
    };
    QTest::newRow("torn") << QByteArray(R"({"features":[{"feature_index":1)");
    QTest::newRow("no json") << QByteArray("{features}");
    QTest::newRow("NaN") << batch(R"({"feature_index":1,"frac_nonzero":NaN})");
    QTest::newRow("infinite") << batch(R"({"feature_index":1,"frac_nonzero":1e999})");
    QTest::newRow("huge value") << batch(
        R"({"feature_index":1,"activations":[{"tokens":["a"],"values":[1e300]}]})");
    QTest::newRow("2^40") << batch(R"({"feature_index":1099511627776})");
    QTest::newRow("2^80") << QByteArray::fromStdString(row + "\"1208925819614629174706176\"}");
    QTest::newRow("negative") << batch(R"({"feature_index":-1})");
    QTest::newRow("index is a word") << QByteArray::fromStdString(row + "\"twelve\"}");
    QTest::newRow("index is a list") << batch(R"({"feature_index":[1]})");
    QTest::newRow("share above 1") << batch(R"({"feature_index":1,"frac_nonzero":1.5})");
    QTest::newRow("more tokens than values")
        << batch(R"({"feature_index":1,"activations":[{"tokens":["a","b"],"values":[1]}]})");
    QTest::newRow("values are words")
        << batch(R"({"feature_index":1,"activations":[{"tokens":["a"],"values":["b"]}]})");
    QTest::newRow("activations are numbers") << batch(R"({"feature_index":1,"activations":[3]})");
    QTest::newRow("tokens without logits") << batch(R"({"feature_index":1,"pos_str":["a"]})");
    QTest::newRow("deep") << QByteArray(100000, '[');
    QTest::newRow("mixed") << QByteArray::fromStdString(
        row + "\"1\",\"description\":\"d\"}\n{\"other\":1}");
    QTest::newRow("no source") << QByteArray(R"({"modelId":"m","layer":null,"index":"1"})");
    QTest::newRow("no latent in the name") << QByteArray("\"an explanation\"");
    QTest::newRow("too long a record") << QByteArray(70 << 20, ' ').append("{}");
}

void TestImportFiles::refuses()
{
    QFETCH(QByteArray, text);
    try {
        read("file.json", text.toStdString());
        QFAIL("It was taken.");
    } catch (const Error& error) {
        const std::string sentence = error.what();
        QVERIFY2(sentence.ends_with('.') && sentence.find("file.json") != std::string::npos
                && sentence.find('\n') == std::string::npos,
            error.what());
    }
}

QTEST_GUILESS_MAIN(TestImportFiles)
#include "tst_importfiles.moc"
