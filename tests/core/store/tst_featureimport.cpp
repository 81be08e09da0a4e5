#include "core/features/corpus/corpus.h"
#include "core/features/index/featureindex.h"
#include "core/store/features/explanations.h"
#include "core/store/features/importer.h"
#include "tests/wordtokenizer.h"

#include <QDir>
#include <QFile>
#include <QFloat16>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <fstream>

using namespace microtome;
using nlohmann::json;
using enum FeatureNumber;

namespace {

/// Two features of 16 with windows, one of them told twice and one with an unknown word.
const char* const batch = R"({"model_id":"tiny","layer":1,"sae_set":"res","features":[
    {"feature_index":3,"frac_nonzero":0.25,"pos_str":[" cat","zebra"," dog"],
     "pos_values":[3,2,1],"neg_str":["."],"neg_values":[-2],
     "correlated_features_indices":[3,15],"correlated_features_pearson":[1,0.5],
     "logits_hist_data_bar_heights":[2,5],"logits_hist_data_bar_values":[0,1],
     "activations":[{"bin_min":-1,"tokens":["The"," cat"," sat"],"values":[0,2.5,0.5]},
                    {"bin_max":1,"tokens":["The"," cat"," sat"],"values":[0,2.5,0.5]},
                    {"tokens":["The"," zebra"," ran"],"values":[0,4,0]},
                    {"tokens":[" on"," the"],"values":[0,0]}]},
    {"feature_index":0,"frac_nonzero":0,
     "activations":[{"tokens":[" dog","\n"],"values":[-1.5,0]}]}]})";

template <class F> QString sentenceOf(F&& function)
{
    try {
        function();
    } catch (const Error& error) {
        return QString::fromUtf8(error.what());
    }
    return {};
}

bool says(const std::vector<std::string>& sentences, const char* words)
{
    return std::ranges::any_of(
        sentences, [&](const std::string& one) { return one.find(words) != std::string::npos; });
}

} // namespace

class TestFeatureImport : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    std::optional<Project> m_project;
    WordTokenizer m_tokenizer{60};
    ImportSettings m_settings;

    std::filesystem::path path(const char* name) const
    {
        return m_folder->filePath(name).toStdString();
    }
    std::filesystem::path write(const char* name, const std::string& text) const
    {
        std::filesystem::create_directories(path(name).parent_path());
        std::ofstream(path(name), std::ios::binary) << text;
        return path(name);
    }
    ImportReport import(const std::filesystem::path& from, const Progress& progress = {})
    {
        return importFeatures(*m_project, from, m_settings, progress);
    }
    QStringList beside() const
    {
        return QDir(m_folder->filePath("a.features"))
            .entryList(QDir::Files | QDir::Dirs | QDir::NoDotAndDotDot);
    }
    void isEmpty()
    {
        QVERIFY(m_project->featureSources().list().empty());
        QVERIFY(m_project->runs({.status = {}}).empty());
        QVERIFY(!QDir(m_folder->filePath("a.features")).exists());
        QCOMPARE(m_project->verify(), std::vector<std::string>());
    }

private slots:
    void init();
    void takesBatch();
    void keepsTextWithoutTokenizer();
    void takesExport();
    void takesResultsOfDelphi();
    void goesIntoSweptSource();
    void isFoundAgain();
    void givesExplanationsBack();
    void refuses_data();
    void refuses();
    void leavesNothingWhenStopped();
    void takesTheRealBatch();
};

void TestFeatureImport::init()
{
    m_project.reset();
    m_folder = std::make_unique<QTemporaryDir>();
    m_project.emplace(Project::create(path("a.microtome")));
    StoredModel model;
    model.name = "tiny";
    model.hash = "weights";
    m_settings = {};
    m_settings.model = m_project->models().add(model);
    m_settings.modelName = "tiny";
    m_settings.tokenizer = &m_tokenizer;
    m_settings.vocabulary = 60;
}

