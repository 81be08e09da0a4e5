#include "app/traindialog.h"

#include "app/trainform.h"
#include "core/work/error.h"
#include "views/canvas/curvespicture.h"
#include "views/canvas/picturewidget.h"
#include "views/session/amount.h"
#include "views/session/checkpointname.h"
#include "views/session/session.h"
#include "views/session/tone.h"
#include "views/style/number.h"
#include "views/training/charts.h"

#include <nlohmann/json.hpp>

#include <QDir>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSaveFile>
#include <QVBoxLayout>

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

constexpr int wholeHeight = 560; ///< with a chart

} // namespace

TrainDialog::TrainDialog(Session& session, QWidget* parent)
    : QDialog(parent)
    , m_session(session)
    , m_form(new TrainForm(this))
    , m_line(new QLabel(this))
    , m_chart(new PictureWidget(this))
    , m_start(new QPushButton(tr("Start"), this))
    , m_stop(new QPushButton(tr("Stop"), this))
    , m_resume(new QPushButton(tr("Resume"), this))
    , m_open(new QPushButton(tr("Open the model"), this))
{
    setObjectName(QStringLiteral("train"));
    setWindowTitle(tr("Train a model"));
    m_line->setWordWrap(true);
    m_line->setMinimumHeight(32);
    m_line->setAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    m_chart->setAccessibleName(tr("Loss"));
    m_chart->setMinimumHeight(200);
    m_start->setDefault(true);
    auto* foot = new QHBoxLayout;
    foot->setSpacing(8);
    foot->addWidget(m_open);
    foot->addStretch(1);
    for (QPushButton* button : {m_stop, m_resume, m_start})
        foot->addWidget(button);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(12, 12, 12, 12);
    column->setSpacing(8);
    column->addWidget(m_form);
    column->addWidget(m_line);
    column->addWidget(m_chart, 1);
    column->addLayout(foot);
    m_chart->hide(); // until there is something to draw
    resize(640, sizeHint().height());

    connect(m_start, &QPushButton::clicked, this, [this] { begin(false); });
    connect(m_resume, &QPushButton::clicked, this, [this] { begin(true); });
    connect(m_stop, &QPushButton::clicked, this, [this] {
        m_process.stop();
        say(tr("Stopping after this step…"), false);
    });
    connect(m_open, &QPushButton::clicked, this, [this] { emit openAsked(m_out); });
    connect(m_form, &TrainForm::changed, this, &TrainDialog::follow);
    connect(&m_process, &TrainProcess::progressed, this, &TrainDialog::showProgress);
    connect(&m_process, &TrainProcess::ended, this, &TrainDialog::showEnd);
    connect(&session, &Session::changed, this, [this](Changes changes) {
        if (changes & Change::Theme)
            applyTheme();
        if (changes & Change::Model)
            follow();
    });
    say(tr("The training is a program of its own: it goes on while you work here."), false);
    applyTheme();
    follow();
}

QString TrainDialog::sentence() const
{
    return m_line->text();
}

void TrainDialog::say(const QString& sentence, bool warning)
{
    setTone(m_line, warning ? Tone::Warning : Tone::Secondary);
    m_line->setText(sentence);
}

void TrainDialog::applyTheme()
{
    m_chart->setLook(Style::screen(m_session.theme(), devicePixelRatioF()));
}

void TrainDialog::follow()
{
    const QSignalBlocker quiet(m_form);
    if (m_session.hasModel())
        m_form->setModel(QString::fromStdString(m_session.info().path),
            m_session.architecture().context, !m_session.architecture().eos.empty());
    else
        m_form->setModel({}, 2, false);
    const bool running = m_process.running();
    m_form->setEnabled(!running);
    m_start->setVisible(!running);
    m_stop->setVisible(running);
    m_resume->setVisible(!running && QFileInfo(m_form->out() + QStringLiteral("/state")).exists());
    m_open->setVisible(!running && !m_out.isEmpty()
        && QFileInfo(m_out + QStringLiteral("/model.safetensors")).isFile());
}

/// Where the configuration of a fine-tuning lies: beside the folder it makes.
QString TrainDialog::configBeside() const
{
    return QDir::cleanPath(m_form->out()) + QStringLiteral(".train.json");
}

void TrainDialog::begin(bool resume)
{
    try {
        m_form->check();
        QString config = QFileInfo(m_form->configFile()).absoluteFilePath();
        if (m_form->start() == TrainForm::Start::FineTune) {
            config = configBeside();
            if (!resume || !QFileInfo::exists(config)) {
                QDir().mkpath(QFileInfo(config).absolutePath());
                QSaveFile file(config);
                const std::string text = m_form->config().dump(2) + "\n";
                if (!file.open(QIODevice::WriteOnly)
                    || file.write(text.data(), static_cast<qint64>(text.size())) < 0
                    || !file.commit())
                    throw Error("The configuration could not be written to " + config.toStdString()
                        + ". Choose a folder that can be written to.");
            }
        }
        m_out = QFileInfo(m_form->out()).absoluteFilePath();
        say(tr("Starting…"), false);
        m_process.start(config, m_out, resume);
        follow();
    } catch (const std::exception& error) {
        say(QString::fromUtf8(error.what()), true);
    }
}

void TrainDialog::showProgress()
{
    const TrainStep& now = m_process.steps().back();
    QStringList told{tr("step %1 of %2").arg(formatNumber(now.step, 0), formatNumber(now.steps, 0)),
        tr("loss %1").arg(formatNumber(now.loss, 3))};
    TrainingRecord record;
    for (const TrainStep& step : m_process.steps())
        record.losses.push_back({.step = static_cast<std::int64_t>(step.step),
            .train = step.loss,
            .heldout = step.heldout});
    const auto heldout = std::find_if(m_process.steps().rbegin(), m_process.steps().rend(),
        [](const TrainStep& step) { return step.heldout.has_value(); });
    if (heldout != m_process.steps().rend())
        told << tr("held out %1").arg(formatNumber(*heldout->heldout, 3));
    if (std::isfinite(now.tokensPerSecond))
        told << tr("%1 tokens/s").arg(formatNumber(now.tokensPerSecond, 0));
    if (std::isfinite(now.secondsLeft) && now.step < now.steps)
        told << tr("%1 left").arg(duration(now.secondsLeft));
    say(told.join(QStringLiteral(" · ")), false);
    const ChartLook look{
        .logarithmic = false, .here = {}, .span = std::pair(0.0, std::max(now.steps, 1.0))};
    m_chart->setPicture(std::make_shared<CurvesPicture>(lossChart(record, look)));
    if (m_chart->isHidden()) {
        m_chart->show();
        resize(width(), std::max(height(), wholeHeight));
    }
}

void TrainDialog::showEnd(bool done, bool stopped, const QString& sentence)
{
    const auto& steps = m_process.steps();
    const QString last = stepText(steps.empty() ? 0 : static_cast<std::int64_t>(steps.back().step));
    if (done)
        say(tr("Done. The model is in %1.").arg(m_out), false);
    else if (stopped)
        say(tr("Stopped after step %1. Resume goes on from there.").arg(last), false);
    else
        say(sentence, true);
    follow();
}

} // namespace microtome
