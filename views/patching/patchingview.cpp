#include "views/patching/patchingview.h"

#include "core/analysis/script.h"
#include "views/panel/focusstate.h"
#include "views/panel/picturepanel.h"
#include "views/panel/seen.h"
#include "views/patching/patchlens.h"
#include "views/patching/sweepform.h"
#include "views/patching/sweeppanel.h"
#include "views/session/tone.h"
#include "views/session/words.h"

#include <nlohmann/json.hpp>

#include <QHBoxLayout>
#include <QLineEdit>
#include <QStackedWidget>

namespace microtome {

PatchingView::PatchingView(Session& session, QWidget* parent)
    : View(QStringLiteral("patching"), tr("Patching"),
        Changes(Change::Model) | Change::Prompt | Change::Run | Change::Focus | Change::Pins
            | Change::Theme,
        session, parent)
    , m_sweep(new SweepPanel(session))
    , m_lens(new PatchLens(session))
    , m_body(new QStackedWidget)
    , m_mode(addWords(tr("Kind of patching"), {tr("Sweep"), tr("Patch lens")}))
    , m_used(&m_sweep->panel())
{
    auto* lens = new QWidget;
    auto* column = new QVBoxLayout(lens);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    auto* line = new QWidget(lens);
    auto* row = new QHBoxLayout(line);
    row->setContentsMargins(10, 4, 10, 4);
    row->setSpacing(8);
    auto* source = new QLineEdit(line);
    source->setAccessibleName(tr("Source prompt"));
    source->setPlaceholderText(tr("a prompt whose cells can be dragged onto those of this one"));
    setTone(source, Tone::Token);
    row->addWidget(new ToneLabel(Tone::Secondary, tr("source"), line));
    row->addWidget(source, 1);
    column->addWidget(line);
    column->addWidget(m_lens, 1);
    m_body->addWidget(m_sweep);
    m_body->addWidget(lens);
    setContent(m_body);

    connect(m_mode, &Words::chosen, this, &PatchingView::chooseMode);
    SweepForm& form = m_sweep->form();
    connect(source, &QLineEdit::textEdited, &form, &SweepForm::setCorruptedText);
    connect(&form, &SweepForm::corruptedChanged, source, [source, &form] {
        if (source->text() != form.corruptedText())
            source->setText(form.corruptedText());
    });
    connect(&form, &SweepForm::corruptedChanged, this, &PatchingView::followLens);
    const auto look = [this](const Focus& wished) {
        Focus focus = wished;
        if (!focus.position.valid())
            focus.position = selection().focus().position;
        selection().setFocus(focus);
    };
    connect(m_sweep, &SweepPanel::focused, this, look);
    connect(m_lens, &PatchLens::focused, this, look);
    for (PicturePanel* panel :
        {&m_sweep->panel(), &m_lens->source(), &m_lens->target(), &m_lens->result()})
        connect(panel, &PicturePanel::used, this, [this, panel] { m_used = panel; });
    chooseMode();
}

PatchingView::Mode PatchingView::mode() const
{
    return static_cast<Mode>(m_mode->active());
}

void PatchingView::chooseMode()
{
    const bool sweep = mode() == Mode::Sweep;
    m_body->setCurrentIndex(m_mode->active());
    m_used = sweep ? &m_sweep->panel() : &m_lens->result();
    setSubtitle(sweep ? tr("one activation at a time from one run into the other")
                      : tr("drag a cell from the source onto the target"));
    followLens();
}

void PatchingView::followLens()
{
    if (mode() != Mode::Lens || !session().hasModel() || !session().edited())
        return;
    try {
        m_lens->follow(m_sweep->form().corrupted(), {});
    } catch (const Error& error) {
        const bool empty = m_sweep->form().corruptedText().isEmpty();
        m_lens->follow({},
            empty ? tr("Write a source prompt above: its cells can be dragged from here.")
                  : QString::fromUtf8(error.what()));
    }
}

void PatchingView::refresh(Changes changes)
{
    if (changes & Change::Theme) {
        m_sweep->applyTheme();
        m_lens->applyTheme();
    }
    if (changes & Change::Model)
        m_lens->forget();
    if (changes & (Changes(Change::Model) | Change::Prompt))
        m_sweep->promptChanged(changes.testFlag(Change::Model));
    followLens();
    m_sweep->mark(focus(), selection().pins());
    m_lens->mark(focus(), selection().pins());
}

std::shared_ptr<const FigureScene> PatchingView::figure() const
{
    FigureWords words;
    words.view = name();
    words.title = m_used->title();
    words.caption = m_used->subtitle();
    words.method = mode() == Mode::Sweep ? "activation patching" : "logit lens of a patched run";
    if (const auto& shown = m_sweep->result(); shown && mode() == Mode::Sweep) {
        words.site = Site{sweepPoint(shown->sweep.sweep), Layer(0), {}}.name();
        words.parameters
            = {{"corrupted", shown->sweep.corrupted}, {"denoising", shown->sweep.denoising},
                {"answers", shown->answers}, {"wrongs", shown->wrongs}};
    }
    words.viewState = viewState();
    return figureOf(session(), m_used->canvas(), words);
}

Table PatchingView::table() const
{
    return mode() == Mode::Sweep ? m_sweep->table() : m_lens->table();
}

QString PatchingView::copyAsPython() const
{
    const auto& shown = m_sweep->result();
    ScriptRequest request;
    request.modelPath = session().hasModel() ? session().info().path : std::string();
    if (mode() == Mode::Lens) {
        if (!m_lens->resultLens())
            return {};
        request.kind = ScriptRequest::Kind::Lens;
        request.ids = m_lens->resultLens()->ids;
        request.edits = session().edits();
        return QString::fromStdString(transformerLensScript(request));
    }
    if (!shown || shown->set)
        return {};
    request.kind = ScriptRequest::Kind::Patching;
    request.ids = shown->sweep.clean;
    request.corrupted = shown->sweep.corrupted;
    request.answers = shown->answers;
    request.wrongs = shown->wrongs;
    request.sweep = sweepPoint(shown->sweep.sweep);
    request.byPosition = shown->sweep.byPosition;
    request.denoising = shown->sweep.denoising;
    return QString::fromStdString(transformerLensScript(request));
}

nlohmann::json PatchingView::viewState() const
{
    return {
        {"mode", m_mode->active()}, {"sweep", m_sweep->state()}, {"focus", focusToJson(focus())}};
}

void PatchingView::restore(const nlohmann::json& state)
{
    if (!state.is_object())
        return;
    m_sweep->restore(state.value("sweep", nlohmann::json()));
    if (state.contains("mode") && state["mode"].is_number_integer())
        m_mode->setActive(state["mode"].get<int>());
    if (const Focus kept = focusFromJson(state.value("focus", nlohmann::json()));
        kept.kind != Focus::Kind::Nothing)
        selection().setFocus(kept);
}

ViewFactory patchingFactory()
{
    return {QStringLiteral("patching"), QObject::tr("Patching"),
        [](Session& session, QWidget* parent) -> View* {
            return new PatchingView(session, parent);
        }};
}

} // namespace microtome
