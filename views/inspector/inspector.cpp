#include "views/inspector/inspector.h"

#include "core/analysis/subject.h"
#include "views/inspector/actions.h"
#include "views/inspector/factlist.h"
#include "views/session/checkpointname.h"
#include "views/session/titleline.h"
#include "views/session/tone.h"
#include "views/style/number.h"

#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QVBoxLayout>

namespace microtome {

Inspector::Inspector(Session& session, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_title(new TitleLine({}, this))
    , m_facts(new FactList)
    , m_sentence(new QLabel)
    , m_actions(new QWidget)
{
    setObjectName(QStringLiteral("inspector"));
    setAccessibleName(tr("Inspector"));
    setAutoFillBackground(true);
    setBackgroundRole(QPalette::Base);

    m_zero = action(QStringLiteral("zero"), tr("Zero"), tr("Set it to zero, as an edit"));
    m_scale = action(QStringLiteral("scale"), tr("Scale"), tr("Scale it, as an edit"));
    m_patch = action(QStringLiteral("patch"), tr("Patch"),
        tr("Take its value from the second prompt's run, as an edit"));
    m_pin = action(QStringLiteral("pin"), tr("Pin"), tr("Keep it in sight in every view"));
    m_note = action(QStringLiteral("note"), tr("Note"), tr("Write a note about it"));
    m_zero->setDefault(true);
    auto* grid = new QGridLayout(m_actions);
    grid->setContentsMargins(10, 6, 10, 10);
    grid->setSpacing(8);
    grid->addWidget(m_zero, 0, 0);
    grid->addWidget(m_scale, 0, 1);
    grid->addWidget(m_patch, 0, 2);
    grid->addWidget(m_pin, 1, 0);
    grid->addWidget(m_note, 1, 1);
    grid->setColumnStretch(3, 1);

    setTone(m_sentence, Tone::Secondary);
    m_sentence->setWordWrap(true);
    m_sentence->setContentsMargins(10, 8, 10, 8);

    auto* inner = new QWidget;
    inner->setBackgroundRole(QPalette::Base);
    inner->setAutoFillBackground(true);
    auto* column = new QVBoxLayout(inner);
    column->setContentsMargins(0, 4, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_sentence);
    column->addWidget(m_facts);
    column->addWidget(m_actions);
    column->addStretch(1);

    auto* scroll = new QScrollArea(this);
    scroll->setWidget(inner);
    scroll->setWidgetResizable(true);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* outer = new QVBoxLayout(this);
    outer->setContentsMargins(0, 0, 0, 0);
    outer->setSpacing(0);
    outer->addWidget(m_title);
    outer->addWidget(scroll, 1);

    connect(m_zero, &QPushButton::clicked, this, [this] { edit(Operation::Zero); });
    connect(m_scale, &QPushButton::clicked, this, [this] { edit(Operation::Scale); });
    connect(m_patch, &QPushButton::clicked, this,
        [this] { patchFromReference(m_session, m_session.selection().focus()); });
    connect(m_pin, &QPushButton::clicked, this,
        [this] { m_session.selection().togglePin(m_session.selection().focus()); });
    connect(m_note, &QPushButton::clicked, this, [this] { m_session.ask(QStringLiteral("note")); });
    connect(&session, &Session::changed, this, &Inspector::follow);
    follow(everything());
}

QPushButton* Inspector::action(const QString& name, const QString& text, const QString& tip)
{
    auto* button = new QPushButton(text);
    button->setObjectName(name);
    button->setToolTip(tip);
    button->setAutoDefault(false);
    return button;
}

QString Inspector::title() const
{
    return m_title->title();
}

void Inspector::showEvent(QShowEvent* event)
{
    QWidget::showEvent(event);
    compute();
}

void Inspector::follow(Changes changes)
{
    if (changes & Change::Model) {
        const std::string model = m_session.hasModel() ? m_session.info().path : std::string();
        if (model != m_atlasModel)
            m_atlas.reset();
        m_atlasModel = model;
        m_dla.reset();
    }
    const Changes shown = Changes(Change::Focus) | Change::Run | Change::Shown | Change::Settings
        | Change::Theme | Change::Model | Change::Prompt | Change::State;
    if (changes & (shown | Change::Pins | Change::Prompt)) {
        showTitle();
        showActions();
    }
    if ((changes & shown) && isVisible())
        compute();
}

void Inspector::showTitle()
{
    const Focus& focus = m_session.selection().focus();
    if (focus.kind == Focus::Kind::Nothing) {
        m_title->setTitle(tr("Inspector"));
        m_title->setSubtitle({});
        return;
    }
    QString label = m_session.label(focus);
    label[0] = label[0].toUpper();
    m_title->setTitle(label);
    const bool token = focus.kind == Focus::Kind::Token;
    m_title->setSubtitle(!focus.position.valid() ? QString()
            : token                              ? tr("position %1").arg(focus.position.value())
                                                 : tr("at token %1 %2")
                          .arg(focus.position.value())
                          .arg(m_session.tokenTextAt(focus.position)));
}

void Inspector::showActions()
{
    const Focus& focus = m_session.selection().focus();
    const bool ready = m_session.edited() != nullptr && focus.kind != Focus::Kind::Nothing;
    m_actions->setVisible(ready);
    const bool pinned = m_session.selection().pinOf(focus) != nullptr;
    m_pin->setText(pinned ? tr("Unpin") : tr("Pin"));
    const bool full = m_session.selection().pins().size() >= static_cast<std::size_t>(pinLimit);
    m_pin->setEnabled(pinned || !full);
    const bool canPatch = m_session.hasReferencePrompt();
    m_patch->setEnabled(canPatch);
    m_patch->setToolTip(canPatch ? tr("Take its value from the second prompt's run, as an edit")
                                 : tr("Press Compare and write a second prompt first"));
}

void Inspector::compute()
{
    const Focus focus = m_session.selection().focus();
    const RunPointer run
        = m_session.run(m_session.shown() == Shown::Reference ? Shown::Reference : Shown::Edited);
    if (m_session.switching())
        return; // what is said of the checkpoint before stays until this one has run
    if (!run || focus.kind == Focus::Kind::Nothing) {
        m_facts->setFacts({}, m_session.theme());
        m_sentence->setText(!m_session.hasModel() ? tr("No model is open.")
                : !run ? tr("What you focus is described here once the prompt was run.")
                       : tr("Click a token, a head or a cell: it is described here."));
        m_sentence->show();
        return;
    }
    m_sentence->hide();
    FactRequest request;
    request.focus = focus;
    request.subject = {run->prompt, run->edits, run->base};
    request.target = m_session.target();
    request.tokenizer = m_session.tokenizer();
    request.atlas = m_atlas;
    if (m_dlaRun == run->serial && m_dlaTarget == request.target)
        request.dla = m_dla;
    m_session.engine().post<Facts>(
        this, QStringLiteral("facts"), tr("inspecting"),
        [request](
            Model& model, const Progress& progress) { return factsOf(model, request, progress); },
        [this, serial = run->serial, target = request.target](const Facts& facts) {
            if (facts.dla) {
                m_dla = facts.dla;
                m_dlaRun = serial;
                m_dlaTarget = target;
            }
            showFacts(facts);
        },
        [this](const QString& why) {
            m_facts->setFacts({}, m_session.theme());
            m_sentence->setText(why);
            m_sentence->show();
        });
    if (focus.kind == Focus::Kind::AttentionHead && !m_atlas)
        computeAtlas();
}

/// Besides what is known of the focus, which checkpoint this is and how well it does.
void Inspector::showFacts(Facts facts)
{
    const TrainingHistory& history = m_session.history();
    if (const auto at = m_session.checkpoint()) {
        FactSection section{tr("Checkpoint"), {}, {}};
        section.lines.push_back({tr("step"), shortName(history.states[*at])});
        if (const TrainingRecord::Loss* loss = history.loss(*at)) {
            section.lines.push_back({tr("training loss, nats"), formatNumber(loss->train, 3)});
            if (loss->heldout)
                section.lines.push_back(
                    {tr("held-out loss, nats"), formatNumber(*loss->heldout, 3)});
        }
        facts.sections.push_back(std::move(section));
    }
    m_facts->setFacts(facts, m_session.theme());
}

void Inspector::computeAtlas()
{
    if (m_session.engine().jobOf(this, QStringLiteral("atlas")))
        return;
    m_session.engine().post<std::shared_ptr<const HeadScores>>(
        this, QStringLiteral("atlas"), tr("head scores on random repeats"), atlasOf,
        [this](const std::shared_ptr<const HeadScores>& atlas) {
            m_atlas = atlas;
            compute();
        },
        {}, Priority::Background);
}

void Inspector::edit(Operation operation)
{
    if (const auto edit = editOf(m_session, m_session.selection().focus(), operation))
        m_session.editList().add(*edit);
}

} // namespace microtome
