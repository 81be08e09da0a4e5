#include "tests/app/cli/program.h"
#include "tests/trainrecipe.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

using namespace microtome::test;
using nlohmann::json;

/// `train` as a process: its result and progress, and what a kill, a signal or a full disk leaves.
class TestCliTrain : public QObject {
    Q_OBJECT

private:
    QString place(const QString& name) const { return m_folder.filePath(name); }

    TinyRecipe recipe(const QString& name) const { return TinyRecipe(place(name).toStdString()); }

    static QStringList trainArguments(
        const TinyRecipe& r, const std::filesystem::path& file, const char* out)
    {
        return {"train", "--config", QString::fromStdString(file.string()), "--out",
            QString::fromStdString((r.folder / out).string())};
    }

    /// The last line on standard error.
    static QByteArray lastLine(const QByteArray& err)
    {
        const QByteArray text = err.trimmed();
        return text.mid(text.lastIndexOf('\n') + 1);
    }

    QTemporaryDir m_folder;

private slots:
    void document();
    void progress();
    void killed();
    void signalled();
    void refused();
    void fullDisk();
    void diverged();
    void help();
};

void TestCliTrain::document()
{
    const TinyRecipe r = recipe("document");
    const auto finished = cli(trainArguments(r, r.write(), "out") << "--json");
    QVERIFY2(finished.code == 0, finished.says());
    const json result = finished.json();
    QCOMPARE(result.at("steps"), json(30));
    QCOMPARE(result.at("tokens"), json(30 * 256));
    QVERIFY(
        result.at("loss").at("train").is_number() && result.at("loss").at("heldout").is_number());
    QVERIFY(result.at("accuracy").at("next") >= 0 && result.at("accuracy").at("next") <= 1);
    QVERIFY(result.at("seconds") > 0 && result.at("tokens_per_second") > 0);
    const auto table = cli(trainArguments(r, r.write(), "table"));
    QCOMPARE(table.code, 0);
    QVERIFY(table.out.contains("rate 0.01") && table.out.contains("beta 0.9 and 0.95"));
    // One line for each evaluation, where standard error is no terminal: after steps 0, 8, 10, ...
    QCOMPARE(table.err.count('\n'), 5);
    QVERIFY(table.err.contains("step 30 of 30") && table.err.contains("held out"));
}

void TestCliTrain::progress()
{
    const TinyRecipe r = recipe("progress");
    const auto finished = cli(trainArguments(r, r.write(), "out") << "--progress"
                                                                  << "json");
    QVERIFY2(finished.code == 0, finished.says());
    int evaluations = 0;
    for (const QByteArray& line : finished.err.trimmed().split('\n')) {
        const json one = json::parse(line.toStdString(), nullptr, false);
        QVERIFY2(one.is_object(), line.constData());
        for (const char* field : {"step", "steps", "loss", "tokens_per_second", "seconds_left"})
            QVERIFY2(one.at(field).is_number(), field);
        evaluations += one.contains("heldout") ? 1 : 0;
    }
    QCOMPARE(evaluations, 5);
}

/// Killed at 10 moments spread over the training, each a random while after a step that it told of,
/// and resumed each time: the same bytes as in one go.
void TestCliTrain::killed()
{
    const TinyRecipe r = recipe("killed");
    constexpr int steps = 440;
    constexpr int kills = 10;
    const auto file = r.write("recipe.json",
        {{"steps", steps}, {"save_every", 5}, {"batch_tokens", 1024}, {"evaluate", {{"every", 10}}},
            {"checkpoints", {0, 8, 50, 60, 200}}, {"heads", false}});
    QCOMPARE(cli(trainArguments(r, file, "whole")).code, 0);
    unsigned random = 12345;
    for (int kill = 0; kill < kills; ++kill) {
        QProcess process;
        process.setReadChannel(QProcess::StandardError);
        auto arguments = trainArguments(r, file, "parts") << "--progress"
                                                          << "json";
        if (kill > 0)
            arguments << "--resume";
        process.start(cliPath(), arguments);
        int step = -1;
        while (step < kill * steps / (kills + 1)) {
            QVERIFY(process.waitForReadyRead(60000));
            while (process.canReadLine())
                step = json::parse(process.readLine().toStdString()).at("step");
        }
        random = random * 1103515245u + 12345u;
        QVERIFY(!process.waitForFinished(static_cast<int>((random >> 16) % 40)));
        process.kill();
        QVERIFY(process.waitForFinished());
        QCOMPARE(process.exitStatus(), QProcess::CrashExit);
    }
    const auto last = cli(trainArguments(r, file, "parts") << "--resume");
    QVERIFY2(last.code == 0, last.says());
    for (const char* name : {"model.safetensors", "training.json", "config.json",
             "checkpoints/step-000200/model.safetensors"})
        QVERIFY2(bytesOf(r.folder / "whole" / name) == bytesOf(r.folder / "parts" / name), name);
    QVERIFY(!std::filesystem::exists(r.folder / "parts" / "state"));
}

