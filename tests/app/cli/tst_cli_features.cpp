#include "tests/app/cli/folders.h"
#include "tests/app/cli/program.h"

#include <QDir>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <filesystem>

using namespace microtome;
using namespace microtome::test;
using nlohmann::json;

namespace {

const QString model = MICROTOME_SOURCE "/data/models/planted";
const QString dictionary = model + "/dictionary.safetensors";
const QStringList place{"--reads", "blocks.0.hook_resid_pre"};

const std::vector<std::string> names{"animal", "plant", "tool", "food", "house", "boat", "cloth",
    "paper", "metal", "glass", "stone", "wood", "water", "fire", "sand", "sky", "large", "small",
    "old", "new", "red", "blue", "warm", "cold", "round", "flat", "loud", "quiet", "sweet",
    "bitter", "heavy", "light"};

} // namespace

/// Dictionaries and the features of a project, on the wired model whose features are known.
class TestCliFeatures : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    QString m_text = m_folder.filePath("words.txt");
    QString m_project = m_folder.filePath("study.microtome");
    std::size_t m_words = 0;

    QStringList buildWords() const
    {
        return QStringList{"features", "build", "--model", model, "--dictionary", dictionary,
                   "--text", m_text, "--project", m_project, "--json"}
        + place;
    }

private slots:
    void initTestCase();
    void probes();
    void checks();
    void tellsWhereItIsWrong();
    void estimates();
    void builds();
    void lists();
    void searches();
    void shows();
    void tops();
    void imports();
    void refuses_data();
    void refuses();
};

/// Every name as often as its number + 1, nine words a line.
void TestCliFeatures::initTestCase()
{
    std::string text;
    for (std::size_t i = 0; i < names.size(); ++i)
        for (std::size_t k = 0; k <= i; ++k)
            text += names[(i + k * 7) % names.size()] + (++m_words % 9 == 0 ? "\n" : " ");
    writeText(m_text.toStdString(), text);
}

void TestCliFeatures::probes()
{
    const json probe = cli({"dictionary", "probe", "--dictionary", dictionary, "--json"}).json();
    QCOMPARE(probe.at("latents"), json(32));
    QCOMPARE(probe.at("d_in"), json(48));
    QCOMPARE(probe.at("architecture"), json("JumpReLU"));
    QCOMPARE(probe.at("parts"), json::array());
}

void TestCliFeatures::checks()
{
    const json check = cli(QStringList{"dictionary", "check", "--dictionary", dictionary, "--model",
                               model, "--file", m_text, "--json"}
        + place)
                           .json();
    QVERIFY(check.at("fvu").get<double>() < 1e-9);
    QCOMPARE(check.at("l0"), json(1.0));
    QCOMPARE(check.at("dead"), json(0.0));
    QCOMPARE(check.at("hook"), json("blocks.0.hook_resid_pre"));
    QVERIFY(std::abs(check.at("ce").at("recovered").get<double>() - 1) < 1e-6);
    QCOMPARE(check.at("verdicts"), json::array());
}

/// At another place of the model it fits nothing.
void TestCliFeatures::tellsWhereItIsWrong()
{
    const json check = cli({"dictionary", "check", "--dictionary", dictionary, "--model", model,
                               "--file", m_text, "--json", "--reads", "blocks.0.hook_mlp_out"})
                           .json();
    QVERIFY(!check.at("verdicts").empty());
}

void TestCliFeatures::estimates()
{
    const json estimate = cli(buildWords() + QStringList{"--estimate"}).json();
    QCOMPARE(estimate.at("latents"), json(32));
    QVERIFY(estimate.at("tokens").get<std::size_t>() >= m_words);
    QVERIFY(!estimate.contains("sources"));
}

