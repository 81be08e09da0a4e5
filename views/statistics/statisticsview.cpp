#include "views/statistics/statisticsview.h"

#include "core/analysis/dla.h"
#include "core/analysis/norms.h"
#include "core/analysis/script.h"
#include "views/panel/focusstate.h"
#include "views/panel/picturepanel.h"
#include "views/panel/seen.h"
#include "views/panel/tokenfield.h"
#include "views/session/words.h"
#include "views/statistics/attributionpanel.h"
#include "views/statistics/normspanel.h"

#include <nlohmann/json.hpp>

#include <QStackedWidget>

namespace microtome {

/// What an attribution is computed from.
struct StatisticsView::Key {
    std::uint64_t serial = 0;
    Position position;
    std::vector<TokenId> answers;
    std::vector<TokenId> wrongs;

    bool operator==(const Key&) const = default;
};

namespace {

/// The two best tokens after a position, for what the person left open.
void chooseTokens(Model& model, const Subject& subject, Position position, DlaRequest& request)
{
    const bool openWrong = request.answers.empty();
    if (!openWrong)
        return;
    RunRequest run = subject.request({Site{Point::Logits, {}, {}}});
    run.logitPositions = {subject.resolve(position)};
    const Matrix logits = model.run(run).at(run.want.front());
    const auto row = logits.row(0);
    TokenId best = 0;
    TokenId second = -1;
    for (TokenId id = 1; id < static_cast<TokenId>(row.size()); ++id) {
        const float z = row[static_cast<std::size_t>(id)];
        if (z > row[static_cast<std::size_t>(best)]) {
            second = best;
            best = id;
        } else if (second < 0 || z > row[static_cast<std::size_t>(second)]) {
            second = id;
        }
    }
    request.answers = {best};
    if (request.wrongs.empty() && second >= 0)
        request.wrongs = {second};
}

} // namespace

StatisticsView::StatisticsView(Session& session, QWidget* parent)
    : View(QStringLiteral("statistics"), tr("Statistics"),
        Changes(Change::Model) | Change::Run | Change::Shown | Change::Focus | Change::Pins
            | Change::Theme,
        session, parent)
    , m_attribution(new AttributionPanel(session))
    , m_norms(new NormsPanel(session))
    , m_body(new QStackedWidget)
    , m_mode(addWords(tr("Statistics"), {tr("Attribution"), tr("Norms")}))
    , m_used(&m_attribution->bars())
    , m_asked(std::make_unique<Key>())
{
    m_body->addWidget(m_attribution);
    m_body->addWidget(m_norms);
    setContent(m_body);
    connect(m_mode, &Words::chosen, this, &StatisticsView::chooseMode);
    connect(m_attribution, &AttributionPanel::wanted, this, &StatisticsView::computeAttribution);
    connect(m_attribution, &AttributionPanel::headChosen, this,
        [this](Layer layer, Head head) { selection().focusHead(layer, head); });
    connect(m_attribution, &AttributionPanel::layerChosen, this,
        [this](Layer layer) { selection().focusCell(layer, focus().position); });
    connect(m_norms, &NormsPanel::focused, this,
        [this](const Focus& wished) { selection().setFocus(wished); });
    for (PicturePanel* panel : {&m_attribution->bars(), &m_attribution->heads(),
             &m_attribution->layers(), &m_norms->grid(), &m_norms->peaks(), &m_norms->list()})
        connect(panel, &PicturePanel::used, this, [this, panel] { m_used = panel; });
}

StatisticsView::~StatisticsView() = default;

StatisticsView::Mode StatisticsView::mode() const
{
    return static_cast<Mode>(m_mode->active());
}

Shown StatisticsView::shownRun() const
{
    return session().shown() == Shown::Reference ? Shown::Reference : Shown::Edited;
}

void StatisticsView::chooseMode()
{
    m_body->setCurrentIndex(m_mode->active());
    m_used = mode() == Mode::Attribution ? &m_attribution->bars() : &m_norms->grid();
    computeShown();
}

void StatisticsView::computeShown()
{
    if (mode() == Mode::Attribution)
        computeAttribution();
    else
        computeNorms();
}

void StatisticsView::computeAttribution()
{
    const RunPointer run = session().hasModel() ? session().run(shownRun()) : nullptr;
    const bool wrong = m_attribution->answerField().wrong() || m_attribution->wrongField().wrong();
    if (!run || wrong || mode() != Mode::Attribution)
        return;
    Key key;
    key.serial = run->serial;
    key.position = focus().position;
    key.answers = m_attribution->answers();
    key.wrongs = m_attribution->wrongs();
    if (key == *m_asked)
        return;
    *m_asked = key;
    DlaRequest request;
    request.answers = key.answers;
    request.wrongs = key.wrongs;
    request.position = key.position;
    compute<std::shared_ptr<const Dla>>(
        QStringLiteral("attribution"), tr("direct logit attribution"),
        [subject = session().subject(shownRun()), request](Model& model, const Progress& progress) {
            DlaRequest full = request;
            chooseTokens(model, subject, full.position, full);
            return std::make_shared<const Dla>(
                directLogitAttribution(model, subject, full, progress));
        },
        [this](std::shared_ptr<const Dla> dla) {
            const auto name = [this](const std::vector<TokenId>& ids) {
                return ids.empty() ? tr("none") : session().tokenText(ids.front());
            };
            m_attribution->setDefaults(name(dla->answers), name(dla->wrongs));
            m_attribution->setResult(std::move(dla));
        });
}

void StatisticsView::computeNorms()
{
    const RunPointer run = session().hasModel() ? session().run(shownRun()) : nullptr;
    if (!run || run->serial == m_normsAsked || mode() != Mode::Norms)
        return;
    m_normsAsked = run->serial;
    compute<std::shared_ptr<const ResidualNorms>>(
        QStringLiteral("norms"), tr("residual norms"),
        [subject = session().subject(shownRun())](Model& model, const Progress& progress) {
            return std::make_shared<const ResidualNorms>(residualNorms(model, subject, progress));
        },
        [this](
            std::shared_ptr<const ResidualNorms> norms) { m_norms->setResult(std::move(norms)); });
}

void StatisticsView::refresh(Changes changes)
{
    if (changes & Change::Theme) {
        m_attribution->applyTheme();
        m_norms->applyTheme();
    }
    if (changes & Change::Model) {
        *m_asked = {};
        m_normsAsked = 0;
        m_attribution->readAgain();
        m_attribution->setSentence(tr("Click a token to attribute the prediction after it."));
        m_norms->setSentence(tr("Run a prompt to see its norms."));
    }
    const bool difference = session().shown() == Shown::Difference;
    setSubtitle(difference ? tr("of the edited run") : QString());
    computeShown();
    m_attribution->mark(focus(), selection().pins());
    m_norms->mark(focus(), selection().pins());
}

void StatisticsView::hoverChanged()
{
    if (mode() == Mode::Norms)
        m_norms->setHover(selection().hover());
}

std::shared_ptr<const FigureScene> StatisticsView::figure() const
{
    FigureWords words;
    words.view = name();
    words.title = m_used->title();
    words.caption = m_used->subtitle();
    words.site = mode() == Mode::Norms ? "hook_resid_post" : "hook_result";
    words.method = mode() == Mode::Norms ? "residual norms" : "direct logit attribution";
    if (const auto& dla = m_attribution->result(); dla && mode() == Mode::Attribution)
        words.parameters = {{"answers", dla->answers}, {"wrongs", dla->wrongs},
            {"position", dla->position.value()}};
    words.viewState = viewState();
    return figureOf(session(), m_used->canvas(), words);
}

Table StatisticsView::table() const
{
    return mode() == Mode::Attribution ? m_attribution->table() : m_norms->table();
}

QString StatisticsView::copyAsPython() const
{
    const auto& dla = m_attribution->result();
    if (mode() != Mode::Attribution || !dla)
        return {};
    ScriptRequest request;
    request.kind = ScriptRequest::Kind::Dla;
    request.modelPath = session().info().path;
    request.ids = dla->ids;
    if (shownRun() == Shown::Edited)
        request.edits = session().edits();
    request.position = dla->position;
    request.answers = dla->answers;
    request.wrongs = dla->wrongs;
    return QString::fromStdString(transformerLensScript(request));
}

nlohmann::json StatisticsView::viewState() const
{
    return {{"mode", m_mode->active()}, {"attribution", m_attribution->state()},
        {"norms", m_norms->state()}, {"focus", focusToJson(focus())}};
}

void StatisticsView::restore(const nlohmann::json& state)
{
    if (!state.is_object())
        return;
    if (const Focus kept = focusFromJson(state.value("focus", nlohmann::json()));
        kept.kind != Focus::Kind::Nothing)
        selection().setFocus(kept);
    m_attribution->restore(state.value("attribution", nlohmann::json()));
    m_norms->restore(state.value("norms", nlohmann::json()));
    if (state.contains("mode") && state["mode"].is_number_integer())
        m_mode->setActive(state["mode"].get<int>());
}

ViewFactory statisticsFactory()
{
    return {QStringLiteral("statistics"), QObject::tr("Statistics"),
        [](Session& session, QWidget* parent) -> View* {
            return new StatisticsView(session, parent);
        }};
}

} // namespace microtome
