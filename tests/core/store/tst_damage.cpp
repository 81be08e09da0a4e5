#include "core/store/file.h"
#include "samples.h"

#include <QTemporaryDir>
#include <QTest>

#include <random>

using namespace microtome;
namespace fs = std::filesystem;

namespace {

template <class F> QString sentenceOf(F&& function)
{
    try {
        function();
    } catch (const Error& error) {
        return QString::fromUtf8(error.what());
    }
    return {};
}

void writeFile(const fs::path& path, const QByteArray& bytes)
{
    QFile file(QString::fromStdString(path.string()));
    if (!file.open(QIODevice::WriteOnly | QIODevice::Truncate) || file.write(bytes) != bytes.size())
        qFatal("could not write %s", path.c_str());
}

/// Reads everything there is; every fault must come as an Error.
void readAll(ProjectAccess& project)
{
    const auto attempt = [](auto&& step) { sentenceOf(step); };
    attempt([&] { project.verify(); });
    attempt([&] { project.models().list(); });
    attempt([&] { project.prompts().list(GroupId{1}); });
    attempt([&] { project.notes().list(); });
    attempt([&] { project.notes().bookmarks(); });
    attempt([&] { project.vectors().list(); });
    attempt([&] { project.viewStates().list(RunId{1}); });
    attempt([&] { project.featureSources().list(); });
    attempt([&] { project.featureSources().checks(SourceId{1}); });
    attempt([&] { project.featureSources().sweeps(SourceId{1}); });
    attempt([&] { project.featureLists().saved(); });
    attempt([&] { project.featureLists().exported(ListId{1}); });
    FeatureBrowser browser = project.featureBrowser();
    for (const std::uint32_t latent : {0U, 1U, 39U, 40U, 0xffffffffU})
        attempt([&] { browser.open({SourceId{1}, latent}); });
    for (const FeatureNumber number : {FeatureNumber::Max, FeatureNumber::LogDensity})
        attempt([&] { browser.find({.sort = number}); });
    attempt([&] { browser.find({.labelWords = "says"}); });
    attempt([&] { browser.find({.contextWords = "mill"}); });
    attempt([&] { browser.find({.labelled = true, .tag = "odd", .list = ListId{1}}); });
    for (std::uint64_t n = 1; n <= 3; ++n)
        attempt([&] { samples::holds(project, n); });
    attempt([&] {
        for (const Run& run : project.runs())
            for (const ResultInfo& info : project.results(run.id))
                attempt([&] { project.get(run.id, info.name); });
    });
}

} // namespace

class TestDamage : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    QByteArray m_sound;
    fs::path path() const { return m_folder.filePath("a.microtome").toStdString(); }
    void lay(const QByteArray& bytes) const
    {
        for (const char* suffix : {"-wal", "-shm", "-journal", ".damaged", ".repaired"})
            fs::remove(withSuffix(path(), suffix));
        writeFile(path(), bytes);
    }

    /// Runs SQL on a sound copy, as a stranger's program would.
    void tamper(const char* sql) const
    {
        lay(m_sound);
        Database database(path(), Database::Mode::ReadWrite);
        database.execute("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON");
        database.execute(sql);
    }

    bool soundAfterRepair() const
    {
        Project::repair(path());
        return Project::open(path()).verify().empty();
    }

