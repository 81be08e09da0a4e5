#include "app/trainprocess.h"

#include <nlohmann/json.hpp>

#include <QCoreApplication>
#include <QFileInfo>

#include <cmath>

namespace microtome {

namespace {

constexpr int patience = 5000; ///< ms that the end of the window waits for a state to be written
constexpr std::size_t mostSteps = 20000; ///< kept for the chart

} // namespace

TrainProcess::TrainProcess(QObject* parent)
    : QObject(parent)
    , m_program(QCoreApplication::applicationDirPath() + QStringLiteral("/microtome-cli"))
{
    m_process.setStandardOutputFile(QProcess::nullDevice());
    m_process.setStandardInputFile(QProcess::nullDevice());
    connect(&m_process, &QProcess::readyReadStandardError, this, &TrainProcess::read);
    connect(&m_process, &QProcess::finished, this, &TrainProcess::finish);
    connect(&m_process, &QProcess::errorOccurred, this, [this](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart)
            emit ended(false, false,
                tr("The program that trains could not be started: %1. Install it beside this one.")
                    .arg(m_program));
    });
}

TrainProcess::~TrainProcess()
{
    m_process.disconnect(this);
    if (!running())
        return;
    m_process.terminate();
    if (!m_process.waitForFinished(patience))
        m_process.kill();
    m_process.waitForFinished(patience);
}

void TrainProcess::setProgram(const QString& program, const QStringList& before)
{
    m_program = program;
    m_before = before;
}

void TrainProcess::start(const QString& config, const QString& out, bool resume)
{
    if (running())
        return;
    m_rest.clear();
    m_said.clear();
    if (!resume)
        m_steps.clear();
    m_stopping = false;
    QStringList arguments = m_before;
    arguments << QStringLiteral("train") << QStringLiteral("--config") << config
              << QStringLiteral("--out") << out << QStringLiteral("--progress")
              << QStringLiteral("json");
    if (resume)
        arguments << QStringLiteral("--resume");
    m_process.start(m_program, arguments);
}

void TrainProcess::stop()
{
    if (!running())
        return;
    m_stopping = true;
    m_process.terminate();
}

void TrainProcess::read()
{
    m_rest += m_process.readAllStandardError();
    for (qsizetype end = m_rest.indexOf('\n'); end >= 0; end = m_rest.indexOf('\n')) {
        take(m_rest.left(end).trimmed());
        m_rest.remove(0, end + 1);
    }
}

void TrainProcess::take(const QByteArray& line)
{
    if (line.isEmpty())
        return;
    const auto form = nlohmann::json::parse(line.begin(), line.end(), nullptr, false);
    if (!form.is_object() || !form.contains("step")) {
        m_said = QString::fromUtf8(line);
        return;
    }
    const auto number = [&form](const char* name) {
        const auto it = form.find(name);
        return it != form.end() && it->is_number() ? it->get<double>() : std::nan("");
    };
    TrainStep step{number("step"), number("steps"), number("loss"), {}, number("tokens_per_second"),
        number("seconds_left")};
    if (const double heldout = number("heldout"); std::isfinite(heldout))
        step.heldout = heldout;
    if (!m_steps.empty() && m_steps.back().step >= step.step) // resumed from an earlier state
        std::erase_if(m_steps, [&](const TrainStep& old) { return old.step >= step.step; });
    m_steps.push_back(step);
    if (m_steps.size() > mostSteps) { // every second one tells the same curve
        std::vector<TrainStep> half;
        for (std::size_t i = 0; i < m_steps.size(); ++i)
            if (i % 2 == 0 || m_steps[i].heldout || i + 1 == m_steps.size())
                half.push_back(m_steps[i]);
        m_steps.swap(half);
    }
    emit progressed();
}

void TrainProcess::finish(int code, QProcess::ExitStatus status)
{
    read();
    take(m_rest.trimmed());
    const bool done = status == QProcess::NormalExit && code == 0;
    QString sentence;
    if (status == QProcess::CrashExit && !m_stopping)
        sentence = tr("The training was ended from outside; Resume goes on from its last state.");
    else if (!done && !m_stopping)
        sentence = m_said.isEmpty() ? tr("The training failed without saying why.") : m_said;
    emit ended(done, m_stopping && !done, sentence);
}

} // namespace microtome
