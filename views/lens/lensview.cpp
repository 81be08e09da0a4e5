#include "views/lens/lensview.h"

#include "core/analysis/script.h"
#include "views/lens/sidecharts.h"
#include "views/panel/focusstate.h"
#include "views/panel/lensrows.h"
#include "views/panel/picturepanel.h"
#include "views/panel/plainword.h"
#include "views/panel/seen.h"
#include "views/session/words.h"

#include <nlohmann/json.hpp>

#include <QSplitter>
#include <QToolButton>

#include <algorithm>

namespace microtome {

/// What a grid is computed from.
struct LensView::Key {
    Shown shown = Shown::Edited;
    std::uint64_t reference = 0;
    std::uint64_t edited = 0;
    bool embedding = true;
    bool mid = false;
    std::vector<TokenId> tracked;

    bool operator==(const Key&) const = default;
};

struct LensView::Result {
    std::shared_ptr<const Lens> lens;
    std::shared_ptr<const LensChange> change;
};

LensView::LensView(Session& session, QWidget* parent)
    : View(QStringLiteral("lens"), tr("Logit lens"),
        Changes(Change::Model) | Change::Run | Change::Shown | Change::Focus | Change::Pins
            | Change::Theme | Change::Project,
        session, parent)
    , m_grid(new PicturePanel({}, session))
    , m_side(new SideCharts(session))
    , m_splitter(new QSplitter(Qt::Vertical))
    , m_used(m_grid)
    , m_asked(std::make_unique<Key>())
{
    m_grid->canvas().setAccessibleName(tr("Logit lens, layers by positions"));
    addControl(m_grid->takeScale());
    m_measure = addWords(tr("Colour of the cells"), lensMeasureWords());
    m_embedding = toggleWord(tr("Embedding"), tr("Show the row of the embedding"), true);
    m_mid = toggleWord(tr("Mid"), tr("Show a row after each attention"), false);
    m_rowKl = toggleWord(tr("Row KL"), tr("Show each row's mean KL to the output"), false);
    for (QToolButton* button : {m_embedding, m_mid, m_rowKl})
        addControl(button);
    m_splitter->setHandleWidth(1);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->addWidget(m_grid);
    m_splitter->addWidget(m_side);
    m_splitter->setStretchFactor(0, 3);
    m_splitter->setStretchFactor(1, 2);
    m_splitter->setSizes({420, 240});
    setContent(m_splitter);
    connect(m_splitter, &QSplitter::splitterMoved, this, [this] { m_placed = true; });

    connect(m_measure, &Words::chosen, this, &LensView::draw);
    connect(m_rowKl, &QToolButton::toggled, this, &LensView::draw);
    for (QToolButton* button : {m_embedding, m_mid})
        connect(button, &QToolButton::toggled, this, &LensView::computeGrid);
    connect(m_grid, &PicturePanel::clicked, this, &LensView::click);
    connect(m_grid, &PicturePanel::scrubbed, this, &LensView::goTo);
    connect(m_grid, &PicturePanel::hovered, this, [this](const std::optional<Cell>& cell) {
        if (cell && cell->row >= 0 && cell->column >= 0 && m_shown.lens)
            selection().setHover(lensFocus(*m_shown.lens, static_cast<std::size_t>(cell->row),
                static_cast<std::size_t>(cell->column)));
        else
            selection().clearHover();
    });
    const auto cell = [this] { return cellOf(focus()).value_or(Cell{0, 0}); };
    connect(m_side, &SideCharts::rowChosen, this, [this, cell](std::size_t row) {
        goTo({static_cast<int>(row), cell().column});
    });
    connect(m_side, &SideCharts::columnChosen, this, [this, cell](std::size_t column) {
        goTo({cell().row, static_cast<int>(column)});
    });
    connect(m_side, &SideCharts::tokenChosen, this, [this](std::size_t, TokenId token) {
        Focus pin = focus();
        pin.token = token;
        selection().togglePin(Focus::atToken(pin.position, token));
    });
    for (PicturePanel* panel :
        {m_grid, &m_side->tokens(), &m_side->byLayer(), &m_side->byPosition()})
        connect(panel, &PicturePanel::used, this, [this, panel] { m_used = panel; });
}

LensView::~LensView() = default;

// --- computing

LensView::Key LensView::wanted() const
{
    Key key;
    key.shown = session().shown();
    key.reference = session().reference() ? session().reference()->serial : 0;
    key.edited = session().edited() ? session().edited()->serial : 0;
    key.embedding = m_embedding->isChecked();
    key.mid = m_mid->isChecked();
    return key;
}

void LensView::computeGrid()
{
    const RunPointer run = session().run(session().shown());
    if (!run)
        return;
    Key key = wanted();
    const std::vector<TokenId> pinned = selection().pinnedTokens();
    key.tracked = pinned;
    if (m_shown.lens && m_shown.lens->ids == run->prompt.ids) {
        const bool known = std::ranges::all_of(
            pinned, [this](TokenId id) { return trackedIndex(*m_shown.lens, id).has_value(); });
        // Tokens that are tracked already stay so: a pin that goes costs nothing.
        if (known)
            key.tracked = m_asked->tracked;
        else
            for (const TokenId id : m_shown.lens->tracked)
                if (key.tracked.size() < 8
                    && std::ranges::find(key.tracked, id) == key.tracked.end())
                    key.tracked.push_back(id);
    }
    if (key == *m_asked)
        return;
    *m_asked = key;
    LensOptions options;
    options.embedding = key.embedding;
    options.mid = key.mid && session().architecture().has(Point::ResidMid);
    options.tracked = key.tracked;
    options.selected = focus().position;
    const bool difference = key.shown == Shown::Difference;
    StoredRequest stored;
    stored.kind = "lens";
    stored.title = tr("logit lens").toStdString();
    stored.prompt = run->prompt;
    stored.edits = run->edits;
    stored.settings = {{"embedding", options.embedding}, {"mid", options.mid},
        {"tracked", options.tracked}, {"top", options.topK}};
    m_toKeep.reset();
    if (!difference && showStored(stored))
        return;
    const Subject changed = session().subject(difference ? Shown::Edited : key.shown);
    const Subject reference = session().subject(Shown::Reference);
    compute<Result>(
        QStringLiteral("grid"), tr("reading out every layer"),
        [=](Model& model, const Progress& progress) {
            Result result;
            auto lens = std::make_shared<const Lens>(
                logitLens(model, changed, options, progress.part(0, difference ? 0.5 : 1)));
            result.lens = lens;
            if (difference)
                result.change = std::make_shared<const LensChange>(
                    lensChange(model, reference, changed, *lens, progress.part(0.5, 1)));
            return result;
        },
        [this, stored, difference](const Result& result) {
            m_shown.lens = result.lens;
            m_shown.change = result.change;
            draw();
            computeColumn();
            if (!difference)
                m_toKeep = stored;
            keepGrid();
        });
}

bool LensView::showStored(const StoredRequest& request)
{
    const auto bundle = findStored(session(), request);
    if (!bundle)
        return false;
    try {
        m_shown.lens = std::make_shared<const Lens>(Lens::fromBundle(*bundle));
    } catch (const Error&) {
        return false; // a damaged one is computed again
    }
    cancel(QStringLiteral("grid"));
    m_shown.change = nullptr;
    draw();
    computeColumn();
    return true;
}

/// Beside a run that is kept, its lens is kept too.
void LensView::keepGrid()
{
    if (!m_toKeep || session().currentRun() == 0 || !m_shown.lens)
        return;
    const QString why
        = keepStored(session(), *std::exchange(m_toKeep, {}), m_shown.lens->toBundle());
    if (!why.isEmpty())
        session().tell(tr("This lens could not be kept: %1").arg(why));
}

void LensView::computeColumn()
{
    const auto cell = cellOf(focus());
    if (!m_shown.lens || !cell || cell->column < 0) {
        m_side->setColumn(nullptr);
        return;
    }
    LensOptions options;
    options.embedding = m_embedding->isChecked();
    options.mid = m_mid->isChecked() && session().architecture().has(Point::ResidMid);
    options.positions = {m_shown.lens->positions[static_cast<std::size_t>(cell->column)]};
    options.tracked = tokensToFollow(
        *m_shown.lens, static_cast<std::size_t>(cell->column), selection().pinnedTokens());
    const auto& have = m_side->column();
    if (have && have->ids == m_shown.lens->ids && have->positions == options.positions
        && have->tracked == options.tracked && have->rows == m_shown.lens->rows
        && have->topLogits.row(0)[0]
            == m_shown.lens->topLogits.row(static_cast<std::size_t>(cell->column))[0])
        return;
    const Shown shown = session().shown() == Shown::Difference ? Shown::Edited : session().shown();
    session().engine().post<std::shared_ptr<const Lens>>(
        this, QStringLiteral("column"), tr("reading out one position"),
        [subject = session().subject(shown), options](Model& model, const Progress& progress) {
            return std::make_shared<const Lens>(logitLens(model, subject, options, progress));
        },
        [this](std::shared_ptr<const Lens> lens) {
            m_side->setColumn(std::move(lens));
            mark();
        },
        [this](const QString& why) { m_side->say(why); });
}

void LensView::refresh(Changes changes)
{
    if (changes & Change::Theme) {
        m_grid->applyTheme();
        m_side->applyTheme();
    }
    if (changes & Change::Model) {
        *m_asked = {};
        m_shown = {};
        m_side->setColumn(nullptr);
        m_mid->setEnabled(session().architecture().has(Point::ResidMid));
        m_mid->setToolTip(m_mid->isEnabled() ? QString()
                                             : tr("Attention and MLP of this model read the same "
                                                  "stream: there is nothing between them."));
    }
    if (session().shown() == Shown::Difference && !session().canShowDifference()) {
        showEmpty(tr("There is no difference to show: switch an edit on, or show the edited run."),
            tr("Show the edited run"), [this] { session().setShown(Shown::Edited); });
        *m_asked = {};
        return;
    }
    if (state() == State::Empty)
        showContent();
    computeGrid();
    if (changes & Change::Project)
        keepGrid();
    if (!m_shown.lens)
        return;
    if (changes & Change::Pins && m_measure->active() == static_cast<int>(LensMeasure::Rank))
        draw();
    if (changes & (Changes(Change::Focus) | Change::Pins))
        computeColumn();
    mark();
}

// --- what leaves the view

std::shared_ptr<const FigureScene> LensView::figure() const
{
    if (!m_shown.lens)
        return nullptr;
    FigureWords words;
    words.view = name();
    words.title = m_used == m_grid ? title() : m_used->title();
    words.caption = m_used == m_grid ? subtitle() : m_used->subtitle();
    words.site = "hook_resid_post";
    words.method = "logit lens, the norm's statistics recomputed from each row";
    words.parameters = {{"top_k", m_shown.lens->topK}};
    words.viewState = viewState();
    return figureOf(session(), m_used->canvas(), words);
}

Table LensView::table() const
{
    return m_shown.lens ? lensTable(session(), m_shown) : Table{};
}

QString LensView::copyAsPython() const
{
    if (!m_shown.lens)
        return {};
    ScriptRequest request;
    request.kind = ScriptRequest::Kind::Lens;
    request.modelPath = session().info().path;
    request.ids = m_shown.lens->ids;
    if (session().shown() != Shown::Reference)
        request.edits = session().edits();
    request.topK = m_shown.lens->topK;
    return QString::fromStdString(transformerLensScript(request));
}

nlohmann::json LensView::viewState() const
{
    nlohmann::json sizes = nlohmann::json::array();
    if (m_placed)
        for (const int size : m_splitter->sizes())
            sizes.push_back(size);
    return {{"measure", m_measure->active()}, {"embedding", m_embedding->isChecked()},
        {"mid", m_mid->isChecked()}, {"row_kl", m_rowKl->isChecked()}, {"ranks", m_side->ranks()},
        {"scroll", m_grid->scroll()}, {"sizes", sizes}, {"focus", focusToJson(focus())}};
}

void LensView::restore(const nlohmann::json& state)
{
    const auto flag = [&state](const char* key, QToolButton* button) {
        if (state.contains(key) && state[key].is_boolean())
            button->setChecked(state[key].get<bool>());
    };
    if (!state.is_object())
        return;
    flag("embedding", m_embedding);
    flag("mid", m_mid);
    flag("row_kl", m_rowKl);
    if (state.contains("ranks") && state["ranks"].is_boolean())
        m_side->setRanks(state["ranks"].get<bool>());
    if (state.contains("measure") && state["measure"].is_number_integer())
        m_measure->setActive(state["measure"].get<int>());
    if (state.contains("sizes") && state["sizes"].is_array() && state["sizes"].size() == 2
        && state["sizes"][0].is_number_integer() && state["sizes"][1].is_number_integer()) {
        m_splitter->setSizes({state["sizes"][0].get<int>(), state["sizes"][1].get<int>()});
        m_placed = true;
    }
    if (const Focus kept = focusFromJson(state.value("focus", nlohmann::json()));
        kept.kind != Focus::Kind::Nothing)
        selection().setFocus(kept);
    m_scroll = state.value("scroll", nlohmann::json());
    draw();
}

ViewFactory lensFactory()
{
    return {QStringLiteral("lens"), QObject::tr("Lens"),
        [](Session& session, QWidget* parent) -> View* { return new LensView(session, parent); }};
}

} // namespace microtome
