#include "tests/app/cli/program.h"

#include <QProcess>

namespace microtome::test {

namespace {

constexpr int patience = 240000; // ms

Finished run(const QString& program, const QStringList& arguments, const QByteArray& input)
{
    QProcess process;
    auto environment = QProcessEnvironment::systemEnvironment();
    environment.insert("CLI", MICROTOME_CLI);
    process.setProcessEnvironment(environment);
    process.start(program, arguments);
    process.write(input);
    process.closeWriteChannel();
    Finished finished;
    if (!process.waitForFinished(patience)) {
        process.kill();
        process.waitForFinished();
    } else if (process.exitStatus() == QProcess::NormalExit) {
        finished.code = process.exitCode();
    }
    finished.out = process.readAllStandardOutput();
    finished.err = process.readAllStandardError();
    return finished;
}

} // namespace

nlohmann::json Finished::json() const
{
    return nlohmann::json::parse(out.toStdString(), nullptr, false);
}

bool Finished::refused() const
{
    return code == 1 && out.isEmpty() && err.count('\n') == 1 && err.endsWith(".\n")
        && err.size() > 20;
}

const char* Finished::says() const
{
    return err.isEmpty() ? "(nothing on standard error)" : err.constData();
}

Finished cli(const QStringList& arguments, const QByteArray& input)
{
    return run(MICROTOME_CLI, arguments, input);
}

Finished shell(const QString& line)
{
    return run("bash", {"-c", line}, {});
}

QString cliPath()
{
    return MICROTOME_CLI;
}

QString idList(const std::vector<TokenId>& ids)
{
    QStringList texts;
    for (const TokenId id : ids)
        texts << QString::number(id);
    return texts.join(',');
}

} // namespace microtome::test