void TestCliTrain::signalled()
{
    const TinyRecipe r = recipe("signalled");
    const auto file = r.write(
        "recipe.json", {{"steps", 100000}, {"save_every", 100000}, {"checkpoints", nullptr}});
    QProcess process;
    process.setReadChannel(QProcess::StandardError);
    process.start(cliPath(), trainArguments(r, file, "out"));
    QByteArray said;
    while (!said.contains("step 10 of")) {
        QVERIFY2(process.waitForReadyRead(60000), said.constData());
        said += process.readAllStandardError();
    }
    ::kill(static_cast<pid_t>(process.processId()), SIGINT);
    QVERIFY(process.waitForFinished(60000));
    QCOMPARE(process.exitStatus(), QProcess::NormalExit);
    QCOMPARE(process.exitCode(), 1);
    const QByteArray last = lastLine(said + process.readAllStandardError());
    QVERIFY2(last.contains("--resume") && last.endsWith('.'), last.constData());
    QVERIFY(std::filesystem::exists(r.folder / "out/state/state.safetensors"));
}

void TestCliTrain::refused()
{
    const TinyRecipe r = recipe("refused");
    QVERIFY(cli(trainArguments(r, r.write("a.json", {{"step", 1}}), "a")).refused());
    QVERIFY(cli(trainArguments(r, r.write("b.json", {{"steps", 0}}), "b")).refused());
    QVERIFY(cli(trainArguments(r, r.folder / "none.json", "c")).refused());
    QVERIFY(cli(
        {"train", "--config", QString::fromStdString(r.write().string()), "--out", "/proc/nowhere"})
                .refused());
    QCOMPARE(cli({"train", "--out", "x"}).code, 2);
    QCOMPARE(cli(trainArguments(r, r.write(), "d") << "--progress"
                                                   << "xml")
                 .code,
        2);
}

/// Files may hold 1 KB, as if the disk were full: a sentence, and no model that is cut short.
void TestCliTrain::fullDisk()
{
    const TinyRecipe r = recipe("full");
    const QString line = "trap '' XFSZ; ulimit -f 8; $CLI train --config "
        + QString::fromStdString(r.write().string()) + " --out "
        + QString::fromStdString((r.folder / "out").string());
    const auto finished = shell(line);
    QCOMPARE(finished.code, 1);
    QVERIFY2(lastLine(finished.err).contains("disk"), finished.says());
    QVERIFY(!std::filesystem::exists(r.folder / "out/model.safetensors"));
    QVERIFY(!std::filesystem::exists(r.folder / "out/state/state.safetensors"));
}

void TestCliTrain::diverged()
{
    const TinyRecipe r = recipe("diverged");
    const auto file = r.write("recipe.json",
        {{"optimizer", {{"learning_rate", 1e9}, {"warmup", 0}, {"schedule", "constant"}}},
            {"steps", 200}});
    const auto finished = cli(trainArguments(r, file, "out"));
    QCOMPARE(finished.code, 1);
    QVERIFY2(lastLine(finished.err).contains("diverged"), finished.says());
}

void TestCliTrain::help()
{
    const auto finished = cli({"train", "--help"});
    QCOMPARE(finished.code, 0);
    for (const char* word : {"--config", "--out", "--resume", "--threads", "--device", "--json",
             "--progress", "batch_tokens", "learning_rate", "checkpoints", "early_stop"})
        QVERIFY2(finished.out.contains(word), word);
}

QTEST_GUILESS_MAIN(TestCliTrain)
#include "tst_cli_train.moc"