void TestFeatureImport::takesBatch()
{
    m_settings.latents = 16;
    m_settings.readSite = "blocks.1.hook_resid_pre";
    const ImportReport report = import(write("b.json", batch));
    QCOMPARE(report.sources.size(), std::size_t(1));
    const ImportedSource& one = report.sources[0];
    QCOMPARE(one.name, std::string("1-res"));
    QCOMPARE(one.features, 2U);
    QCOMPARE(one.windows, 3U);
    QCOMPARE(one.textWindows, 1U);
    QCOMPARE(one.sameWindows, 1U);
    QCOMPARE(one.tokens, 7U);
    QCOMPARE(one.unknownLogits, 1U);
    QVERIFY(says(report.leftOut, "1 windows are kept as text"));
    QVERIFY(says(report.leftOut, "windows' bins"));

    const FeatureSource source = *m_project->featureSources().get(one.source);
    QCOMPARE(source.kind, SourceKind::Dictionary);
    QCOMPARE(source.latents, 16U);
    QCOMPARE(source.readSite, std::string("blocks.1.hook_resid_pre"));
    FeatureBrowser browser = m_project->featureBrowser();
    const FeatureDetail detail = browser.open({one.source, 3});
    QCOMPARE(detail.number(Density), 0.25);
    QCOMPARE(detail.number(Max), 4.0); // of its windows, told or not
    for (const FeatureNumber number : {Count, Mean, Skew, Q50, TopToken, DecoderNorm, X})
        QVERIFY(std::isnan(detail.number(number)));
    const auto idOf
        = [&](const char* token) { return static_cast<std::uint32_t>(*m_tokenizer.idOf(token)); };
    QCOMPARE(detail.topLogits, (std::vector<Ranked>{{idOf("Ġcat"), 3}, {idOf("Ġdog"), 1}}));
    QCOMPARE(detail.bottomLogits, (std::vector<Ranked>{{idOf("."), -2}}));
    QCOMPARE(detail.partners, (std::vector<Ranked>{{15, 0.5F}}));
    QCOMPARE(detail.logits, (LogitHistogram{-0.5F, 1.5F, {2, 5}}));
    QCOMPARE(detail.contexts, std::string("The zebra ran\nThe cat sat"));
    QVERIFY(std::isnan(browser.open({one.source, 5}).number(Density)));
    QVERIFY(browser.open({one.source, 5}).topLogits.empty());
    QCOMPARE(browser.open({one.source, 0}).number(Density), 0.0);
    FeatureQuery query;
    query.contextWords = "zebra";
    QCOMPARE(browser.find(query), (std::vector<FeatureKey>{{one.source, 3}}));

    QCOMPARE(beside().size(), 2);
    const FeatureSweep sweep = *detail.sweep;
    const FeatureIndex index(m_folder->path().toStdString() + '/' + sweep.indexPath);
    index.verify();
    const Corpus corpus(path("a.features") / beside().filter(".corpus").first().toStdString());
    corpus.verify();
    checkMadeOver(index, corpus);
    QCOMPARE(corpus.hash(), sweep.corpusHash);
    QCOMPARE(corpus.documents(), 3U);
    QCOMPARE(corpus.id(1), idOf("Ġcat"));
    std::vector<Firing> firings;
    for (const std::uint32_t latent : {0U, 3U})
        eachFiring(index.postings(latent), [&](std::uint32_t token, float value) {
            firings.push_back({token, latent, value});
        });
    QCOMPARE(firings, (std::vector<Firing>{{5, 0, -1.5F}, {1, 3, 2.5F}, {2, 3, 0.5F}}));
    QCOMPARE(m_project->verify(), std::vector<std::string>());
}

void TestFeatureImport::keepsTextWithoutTokenizer()
{
    m_settings.tokenizer = nullptr;
    const ImportReport report = import(write("b.json", batch));
    QCOMPARE(report.sources[0].windows, 0U);
    QCOMPARE(report.sources[0].textWindows, 4U);
    QCOMPARE(report.sources[0].latents, 16U); // the largest index is a neighbour's
    const FeatureDetail detail = m_project->featureBrowser().open({report.sources[0].source, 3});
    QVERIFY(detail.topLogits.empty());
    QCOMPARE(detail.contexts, std::string("The zebra ran\nThe cat sat"));
    QCOMPARE(detail.sweep->indexPath, std::string());
    QVERIFY(says(report.taken, "one more than the largest number"));
}