private slots:
    void initTestCase()
    {
        {
            Project project = Project::create(path());
            samples::fill(project, 3);
        }
        QFile file(QString::fromStdString(path().string()));
        QVERIFY(file.open(QIODevice::ReadOnly));
        m_sound = file.readAll();
        QVERIFY(m_sound.size() > 1'000'000);
    }

    void truncatedFiles()
    {
        std::vector<qsizetype> sizes{1, 15, 16, 99, 100, 101, 4096, 16383, 16384, 16385};
        for (qsizetype size = 50'000; size < m_sound.size(); size += 97'001)
            sizes.push_back(size);
        sizes.push_back(m_sound.size() - 1);
        sizes.push_back(m_sound.size() - 16384);
        for (const qsizetype size : sizes) {
            lay(m_sound.left(size));
            bool noticed = false;
            const auto look = [&](auto open) {
                if (const QString sentence = sentenceOf([&] {
                        auto project = open(path());
                        // The last bytes of a page may be of no use; then nothing is lost.
                        const bool whole = samples::holds(project, 1) && samples::holds(project, 2)
                            && samples::holds(project, 3);
                        noticed |= whole || !project.verify().empty();
                        readAll(project);
                    });
                    !sentence.isEmpty()) {
                    QVERIFY2(sentence.contains("“a.microtome”"), qPrintable(sentence));
                    noticed = true;
                }
            };
            look([](const fs::path& p) { return Project::openReadOnly(p); });
            look([](const fs::path& p) { return Project::open(p); });
            QVERIFY2(noticed, qPrintable(QString("cut at %1").arg(size)));
        }
    }

    void flippedBytesNeverCrash()
    {
        std::mt19937 random(7);
        int noticed = 0;
        int repaired = 0;
        for (int round = 0; round < 60; ++round) {
            QByteArray bytes = m_sound;
            // A third in the header and the schema, a third anywhere, a third whole stretches.
            const qsizetype reach = round % 3 == 0 ? 16384 : bytes.size();
            for (int flips = 0; flips < 1 + round % 7; ++flips) {
                const auto at = static_cast<qsizetype>(random() % reach);
                const auto length
                    = round % 3 == 2 ? std::min<qsizetype>(3000, bytes.size() - at) : 1;
                for (qsizetype i = at; i < at + length; ++i)
                    bytes[i] = static_cast<char>(bytes[i] ^ (1 + random() % 255));
            }
            lay(bytes);
            bool sound = false;
            sentenceOf([&] {
                Project project = Project::openReadOnly(path());
                sound = project.verify().empty();
                readAll(project);
            });
            noticed += sound ? 0 : 1;
            sentenceOf([&] {
                Project project = Project::open(path());
                readAll(project);
                samples::commit(project, 50);
            });
            lay(bytes);
            const QString refused = sentenceOf([&] { repaired += soundAfterRepair() ? 1 : -1000; });
            QVERIFY2(repaired >= 0, qPrintable(QString("round %1").arg(round)));
            QVERIFY(refused.isEmpty() || refused.contains("“a.microtome”"));
        }
        qInfo("noticed %d of 60, repaired %d", noticed, repaired);
        QVERIFY(noticed > 30);
        QVERIFY(repaired > 30);
    }

    void flippedNumbersAreNoticed()
    {
        // In the middle of a stored matrix: SQLite itself cannot see it, the summaries do.
        const QByteArray needle = [] {
            const Matrix matrix = samples::matrix(102, 700, 3);
            const auto row = matrix.row(40);
            return QByteArray(reinterpret_cast<const char*>(row.data()), 64);
        }();
        const qsizetype at = m_sound.indexOf(needle);
        QVERIFY(at > 0);
        QByteArray bytes = m_sound;
        bytes[at] = static_cast<char>(bytes[at] ^ 1); // the lowest bit of one number
        lay(bytes);
        {
            Project project = Project::open(path());
            const auto problems = project.verify();
            QCOMPARE(problems.size(), 1u);
            QVERIFY(problems.front().find("“large” of run 2 is damaged") != std::string::npos);
        }
        const auto lost = Project::repair(path());
        QCOMPARE(lost.size(), 1u);
        QVERIFY(lost.front().find("Run 2") != std::string::npos);
        Project project = Project::open(path());
        QVERIFY(project.verify().empty());
        QVERIFY(samples::holds(project, 1) && !project.findRun(samples::key(2))
            && samples::holds(project, 3));
        QVERIFY(fs::exists(withSuffix(path(), ".damaged")));
    }

    void notDatabases()
    {
        lay(QByteArray(100'000, 'x'));
        QVERIFY(sentenceOf([&] { Project::open(path()); }).contains("is not a Microtome project"));
        QVERIFY(sentenceOf([&] { Project::openReadOnly(path()); }).contains("is not a Micro"));
        QVERIFY(sentenceOf([&] { Project::repair(path()); }).contains("is not a Micro"));
        lay("PK\x03\x04");
        QVERIFY(!sentenceOf([&] { Project::open(path()); }).isEmpty());
        lay(m_sound.left(16) + QByteArray(500, '\0'));
        QVERIFY(!sentenceOf([&] { Project::open(path()); }).isEmpty());
        QFile file(QString::fromStdString(path().string()));
        QCOMPARE(file.size(), qint64(516)); // a refused file is left as it was
    }

    void tamperedContents_data()
    {
        QTest::addColumn<QByteArray>("sql");
        const auto row
            = [](const char* name, const char* sql) { QTest::newRow(name) << QByteArray(sql); };
        row("huge shape", "UPDATE result SET rows = 9223372036854775807, columns = 2");
        row("wrong shape", "UPDATE result SET rows = rows + 1 WHERE name = 'large'");
        row("negative shape", "UPDATE result SET rows = -1, columns = -1");
        row("product overflows to the size",
            "UPDATE result SET rows = 4611686018427387904, columns = 4 WHERE name = 'small'");
        row("text shape", "UPDATE result SET rows = 'many'");
        row("missing chunk", "DELETE FROM result WHERE name = 'large' AND chunk = 1");
        row("chunk at 2^62", "UPDATE result SET chunk = 4611686018427387904 WHERE chunk = 1");
        row("short blob", "UPDATE result SET data = x'00' WHERE name = 'small'");
        row("moved bytes", "UPDATE result SET data = substr(data, 5) || x'00000000'");
        row("unknown dtype", "UPDATE result SET dtype = 'f64'");
        row("dtype of one chunk", "UPDATE result SET dtype = 'i32' WHERE chunk = 1");
        row("broken json", "UPDATE result SET data = x'7b7b7b7b7b7b7b' WHERE name = 'about'");
        row("run of nobody", "UPDATE result SET run = 99 WHERE run = 2");
        row("settings", "UPDATE run SET settings = '{' WHERE id = 2");
        row("other settings", "UPDATE run SET settings = '{}' WHERE id = 2");
        row("model of nobody", "UPDATE run SET model = 99");
        row("status", "UPDATE run SET status = 'running' WHERE id = 1");
        row("group of nobody", "UPDATE prompt SET prompt_group = 99");
        row("ids", "UPDATE prompt SET ids = x'000000' WHERE id = 3");
        row("offsets outside",
            "UPDATE prompt SET offsets = x'000000000000000000000000ffffff7f"
            "0000000000000000' WHERE id = 3");
        row("extra", "UPDATE prompt SET extra = 'x' WHERE id = 3");
        row("description", "UPDATE model SET description = ''");
        row("state", "UPDATE view_state SET state = '[' WHERE id = 2");
        row("source's kind", "UPDATE feature_source SET kind = 'thing' WHERE id = 1");
        row("source's latents", "UPDATE feature_source SET latents = 1099511627776");
        row("no latents", "UPDATE feature_source SET latents = -1");
        row("fewer latents", "UPDATE feature_source SET latents = 2");
        row("more latents", "UPDATE feature_source SET latents = 67108864");
        row("declared", "UPDATE feature_source SET declared = '{'");
        row("source of nobody", "UPDATE feature_sweep SET source = 99");
        row("model of a source", "UPDATE feature_source SET model = 99");
        row("verdict", "UPDATE feature_check SET verdict = 'x'");
        row("index elsewhere", "UPDATE feature_sweep SET index_path = '/etc/passwd'");
        row("column of another name",
            "UPDATE feature_column SET name = 'effect' WHERE name = 'max' AND run = 1");
        row("column without numbers", "DELETE FROM result WHERE name LIKE 'max@%' AND run = 2");
        row("column of another shape",
            "UPDATE result SET rows = 20, columns = 2"
            " WHERE name LIKE 'max@%'");
        row("short column",
            "UPDATE result SET rows = 1, data = x'00000000' WHERE name LIKE 'max@%'");
        row("column of a lost run", "UPDATE feature_column SET run = 99");
        row("partners that are not",
            "UPDATE result SET data = CAST(replace(data, x'01000000', x'ffffff7f') AS BLOB),"
            " least = 2147483647, greatest = 2147483647, mean = 2147483647"
            " WHERE name = 'partners@2'");
        row("label of a latent that is not", "UPDATE label SET id = id + 1000 * 256");
        row("label of a lost source", "UPDATE label SET id = id + (1 << 40)");
        row("negative label", "UPDATE label SET id = -id");
        row("list of a latent that is not", "UPDATE feature_list_item SET latent = -1");
        row("tag of a latent that is not", "UPDATE feature_tag SET latent = 1 << 40");
        row("context of a latent that is not", "UPDATE feature_context SET id = id + 1000");
        row("score's detail", "UPDATE label_score SET detail = ''");
        row("score without value", "UPDATE label_score SET value = NULL");
        row("saved search", "UPDATE feature_filter SET query = '['");
        row("words of nothing", "DELETE FROM label WHERE run = 1");
        row("no index of words", "DROP TABLE label_fts");
        row("another index of words",
            "DROP TABLE label_fts; CREATE TABLE label_fts (text, rank, label_fts)");
        row("no table", "DROP TABLE vector");
        row("no column", "ALTER TABLE note RENAME COLUMN text TO words");
    }

    void tamperedContents()
    {
        QFETCH(QByteArray, sql);
        tamper(sql.constData());
        const QString sentence = sentenceOf([&] {
            Project project = Project::openReadOnly(path());
            QVERIFY(!project.verify().empty());
            readAll(project);
        });
        const auto lost = Project::repair(path());
        Project project = Project::open(path());
        QVERIFY(project.verify().empty());
        readAll(project);
        QVERIFY(sentence.isEmpty() || !lost.empty());
        for (const FeatureSource& source : project.featureSources().list())
            if (source.latents != 40) // is another one now
                project.featureSources().remove(source.id);
        samples::commit(project, 50);
        QVERIFY(samples::holds(project, 50));
    }

    void wordsOutOfStepAreMadeAnew()
    {
        tamper("UPDATE label SET text = 'others'");
        QCOMPARE(Project::open(path()).verify().size(), 1u);
        QVERIFY(soundAfterRepair());
        Project project = Project::open(path());
        QCOMPARE(project.featureBrowser().count({.labelWords = "others"}), 3u);
        QCOMPARE(project.featureBrowser().count({.labelWords = "says"}), 0u);
    }

    void deepJsonIsHarmless()
    {
        const QByteArray deep(200'000, '[');
        tamper("UPDATE vector SET provenance = '" + deep + "'");
        Project project = Project::openReadOnly(path());
        QVERIFY(!project.verify().empty());
        QVERIFY(sentenceOf([&] { project.vectors().list(); }).contains("damaged"));
    }

    void repairLeavesASoundProjectAlone()
    {
        lay(m_sound);
        QVERIFY(Project::repair(path()).empty());
        QFile file(QString::fromStdString(path().string()));
        QVERIFY(file.open(QIODevice::ReadOnly));
        QVERIFY(file.readAll() == m_sound);
        QVERIFY(!fs::exists(withSuffix(path(), ".damaged")));
    }

    void repairKeepsWhatIsBehindADamagedPage()
    {
        QByteArray bytes = m_sound;
        const Matrix matrix = samples::matrix(101, 700, 2); // of run 1
        const qsizetype at
            = bytes.indexOf(QByteArray(reinterpret_cast<const char*>(matrix.row(60).data()), 64));
        QVERIFY(at > 0);
        const qsizetype page = at / 16384 * 16384;
        for (qsizetype i = page; i < page + 16384; ++i) // the chain of its blob leads nowhere
            bytes[i] = char(0xee);
        lay(bytes);
        QVERIFY(soundAfterRepair());
        Project project = Project::open(path());
        QVERIFY(!project.findRun(samples::key(1)));
        QVERIFY(samples::holds(project, 2) && samples::holds(project, 3));
        QCOMPARE(project.prompts().list(GroupId{1}).size(), 20u);
        QCOMPARE(project.vectors().list().size(), 1u);
        QCOMPARE(project.meta().get("recent"), std::optional<std::string>("[1, 2]"));
    }
};

QTEST_GUILESS_MAIN(TestDamage)
#include "tst_damage.moc"
