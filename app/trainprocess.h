#pragma once

#include <QObject>
#include <QProcess>

#include <optional>
#include <vector>

namespace microtome {

/// How far a training is: one line of what the program tells.
struct TrainStep {
    double step = 0;
    double steps = 0;
    double loss = 0; ///< mean nats per predicted token
    std::optional<double> heldout;
    double tokensPerSecond = 0;
    double secondsLeft = 0;
};

/// `microtome-cli train` as a child: it goes on when the window is busy, and what was trained is
/// not lost when either ends.
class TrainProcess : public QObject {
    Q_OBJECT
public:
    explicit TrainProcess(QObject* parent = nullptr);
    ~TrainProcess() override; ///< asks a running training to save its state, and waits a moment

    /// The program, and arguments that come before `train`; the terminal program beside this one
    /// unless somebody says otherwise.
    void setProgram(const QString& program, const QStringList& before = {});

    void start(const QString& config, const QString& out, bool resume);

    /// The step that runs is finished and the state written; then it ends.
    void stop();
    bool running() const { return m_process.state() != QProcess::NotRunning; }

    /// One line of what the program tells.
    void take(const QByteArray& line);
    const std::vector<TrainStep>& steps() const { return m_steps; }

signals:
    void progressed();

    /// `stopped`: because stop() asked for it. The sentence is empty when all is well.
    void ended(bool done, bool stopped, const QString& sentence);

private:
    void read();
    void finish(int code, QProcess::ExitStatus);

    QProcess m_process;
    QString m_program;
    QStringList m_before;
    QByteArray m_rest; ///< of a line that is not whole yet
    QString m_said; ///< the last line that is no progress
    std::vector<TrainStep> m_steps;
    bool m_stopping = false;
};

} // namespace microtome