/// Two sources in one folder; a score that failed is missing.
void TestFeatureImport::takesExport()
{
    const std::string row = R"({"modelId":"other","layer":"6-res","index":")";
    write("e/features/batch-0.jsonl",
        row + R"(2","maxActApprox":9,"hookName":"blocks.6.hook_resid_pre"})");
    write("e/activations/batch-0.jsonl", row + R"(1","tokens":["The"," cat"],"values":[0,1]})");
    write("e/explanations/batch-0.jsonl",
        row + R"(1","description":"small beasts","authorId":"w","typeName":"t",
            "explanationModelName":"e","scores":[{"value":0.5,"explanationScoreTypeName":"recall"},
            {"value":null,"explanationScoreTypeName":"recall"}]})"
            + row + R"(1","description":"small beasts","authorId":"w","typeName":"t",
            "explanationModelName":"e"})"
            + R"({"modelId":"other","layer":"7-res","index":"0","description":"first"})");
    write("e/notes.md", "nothing");
    write("e/model.jsonl", R"({"id":"other","displayName":"Other"})");
    const ImportReport report = import(path("e"));
    QCOMPARE(report.sources.size(), std::size_t(2));
    const SourceId source = report.sources[0].source;
    QCOMPARE(
        m_project->featureSources().get(source)->readSite, std::string("blocks.6.hook_resid_pre"));
    FeatureBrowser browser = m_project->featureBrowser();
    QCOMPARE(browser.open({source, 2}).number(Max), 9.0);
    const FeatureDetail detail = browser.open({source, 1});
    QCOMPARE(detail.number(Max), 1.0);
    QCOMPARE(detail.labels.size(), std::size_t(1));
    const FeatureLabel& label = detail.labels[0];
    QCOMPARE(label.text + '|' + label.author + '|' + label.method + '|' + label.model,
        std::string("small beasts|w|t|e"));
    QCOMPARE(detail.scores.size(), std::size_t(2));
    QCOMPARE(*detail.scores[0].value, 0.5);
    QVERIFY(!detail.scores[1].value);
    QCOMPARE(report.sources[0].missingScores, 1U);
    QCOMPARE(browser.open({report.sources[1].source, 0}).labels.at(0).text, std::string("first"));
    QVERIFY(says(report.taken, "call the model “other”"));
    QVERIFY(says(report.leftOut, "explanations that were said before"));
    QVERIFY(says(report.leftOut, "1 files with nothing that is known, the first being notes.md"));
}

void TestFeatureImport::takesResultsOfDelphi()
{
    write("d/explanations/layers.3.mlp_latent4.txt", "\"boats\"");
    write("d/scores/detection/layers.3.mlp_latent4.txt",
        R"([{"str_tokens":["a"],"activating":true,"prediction":true},
            {"str_tokens":["a"],"activating":false,"prediction":false}])");
    write("d/scores/fuzz/layers.3.mlp_latent4.txt", R"([{"activating":true,"prediction":null}])");
    write("d/scores/fuzz/layers.3.mlp_latent5.txt", R"([{"activating":true,"prediction":true}])");
    const ImportReport report = import(path("d"));
    QCOMPARE(report.sources[0].name, std::string("layers.3.mlp"));
    QCOMPARE(report.sources[0].latents, 6U);
    const FeatureDetail detail = m_project->featureBrowser().open({report.sources[0].source, 4});
    QCOMPARE(detail.labels.at(0).text, std::string("boats"));
    QCOMPARE(detail.scores.size(), std::size_t(2));
    QCOMPARE(detail.scores[0].scorer, std::string("detection"));
    QCOMPARE(*detail.scores[0].value, 1.0);
    QCOMPARE(detail.scores[0].n, 2);
    QCOMPARE(detail.scores[1].scorer, std::string("fuzzing"));
    QVERIFY(!detail.scores[1].value);
    QVERIFY(!detail.sweep);
    QVERIFY(says(report.leftOut, "scores whose explanation is not in the files"));
    QVERIFY(!QDir(m_folder->filePath("a.features")).exists());
}