void TestCliFeatures::builds()
{
    const json first = cli(buildWords()).json().at("sources").at(0);
    QCOMPARE(first.at("latents"), json(32));
    QCOMPARE(first.at("dead"), json(0));
    QCOMPARE(first.at("firings"), json(m_words));
    QCOMPARE(first.at("found"), json(false));
    const json again = cli(buildWords()).json().at("sources").at(0);
    QCOMPARE(again.at("found"), json(true));
    QCOMPARE(again.at("source"), first.at("source"));
    QVERIFY(QDir(m_folder.filePath("study.features")).entryList({"*.index"}).size() == 1);
    QCOMPARE(cli({"project", "verify", "--project", m_project, "--json"}).json().at("problems"),
        json::array());
    const json both = cli(buildWords() + QStringList{"--neurons", "0"}).json().at("sources");
    QCOMPARE(both.size(), std::size_t(2));
    QCOMPARE(both[1].at("latents"), json(32));
}

void TestCliFeatures::lists()
{
    const json rows = cli({"features", "list", "--project", m_project, "--source", "1", "--sort",
                              "density", "--descending", "--limit", "100", "--json"})
                          .json();
    QCOMPARE(rows.at("found"), json(32));
    double before = 1;
    for (const json& row : rows.at("features")) {
        const auto token = QString::fromStdString(row.at("top token").get<std::string>()).trimmed();
        QCOMPARE(token.toStdString(), names.at(row.at("latent").get<std::size_t>()));
        QCOMPARE(row.at("top token share"), json(1.0));
        QVERIFY(row.at("density").get<double>() <= before);
        before = row.at("density").get<double>();
    }
    const json few = cli({"features", "list", "--project", m_project, "--source", "1", "--filter",
                             "density<0.03", "--json"})
                         .json();
    QVERIFY(few.at("found").get<int>() > 0 && few.at("found").get<int>() < 32);
}

void TestCliFeatures::searches()
{
    const json found = cli({"features", "search", "--project", m_project, "--source", "1",
                               "--words", "animal", "--json"})
                           .json();
    QCOMPARE(found.at("labels").at("found"), json(0));
    bool own = false;
    for (const json& row : found.at("contexts").at("features"))
        own |= row.at("latent") == json(0);
    QVERIFY(own);
}

void TestCliFeatures::shows()
{
    const json shown = cli({"features", "show", "--project", m_project, "--source", "1", "--latent",
                               "12", "--examples", "3", "--json"})
                           .json();
    QCOMPARE(shown.at("numbers").at("decoder norm"), json(1.0));
    QVERIFY(shown.at("examples").size() > 0 && shown.at("examples").size() <= 3);
    for (const json& example : shown.at("examples")) {
        const auto token = example.at("tokens").at(example.at("peak").get<std::size_t>());
        QCOMPARE(QString::fromStdString(token.get<std::string>()).trimmed(), QString("water"));
    }
    QCOMPARE(shown.at("decoder_neighbours").size(), std::size_t(16));
}

void TestCliFeatures::tops()
{
    const json top = cli(QStringList{"features", "top", "--model", model, "--dictionary",
                             dictionary, "--text", "animal+water sky", "--json"}
        + place)
                         .json();
    const json& first = top.at("features").at(0);
    QCOMPARE(first.at("latent"), json(12)); // water, with strength 1.5
    QVERIFY(std::abs(first.at("max").get<double>() - 1.5) < 1e-6);
    QCOMPARE(top.at("features").size(), std::size_t(3));
}

