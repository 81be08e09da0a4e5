#include "views/output/outputpanel.h"

#include "views/output/generationstrip.h"
#include "views/session/titleline.h"
#include "views/session/words.h"
#include "views/style/number.h"

#include <QGridLayout>
#include <QSpinBox>
#include <QToolButton>

namespace microtome {

namespace {

constexpr double sampledTemperature = 0.8;
constexpr int alternatives = 5;

/// Text is written unasked while it is estimated to take no longer than this many unasked runs.
constexpr double unaskedRuns = 3;

QWidget* verticalLine(QWidget* parent)
{
    auto* line = new QWidget(parent);
    line->setFixedWidth(1);
    line->setAutoFillBackground(true);
    line->setBackgroundRole(QPalette::Mid);
    return line;
}

} // namespace

OutputPanel::OutputPanel(Session& session, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_titleA(new TitleLine(QStringLiteral("A"), this))
    , m_titleB(new TitleLine(QStringLiteral("B"), this))
    , m_stripA(new GenerationStrip(session, this))
    , m_stripB(new GenerationStrip(session, this))
    , m_mode(new Words(tr("Sampling"), {tr("Greedy"), tr("Sampled")}))
    , m_seed(new QSpinBox)
    , m_again(new QToolButton)
{
    setObjectName(QStringLiteral("output"));
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);
    m_stripA->setAccessibleName(tr("Output A"));
    m_stripB->setAccessibleName(tr("Output B"));
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(0, 0, 0, 0);
    grid->setSpacing(0);
    grid->addWidget(m_titleA, 0, 0);
    grid->addWidget(verticalLine(this), 0, 1, 2, 1);
    grid->addWidget(m_titleB, 0, 2);
    grid->addWidget(m_stripA, 1, 0);
    grid->addWidget(m_stripB, 1, 2);
    grid->setColumnStretch(0, 1);
    grid->setColumnStretch(2, 1);
    grid->setRowStretch(1, 1);

    m_seed->setRange(0, 99999);
    m_seed->setAccessibleName(tr("Seed"));
    m_seed->setPrefix(tr("seed "));
    m_seed->setButtonSymbols(QAbstractSpinBox::NoButtons);
    m_again->setText(tr("Generate"));
    m_again->setObjectName(QStringLiteral("generate"));
    m_again->setAccessibleName(tr("Generate text"));
    m_titleA->addControl(m_mode);
    m_titleA->addControl(m_seed);
    m_titleB->addControl(m_again);
    m_mode->setActive(session.settings().temperature > 0 ? 1 : 0);
    m_seed->setValue(static_cast<int>(session.settings().seed));

    connect(m_mode, &Words::chosen, this, &OutputPanel::keepSettings);
    connect(m_seed, &QSpinBox::valueChanged, this, &OutputPanel::keepSettings);
    connect(m_again, &QToolButton::clicked, this, &OutputPanel::generate);
    connect(&session, &Session::changed, this, &OutputPanel::follow);
    follow(everything());
}

void OutputPanel::keepSettings()
{
    RunSettings settings = m_session.settings();
    settings.temperature = m_mode->active() == 1 ? sampledTemperature : 0;
    settings.seed = static_cast<std::uint64_t>(m_seed->value());
    m_session.setSettings(settings);
}

void OutputPanel::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    if (m_pending)
        follow(Change::Run);
}

void OutputPanel::follow(Changes changes)
{
    showTitles();
    if (!(changes & (Changes(Change::Run) | Change::Settings)))
        return;
    m_pending = true;
    if (!isVisible())
        return;
    const double tokens = m_session.settings().outputTokens;
    const auto words = static_cast<double>(std::max<std::size_t>(1, m_session.prompt().size()));
    const double perToken = m_session.estimate().seconds / words;
    const double seconds = 2 * (m_session.estimate().seconds + tokens * perToken);
    if (m_session.switching())
        return; // what the checkpoint before wrote stays until this one has run
    if (!m_session.edited()) {
        m_stripA->clear();
        m_stripB->clear();
    } else if (seconds <= unaskedRuns * m_session.settings().autoSeconds) {
        generate();
    } else {
        m_stripA->setSentence(tr("Press Generate to see what the model writes."));
        m_stripB->clear();
    }
    showTitles();
}

void OutputPanel::generate()
{
    if (!m_session.edited())
        return;
    m_pending = false;
    generateOne(m_stripA, Shown::Reference);
    if (m_session.edited() == m_session.reference()) {
        m_session.engine().cancel(m_stripB, QStringLiteral("generate"));
        m_stripB->setSentence(tr("With an edit or a second prompt, B shows what changes."));
        showTitles();
    } else {
        generateOne(m_stripB, Shown::Edited);
    }
}

void OutputPanel::generateOne(GenerationStrip* strip, Shown shown)
{
    const RunPointer run = m_session.run(shown);
    GenerateRequest request;
    request.ids = run->prompt.ids;
    request.edits = run->edits;
    request.temperature = m_session.settings().temperature;
    request.seed = m_session.settings().seed;
    request.alternatives = alternatives;
    const auto context = static_cast<std::size_t>(m_session.architecture().context);
    const auto left = context > request.ids.size() ? context - request.ids.size() : 0;
    request.count = std::min(m_session.settings().outputTokens, static_cast<int>(left));
    if (request.count == 0) {
        strip->setSentence(tr("The prompt fills the model's context."));
        return;
    }
    m_session.engine().postInParts<Generation>(
        strip, QStringLiteral("generate"), tr("writing"),
        [request](Model& model, const Progress& progress, const Partial<Generation>& part) {
            Generation soFar;
            return model
                .generate({request}, progress,
                    [&](std::size_t, const Generation::Step& step) {
                        soFar.steps.push_back(step);
                        part(soFar);
                    })
                .front();
        },
        [strip](const Generation& part) { strip->setGeneration(part); },
        [this, strip](const Generation& all) {
            strip->setGeneration(all);
            showTitles();
        },
        [strip](const QString& why) { strip->setSentence(why); });
}

void OutputPanel::showTitles()
{
    const bool sampled = m_session.settings().temperature > 0;
    const QString how = sampled ? tr("seed %1").arg(m_session.settings().seed) : tr("greedy");
    m_titleA->setSubtitle(m_session.hasReferencePrompt() ? tr("second prompt · %1").arg(how)
                                                         : tr("no edits · %1").arg(how));
    QString b = activeEdits(m_session.edits()).empty() ? QString() : tr("edits");
    if (!m_stripA->empty() && !m_stripB->empty()) {
        b += b.isEmpty() ? QString() : QStringLiteral(" · ");
        b += tr("log-prob %1 → %2 per token")
                 .arg(formatNumber(m_stripA->meanLogProbability(), 2),
                     formatNumber(m_stripB->meanLogProbability(), 2));
    }
    m_titleB->setSubtitle(b);
    m_seed->setVisible(sampled);
    m_again->setEnabled(m_session.edited() != nullptr);
}

} // namespace microtome