/// Explanations do not hide the numbers of a sweep; what is too large is refused.
void TestFeatureImport::goesIntoSweptSource()
{
    const SourceId source = import(write("b.json", batch)).sources[0].source;
    m_settings.into = source;
    const std::string row = R"({"modelId":"tiny","layer":"x","index":"3","description":"beasts"})";
    const ImportReport report = import(write("l.jsonl", row));
    QCOMPARE(report.sources[0].source, source);
    const FeatureDetail detail = m_project->featureBrowser().open({source, 3});
    QCOMPARE(detail.number(Density), 0.25);
    QCOMPARE(detail.labels.at(0).text, std::string("beasts"));
    const auto beyond
        = write("far.jsonl", R"({"modelId":"tiny","layer":"x","index":"16","description":"b"})");
    QVERIFY(sentenceOf([&] { import(beyond); }).contains("the source has 16 latents"));
    QCOMPARE(m_project->featureSources().list().size(), std::size_t(1));
    m_settings.into = static_cast<SourceId>(77);
    QVERIFY(sentenceOf([&] { import(beyond); }).contains("no such source"));
}

void TestFeatureImport::isFoundAgain()
{
    const auto file = write("b.json", batch);
    const ImportReport first = import(file);
    const ImportReport again = import(file);
    QVERIFY(!first.found && again.found);
    QCOMPARE(again.run, first.run);
    QCOMPARE(toJson(again).at("sources"), toJson(first).at("sources"));
    QCOMPARE(m_project->featureSources().list().size(), std::size_t(1));
    QCOMPARE(beside().size(), 2);
}

void TestFeatureImport::givesExplanationsBack()
{
    const SourceId source = import(write("b.json", batch)).sources[0].source;
    FeatureLabels labels = m_project->labels();
    labels.add({.feature = {source, 0}, .text = "one", .method = "m", .author = "a", .model = "o"});
    const LabelId second = labels.add({.feature = {source, 3}, .text = "two “signs”\n"});
    labels.addScore({.label = second, .scorer = "detection", .value = 0.75, .n = 8});
    labels.addScore({.label = second, .scorer = "fuzzing", .value = {}});
    std::string lines;
    eachExplanation(*m_project, source, [&](const json& row) { lines += row.dump() + '\n'; });
    m_settings.name = "again";
    m_settings.latents = 16;
    const SourceId copy = import(write("out.jsonl", lines)).sources[0].source;
    QVERIFY(copy != source);
    std::string copied;
    eachExplanation(*m_project, copy, [&](const json& row) { copied += row.dump() + '\n'; });
    const FeatureDetail detail = m_project->featureBrowser().open({copy, 3});
    QCOMPARE(detail.labels.at(0).text, std::string("two “signs”\n"));
    QCOMPARE(*detail.scores.at(0).value, 0.75);
    QVERIFY(!detail.scores.at(1).value);
    QCOMPARE(m_project->featureBrowser().open({copy, 0}).labels.at(0).author, std::string("a"));
    QCOMPARE(std::ranges::count(copied, '\n'), 2);
}

void TestFeatureImport::refuses_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QString>("words");
    const auto with
        = [](const char* what, const char* by) { return QByteArray(batch).replace(what, by); };
    QTest::newRow("torn") << QByteArray(batch).chopped(40) << "cut short";
    QTest::newRow("late fault") << with("[-1.5,0]", "[-1.5]") << "2 tokens but 1 activations";
    QTest::newRow("late type") << with("[-1.5,0]", "[-1.5,{}]") << "not made of numbers";
    QTest::newRow("late NaN") << with("[-1.5,0]", "[-1.5,NaN]") << "is no JSON";
    QTest::newRow("beyond latents") << with("[3,15]", "[3,16]") << "16 latents";
    QTest::newRow("2^40") << with("[3,15]", "[3,1099511627776]") << "names feature";
    QTest::newRow("nothing known") << QByteArray(R"({"a":1})") << "nothing in";
    QTest::newRow("empty") << QByteArray() << "nothing in";
}

