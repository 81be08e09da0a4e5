#include "views/attention/attentionview.h"

#include "core/analysis/script.h"
#include "views/attention/headspanel.h"
#include "views/attention/mappanel.h"
#include "views/panel/focusstate.h"
#include "views/panel/naming.h"
#include "views/panel/picturepanel.h"
#include "views/panel/seen.h"

#include <nlohmann/json.hpp>

#include <QKeyEvent>
#include <QSplitter>

#include <algorithm>

namespace microtome {

/// What a map is computed from.
struct AttentionView::Key {
    Shown shown = Shown::Edited;
    std::uint64_t reference = 0;
    std::uint64_t edited = 0;
    AttentionMap::Kind kind = AttentionMap::Kind::SingleHead;
    Layer layer;
    Head head;

    bool operator==(const Key&) const = default;
};

AttentionView::AttentionView(Session& session, QWidget* parent)
    : View(QStringLiteral("attention"), tr("Attention"),
        Changes(Change::Model) | Change::Run | Change::Shown | Change::Focus | Change::Pins
            | Change::Theme,
        session, parent)
    , m_heads(new HeadsPanel(session))
    , m_map(new MapPanel(session))
    , m_splitter(new QSplitter(Qt::Horizontal))
    , m_used(&m_map->panel())
    , m_asked(std::make_unique<Key>())
{
    m_splitter->setHandleWidth(1);
    m_splitter->setChildrenCollapsible(false);
    m_splitter->addWidget(m_heads);
    m_splitter->addWidget(m_map);
    m_splitter->setStretchFactor(0, 2);
    m_splitter->setStretchFactor(1, 3);
    m_splitter->setSizes({400, 560});
    setContent(m_splitter);
    connect(m_heads, &HeadsPanel::headChosen, this, [this](Layer l, Head h) {
        selection().focusHead(l.valid() ? l : layer(), h.valid() ? h : head());
    });
    connect(m_map, &MapPanel::wanted, this, &AttentionView::computeMap);
    connect(m_map, &MapPanel::cellChosen, this, [this](Position query, Position key) {
        selection().focusHead(layer(), head(), query.valid() ? query : focus().position, key);
    });
    connect(m_map, &MapPanel::cellHovered, this, [this](Position query, Position key) {
        if (query.valid() || key.valid())
            selection().setHover(Focus::atHead(
                layer(), head(), query.valid() ? query : key, query.valid() ? key : Position()));
        else
            selection().clearHover();
    });
    for (PicturePanel* panel : {&m_heads->panel(), &m_map->panel()})
        connect(panel, &PicturePanel::used, this, [this, panel] { m_used = panel; });
}

AttentionView::~AttentionView() = default;

QString AttentionView::capability() const
{
    if (session().hasModel() && session().architecture().heads == 0)
        return tr("This model has no attention heads, so there are no patterns to show.");
    return {};
}

Layer AttentionView::layer() const
{
    const int last = session().architecture().layers - 1;
    return Layer(std::clamp(focus().layer.value(), 0, std::max(last, 0)));
}

Head AttentionView::head() const
{
    return Head(std::clamp(focus().head.value(), 0, session().architecture().heads - 1));
}

void AttentionView::computeMap()
{
    if (!session().hasModel() || !session().run(session().shown()))
        return;
    Key key;
    key.shown = session().shown();
    key.reference = session().reference() ? session().reference()->serial : 0;
    key.edited = session().edited() ? session().edited()->serial : 0;
    key.kind = m_map->kind();
    key.layer = layer();
    key.head = key.kind == AttentionMap::Kind::SingleHead ? head() : Head();
    if (key == *m_asked)
        return;
    *m_asked = key;
    const bool difference = key.shown == Shown::Difference;
    const Subject subject = session().subject(difference ? Shown::Edited : key.shown);
    const Subject before = session().subject(Shown::Reference);
    compute<Maps>(
        QStringLiteral("map"), tr("attention of %1").arg(headName(key.layer, head())),
        [=](Model& model, const Progress& progress) {
            Maps maps;
            maps.map = std::make_shared<const AttentionMap>(attentionMap(model, subject, key.kind,
                key.layer, key.head, progress.part(0, difference ? 0.5 : 1)));
            if (difference)
                maps.reference = std::make_shared<const AttentionMap>(attentionMap(
                    model, before, key.kind, key.layer, key.head, progress.part(0.5, 1)));
            return maps;
        },
        [this](const Maps& maps) { m_map->setMaps(maps.map, maps.reference); });
}

void AttentionView::refresh(Changes changes)
{
    if (changes & Change::Theme) {
        m_heads->applyTheme();
        m_map->applyTheme();
    }
    if (changes & Change::Model) {
        *m_asked = {};
        m_heads->forget();
        m_map->setSentence(tr("Click a head at the left to see its pattern."));
    }
    if (session().shown() == Shown::Difference && !session().canShowDifference()) {
        showEmpty(tr("There is no difference to show: switch an edit on, or show the edited run."),
            tr("Show the edited run"), [this] { session().setShown(Shown::Edited); });
        *m_asked = {};
        return;
    }
    if (state() == State::Empty)
        showContent();
    const bool difference = session().shown() == Shown::Difference;
    const Shown small = difference ? Shown::Edited : session().shown();
    Focus shown = focus();
    shown.layer = layer();
    shown.head = head();
    m_heads->mark(shown, selection().pins());
    m_heads->follow(session().run(small), small);
    setSubtitle(difference ? tr("small: the edited run; large: edited − reference") : QString());
    computeMap();
    m_map->mark(shown);
}

void AttentionView::hoverChanged()
{
    m_map->setHover(selection().hover());
}

void AttentionView::keyPressEvent(QKeyEvent* event)
{
    const int step = event->key() == Qt::Key_BracketRight ? 1
        : event->key() == Qt::Key_BracketLeft             ? -1
                                                          : 0;
    if (step != 0)
        selection().move(0, 0, step);
    else if (event->key() == Qt::Key_P && event->modifiers() == Qt::NoModifier)
        selection().togglePin(Focus::atHead(layer(), head(), focus().position, focus().key));
    else
        View::keyPressEvent(event);
}

// --- what leaves the view

bool AttentionView::atlasUsed() const
{
    return m_used == &m_heads->panel() && m_heads->mode() == HeadsPanel::Mode::Atlas
        && m_heads->atlas().has_value();
}

std::shared_ptr<const FigureScene> AttentionView::figure() const
{
    FigureWords words;
    words.view = name();
    words.title = m_used->title();
    words.caption = m_used->subtitle();
    words.site = Site{Point::Pattern, layer(), {}}.name();
    words.method = atlasUsed() ? "head scores" : "attention";
    words.parameters = {{"layer", layer().value()}, {"head", head().value()}};
    words.viewState = viewState();
    return figureOf(session(), m_used->canvas(), words);
}

Table AttentionView::table() const
{
    return atlasUsed() ? atlasTable(*m_heads->atlas()) : m_map->table();
}

QString AttentionView::copyAsPython() const
{
    if (!m_map->map())
        return {};
    ScriptRequest request;
    request.kind = atlasUsed() ? ScriptRequest::Kind::Heads : ScriptRequest::Kind::Attention;
    request.modelPath = session().info().path;
    request.ids = m_map->map()->ids;
    if (session().shown() != Shown::Reference)
        request.edits = session().edits();
    request.layer = layer();
    if (m_map->kind() == AttentionMap::Kind::SingleHead)
        request.head = head();
    return QString::fromStdString(transformerLensScript(request));
}

nlohmann::json AttentionView::viewState() const
{
    return {{"heads", m_heads->state()}, {"map", m_map->state()}, {"focus", focusToJson(focus())}};
}

void AttentionView::restore(const nlohmann::json& state)
{
    if (!state.is_object())
        return;
    if (const Focus kept = focusFromJson(state.value("focus", nlohmann::json()));
        kept.kind != Focus::Kind::Nothing)
        selection().setFocus(kept);
    m_heads->restore(state.value("heads", nlohmann::json()));
    m_map->restore(state.value("map", nlohmann::json()));
}

ViewFactory attentionFactory()
{
    return {QStringLiteral("attention"), QObject::tr("Attention"),
        [](Session& session, QWidget* parent) -> View* {
            return new AttentionView(session, parent);
        }};
}

} // namespace microtome
