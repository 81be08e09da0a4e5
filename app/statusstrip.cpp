#include "app/statusstrip.h"

#include "app/memory.h"
#include "views/session/amount.h"
#include "views/session/tone.h"

#include <QHBoxLayout>
#include <QPainter>
#include <QTimer>
#include <QToolButton>

namespace microtome {

namespace {

constexpr int sayFor = 8000; ///< ms
constexpr int lookAtMemoryEvery = 2000;

} // namespace

StatusStrip::StatusStrip(Session& session, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_job(new ToneLabel(Tone::Secondary, {}, this))
    , m_cancel(new QToolButton(this))
    , m_engine(new ToneLabel(Tone::Secondary, {}, this))
    , m_forward(new ToneLabel(Tone::Secondary, {}, this))
    , m_memory(new ToneLabel(Tone::Secondary, {}, this))
{
    setObjectName(QStringLiteral("status"));
    setFixedHeight(24);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(10, 1, 10, 0);
    row->setSpacing(24);
    auto* left = new QHBoxLayout;
    left->setSpacing(4);
    left->addWidget(m_job);
    left->addWidget(m_cancel);
    left->addStretch(1);
    row->addLayout(left, 1);
    for (ToneLabel* label : {m_engine, m_forward, m_memory}) {
        label->setElide(Qt::ElideNone);
        row->addWidget(label);
    }
    m_job->setObjectName(QStringLiteral("jobs"));
    m_cancel->setText(QStringLiteral("×"));
    m_cancel->setAccessibleName(tr("Cancel"));
    m_cancel->setToolTip(tr("Cancel"));
    m_cancel->setFixedHeight(20);
    connect(m_cancel, &QToolButton::clicked, this, [this] {
        const auto jobs = m_session.engine().jobs();
        if (!jobs.empty())
            m_session.engine().cancelTag(jobs.front().tag);
    });
    connect(&session.engine(), &Engine::jobsChanged, this, &StatusStrip::showJobs);
    connect(&session, &Session::changed, this, &StatusStrip::showEngine);
    auto* timer = new QTimer(this);
    connect(timer, &QTimer::timeout, this, &StatusStrip::showEngine);
    timer->start(lookAtMemoryEvery);
    showJobs();
    showEngine();
}

void StatusStrip::say(const QString& sentence)
{
    m_said = sentence;
    showJobs();
    QTimer::singleShot(sayFor, this, [this, sentence] {
        if (m_said == sentence)
            m_said.clear();
        showJobs();
    });
}

QString StatusStrip::jobText() const
{
    return m_job->fullText();
}

void StatusStrip::showJobs()
{
    const auto jobs = m_session.engine().jobs();
    m_cancel->setVisible(!jobs.empty());
    if (jobs.empty()) {
        m_job->setFullText(m_said.isEmpty() ? tr("ready") : m_said);
        return;
    }
    const JobInfo& job = jobs.front();
    QStringList parts{QString::fromStdString(job.name)};
    if (!job.what.empty())
        parts << QString::fromStdString(job.what);
    if (job.stopping)
        parts << tr("stopping");
    else if (job.running && job.fraction > 0)
        parts << tr("%1 %").arg(qRound(job.fraction * 100));
    if (job.secondsLeft && !job.stopping)
        parts << tr("%1 left").arg(duration(*job.secondsLeft));
    if (jobs.size() > 1)
        parts << tr("%1 more waiting").arg(jobs.size() - 1);
    m_job->setFullText(parts.join(QStringLiteral(" · ")));
}

void StatusStrip::showEngine()
{
    QString engine;
    if (m_session.hasModel()) {
        const ModelInfo& info = m_session.info();
        engine = QStringLiteral("%1 · %2 · %3")
                     .arg(QString::fromStdString(info.device), QString::fromStdString(info.dtype),
                         counted(info.threads, tr("thread"), tr("threads")));
        QStringList tip{QString::fromStdString(info.engine), QString::fromStdString(info.blas)};
        for (const std::string& note : info.notes)
            tip << QString::fromStdString(note);
        tip.removeAll(QString());
        m_engine->setToolTip(tip.join(u'\n'));
    }
    m_engine->setFullText(engine);
    const RunPointer run = m_session.reference();
    m_forward->setFullText(run ? tr("forward %1").arg(duration(run->seconds)) : QString());
    const Memory memory = memoryNow();
    m_memory->setFullText(memory.total == 0
            ? QString()
            : tr("%1 of %2").arg(byteCount(memory.used), byteCount(memory.total)));
}

void StatusStrip::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    painter.fillRect(rect(), palette().color(QPalette::Window));
    painter.fillRect(0, 0, width(), 1, palette().color(QPalette::Mid));
}

} // namespace microtome