void TestFeatureImport::refuses()
{
    QFETCH(QByteArray, text);
    QFETCH(QString, words);
    m_settings.latents = 16;
    const auto file = write("b.json", text.toStdString());
    const QString sentence = sentenceOf([&] { import(file); });
    QVERIFY2(sentence.contains(words) && sentence.endsWith('.'), qPrintable(sentence));
    isEmpty();
    // A lone large number does not make columns of millions.
    m_settings.latents.reset();
    const auto far = write("far.json", R"({"features":[{"feature_index":50000000}]})");
    QVERIFY(sentenceOf([&] { import(far); }).contains("1 features only"));
    isEmpty();
}

/// At each step that it reports.
void TestFeatureImport::leavesNothingWhenStopped()
{
    const auto file = write("b.json", batch);
    bool done = false;
    for (int last = 0; !done; ++last) {
        const auto stop = std::make_shared<std::atomic<bool>>(false);
        int steps = 0;
        const Progress progress(
            [&](double, const std::string&) { stop->store(steps++ == last); }, stop);
        try {
            import(file, progress);
            done = true;
            QVERIFY(last > 5);
        } catch (const Cancelled&) {
            isEmpty();
        }
    }
    QCOMPARE(m_project->featureSources().list().size(), std::size_t(1));
}

/// Checked by hand against the JSON.
void TestFeatureImport::takesTheRealBatch()
{
    const QString data = MICROTOME_SHARED_DATA;
    const QString file = data + "/dashboards/saedashboard/batch-0.json";
    if (!QFile::exists(file) || !QDir(data + "/tokenizers/gpt2").exists())
        QSKIP("SAEDashboard's batch or GPT-2's tokenizer is not among the shared data.");
    const auto tokenizer = Tokenizer::open((data + "/tokenizers/gpt2").toStdString());
    m_settings.tokenizer = tokenizer.get();
    m_settings.vocabulary = 50257;
    const ImportReport report = import(file.toStdString());
    const ImportedSource& one = report.sources.at(0);
    QCOMPARE(one.name, std::string("0-res-jb"));
    QCOMPARE(one.features, 2U);
    QCOMPARE(one.windows, 29U + 6U); // 38 and 35 with repetitions
    QCOMPARE(one.sameWindows, 9U + 29U);
    QCOMPARE(one.textWindows, 0U);
    QCOMPARE(one.tokens, 35U * 127U);
    QCOMPARE(one.unknownLogits, 0U);
    FeatureBrowser browser = m_project->featureBrowser();
    const FeatureDetail detail = browser.open({one.source, 0});
    QCOMPARE(static_cast<float>(detail.number(Density)), 0.0002F);
    QCOMPARE(static_cast<float>(detail.number(Max)), 2.214F);
    QCOMPARE(detail.topLogits.size(), std::size_t(10));
    QCOMPARE(tokenizer->bytes(static_cast<std::int32_t>(detail.topLogits[0].id)),
        std::string(" Brigade"));
    QVERIFY(std::abs(detail.topLogits[0].value - 3.753F) < 2e-3F); // kept in 16 bits
    QCOMPARE(tokenizer->bytes(static_cast<std::int32_t>(detail.bottomLogits[0].id)),
        std::string("sequence"));
    QCOMPARE(detail.logits.counts.size(), std::size_t(50));
    QCOMPARE(detail.logits.counts[7], 9863);
    QVERIFY(std::abs(detail.logits.least - (-0.7066F)) < 1e-3F);
    QVERIFY(detail.partners.empty()); // itself, and 0 with the other
    const FeatureIndex index(m_folder->path().toStdString() + '/' + detail.sweep->indexPath);
    const ValueNumbers numbers = index.numbers(0);
    QCOMPARE(numbers.max, 2.214F);
    QCOMPARE(index.numbers(1).count, 0U);
    QCOMPARE(browser.open({one.source, 1}).number(Density), 0.0);
    QVERIFY(std::isnan(browser.open({one.source, 1}).number(Max)));
    FeatureQuery query;
    query.contextWords = "brigade";
    QCOMPARE(browser.find(query), (std::vector<FeatureKey>{{one.source, 0}}));
}

QTEST_GUILESS_MAIN(TestFeatureImport)
#include "tst_featureimport.moc"