/// A batch of SAEDashboard's form, in which latent 2 fires at tools; then its labels out and in.
void TestCliFeatures::imports()
{
    const QString batch = m_folder.filePath("batch-0.json");
    const json words = json::array({"animal", "tool"});
    const json activation{{"tokens", words}, {"values", json::array({0, 1.5})}};
    const json feature{{"feature_index", 2}, {"frac_nonzero", 0.5},
        {"pos_str", json::array({"tool"})}, {"pos_values", json::array({3.0})},
        {"activations", json::array({activation})}};
    const nlohmann::ordered_json document{{"model_id", "planted"}, {"layer", 0},
        {"sae_set", "seen"}, {"features", json::array({feature})}};
    writeText(batch.toStdString(), document.dump());
    const QString project = m_folder.filePath("imported.microtome");
    const QStringList command{"features", "import", batch, "--model", model, "--project", project,
        "--latents", "32", "--reads", "blocks.0.hook_resid_pre", "--json"};
    const json report = cli(command).json();
    const json& source = report.at("sources").at(0);
    QCOMPARE(source.at("name"), json("0-seen"));
    QCOMPARE(source.at("windows"), json(1));
    QCOMPARE(source.at("unknown_logits"), json(0));
    QCOMPARE(report.at("found"), json(false));
    QCOMPARE(cli(command).json().at("found"), json(true));

    const json shown = cli(
        {"features", "show", "--project", project, "--source", "1", "--latent", "2", "--json"})
                           .json();
    QCOMPARE(shown.at("reads"), json("blocks.0.hook_resid_pre"));
    QCOMPARE(shown.at("numbers").at("density"), json(0.5));
    const auto text = [](const json& token) {
        return QString::fromStdString(token.get<std::string>()).trimmed();
    };
    QCOMPARE(text(shown.at("promoted").at(0).at("token")), QString("tool"));
    QCOMPARE(text(shown.at("examples").at(0).at("tokens").at(1)), QString("tool"));
    QCOMPARE(shown.at("examples").at(0).at("max"), json(1.5));

    const QString labels = m_folder.filePath("labels.jsonl");
    writeText(labels.toStdString(),
        R"({"modelId":"planted","layer":"0-seen","index":"2","description":"tools","typeName":"t"})");
    cli({"features", "import", labels, "--model", model, "--project", project, "--source", "1",
            "--json"})
        .json();
    const json rows
        = cli({"features", "export", "--project", project, "--source", "1", "--json"}).json();
    QCOMPARE(rows.size(), std::size_t(1));
    QCOMPARE(rows[0].at("description"), json("tools"));
    QCOMPARE(rows[0].at("index"), json("2"));
    QCOMPARE(cli({"project", "verify", "--project", project, "--json"}).json().at("problems"),
        json::array());
}

void TestCliFeatures::refuses_data()
{
    QTest::addColumn<QStringList>("words");
    QTest::addColumn<int>("code");
    QTest::newRow("no place") << QStringList{"dictionary", "check", "--dictionary", dictionary,
        "--model", model, "--text", "animal sky"}
                              << 1;
    QTest::newRow("wrong width") << QStringList{"dictionary", "check", "--dictionary", dictionary,
        "--model", model, "--text", "animal sky", "--reads", "blocks.0.mlp.hook_post"}
                                 << 1;
    QTest::newRow("no dictionary")
        << QStringList{"dictionary", "probe", "--dictionary", model + "/config.json"} << 1;
    QTest::newRow("no feature") << QStringList{"features", "show", "--project", m_project,
        "--source", "1", "--latent", "99"}
                                << 1;
    QTest::newRow("no project") << QStringList{"features", "list", "--project",
        m_folder.filePath("none.microtome")}
                                << 1;
    QTest::newRow("no text") << QStringList{"features", "build", "--model", model, "--dictionary",
        dictionary, "--text", m_folder.filePath("none.txt"), "--project", m_project}
                             << 1;
    QTest::newRow("nothing to import") << QStringList{"features", "import", m_text, "--model",
        model, "--project", m_folder.filePath("no.microtome")}
                                       << 1;
    QTest::newRow("nothing to export")
        << QStringList{"features", "export", "--project", m_project} << 2;
    QTest::newRow("no such number")
        << QStringList{"features", "list", "--project", m_project, "--filter", "size<1"} << 2;
    QTest::newRow("nothing to sweep") << QStringList{"features", "build", "--model", model,
        "--text", m_text, "--project", m_project}
                                      << 2;
}

void TestCliFeatures::refuses()
{
    QFETCH(QStringList, words);
    QFETCH(int, code);
    const Finished finished = cli(words);
    QVERIFY2(finished.code == code, finished.says());
    QVERIFY2(finished.out.isEmpty(), finished.says());
    QVERIFY2(finished.err.trimmed().count('\n') == 0, finished.says());
}

QTEST_GUILESS_MAIN(TestCliFeatures)
#include "tst_cli_features.moc"
