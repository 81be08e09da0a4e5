#include "views/attention/headspanel.h"

#include "views/canvas/thumbnailgrid.h"
#include "views/panel/annotated.h"
#include "views/panel/naming.h"
#include "views/panel/picturepanel.h"
#include "views/panel/stored.h"
#include "views/session/tone.h"
#include "views/session/words.h"

#include <nlohmann/json.hpp>

#include <QFileDialog>
#include <QHBoxLayout>
#include <QSpinBox>
#include <QVBoxLayout>

#include <algorithm>

namespace microtome {

HeadsPanel::HeadsPanel(Session& session, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_panel(new PicturePanel(tr("Heads"), session, this))
    , m_mode(m_panel->addWords(tr("What is shown of the heads"), {tr("Patterns"), tr("Atlas")}))
    , m_line(new QWidget(this))
    , m_score(
          new Words(tr("Score"), headScoreWords(), static_cast<int>(HeadScore::Induction), m_line))
    , m_source(new Words(tr("Measured on"), {tr("Random"), tr("Prompt"), tr("Set…")}, 0, m_line))
    , m_random(new QWidget(m_line))
    , m_repeated(new QSpinBox(m_random))
    , m_seed(new QSpinBox(m_random))
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(m_panel);
    m_panel->setScaleBelow();
    auto* rows = new QVBoxLayout(m_line);
    rows->setContentsMargins(4, 4, 10, 0);
    rows->setSpacing(0);
    rows->addWidget(m_score, 0, Qt::AlignLeft);
    rows->addWidget(m_source, 0, Qt::AlignLeft);
    auto* row = new QHBoxLayout(m_random);
    row->setContentsMargins(6, 0, 0, 0);
    row->setSpacing(8);
    const auto spin = [&](QSpinBox* box, const QString& name, int low, int high) {
        box->setRange(low, high);
        box->setValue(low);
        box->setAccessibleName(name);
        box->setKeyboardTracking(false);
        box->setButtonSymbols(QSpinBox::NoButtons);
        box->setFixedWidth(64);
        auto* label = new ToneLabel(Tone::Secondary, name, m_random);
        label->setElide(Qt::ElideNone);
        row->addWidget(label);
        row->addWidget(box);
        connect(box, &QSpinBox::valueChanged, this, &HeadsPanel::computeAtlas);
    };
    m_repeated->setSpecialValueText(tr("auto"));
    spin(m_repeated, tr("tokens"), 0, 512);
    spin(m_seed, tr("seed"), 0, 99999);
    row->addStretch(1);
    rows->addWidget(m_random);
    m_panel->addLine(m_line);
    m_line->hide();
    m_soon.setSingleShot(true);
    m_soon.setInterval(100);
    connect(&m_soon, &QTimer::timeout, this, &HeadsPanel::draw);
    connect(m_mode, &Words::chosen, this, &HeadsPanel::draw);
    connect(m_score, &Words::chosen, this, &HeadsPanel::draw);
    connect(m_source, &Words::chosen, this, [this](int index) {
        if (static_cast<Source>(index) == Source::Set && m_setPath.isEmpty())
            askForSet();
        else
            computeAtlas();
    });
    connect(m_panel, &PicturePanel::clicked, this, &HeadsPanel::choose);
    connect(m_panel, &PicturePanel::scrubbed, this, &HeadsPanel::choose);
}

HeadsPanel::Mode HeadsPanel::mode() const
{
    return static_cast<Mode>(m_mode->active());
}

HeadScore HeadsPanel::score() const
{
    return static_cast<HeadScore>(m_score->active());
}

void HeadsPanel::choose(const Cell& cell)
{
    const Layer layer = cell.row >= 0 ? Layer(cell.row) : m_focus.layer;
    const Head head = cell.column >= 0 ? Head(cell.column) : m_focus.head;
    emit headChosen(layer, head);
}

void HeadsPanel::applyTheme()
{
    m_panel->applyTheme();
}

void HeadsPanel::forget()
{
    m_run = nullptr;
    m_order.clear();
    m_waiting = 0;
    m_patterns.clear();
    m_atlas.reset();
    m_atlasAsked.clear();
}

// --- patterns

void HeadsPanel::follow(const RunPointer& run, Shown shown)
{
    const bool same = m_run && run && m_run->serial == run->serial;
    m_run = run;
    m_shown = shown;
    if (same || !run)
        return;
    const Architecture& a = m_session.architecture();
    m_patterns.assign(static_cast<std::size_t>(a.layers * a.heads), Matrix());
    m_order.clear();
    // The layer that is looked at comes first.
    if (m_focus.layer.valid() && m_focus.layer.value() < a.layers)
        m_order.push_back(m_focus.layer);
    for (int layer = 0; layer < a.layers; ++layer)
        if (m_order.empty() || Layer(layer) != m_order.front())
            m_order.emplace_back(layer);
    m_waiting = a.layers;
    draw();
    computeNext();
    if (mode() == Mode::Atlas)
        computeAtlas();
}

void HeadsPanel::computeNext()
{
    if (m_waiting == 0 || !m_run)
        return;
    const Layer layer = m_order[m_order.size() - static_cast<std::size_t>(m_waiting)];
    m_session.engine().post<AttentionThumbnails>(
        this, QStringLiteral("thumbnails"), tr("patterns of layer %1").arg(layer.value()),
        [subject = m_session.subject(m_shown), layer](Model& model, const Progress& progress) {
            return attentionThumbnails(model, subject, layer, 32, progress);
        },
        [this, serial = m_run->serial](const AttentionThumbnails& done) {
            if (!m_run || m_run->serial != serial)
                return;
            const auto heads = static_cast<std::size_t>(m_session.architecture().heads);
            const auto first = static_cast<std::size_t>(done.layer.value()) * heads;
            for (std::size_t h = 0; h < std::min(heads, done.heads.size()); ++h)
                m_patterns[first + h] = done.heads[h];
            --m_waiting;
            if (m_waiting == 0)
                draw();
            else if (!m_soon.isActive())
                m_soon.start();
            computeNext();
        },
        [this](const QString& why) { m_panel->setSentence(why); }, Priority::Background);
}

void HeadsPanel::draw()
{
    m_line->setVisible(mode() == Mode::Atlas);
    m_random->setVisible(m_source->active() == static_cast<int>(Source::Random));
    if (!m_session.hasModel())
        return;
    if (mode() == Mode::Patterns)
        drawPatterns();
    else
        drawAtlas();
    mark(m_focus, m_session.selection().pins());
}

void HeadsPanel::drawPatterns()
{
    if (!m_run) {
        m_panel->setSentence(tr("Run a prompt to see every head's pattern."));
        return;
    }
    const Architecture& a = m_session.architecture();
    ThumbnailData drawn;
    drawn.rows = a.layers;
    drawn.columns = a.heads;
    drawn.matrices = m_patterns;
    drawn.range = ColourRange::magnitude(0, 1, tr("weight"));
    drawn.rowAxis = numberAxis(a.layers);
    drawn.columnAxis = numberAxis(a.heads);
    m_panel->setSubtitle(m_waiting == 0
            ? tr("layer × head")
            : tr("layer × head · %1 of %2 layers").arg(a.layers - m_waiting).arg(a.layers));
    Annotations words;
    words.rows = a.layers;
    words.columns = a.heads;
    words.describe = [](const Cell& cell) { return headName(Layer(cell.row), Head(cell.column)); };
    m_panel->setPicture(std::make_shared<AnnotatedPicture>(
                            std::make_shared<ThumbnailGrid>(std::move(drawn)), std::move(words)),
        PictureWidget::Fit::Scrolled);
}

// --- atlas

void HeadsPanel::drawAtlas()
{
    if (!m_atlas) {
        computeAtlas();
        if (!m_atlas)
            m_panel->setSentence(tr("Measuring every head…"));
        return;
    }
    m_panel->setSubtitle(atlasWords(*m_atlas));
    Annotations words;
    words.rows = m_session.architecture().layers;
    words.columns = m_session.architecture().heads;
    words.describe = [atlas = *m_atlas, kind = score()](
                         const Cell& cell) { return atlasLine(atlas, kind, cell); };
    m_panel->setPicture(
        std::make_shared<AnnotatedPicture>(
            std::make_shared<MatrixPicture>(atlasGrid(*m_atlas, score())), std::move(words)),
        PictureWidget::Fit::Scrolled);
}

void HeadsPanel::computeAtlas()
{
    if (!m_session.hasModel())
        return;
    const auto source = static_cast<Source>(m_source->active());
    if (source == Source::Prompt && (!m_run || !m_session.run(m_shown)))
        return;
    StoredRequest request;
    request.kind = "heads";
    request.seed = static_cast<std::uint64_t>(m_seed->value());
    request.edits = m_shown == Shown::Reference ? Edits() : activeEdits(m_session.edits());
    request.settings = {{"repeated", m_repeated->value()}, {"sequences", 8},
        {"source", static_cast<int>(source)}, {"set", m_setPath.toStdString()}};
    request.title = tr("head atlas").toStdString();
    if (source == Source::Prompt)
        request.prompt = m_run->prompt;
    const QString asked = QString::fromStdString(request.settings.dump())
        + QString::number(request.seed) + u'/'
        + QString::number(
            m_run && (source == Source::Prompt || !request.edits.empty()) ? m_run->serial : 0);
    if (asked == m_atlasAsked)
        return;
    m_atlasAsked = asked;
    if (source != Source::Set) { // the file of a set may have changed since
        if (const auto bundle = findStored(m_session, request)) {
            m_atlas = Atlas::fromBundle(*bundle);
            if (mode() == Mode::Atlas)
                draw();
            return;
        }
    }
    AtlasOptions options;
    options.repeated = m_repeated->value();
    options.seed = request.seed;
    options.edits = request.edits;
    const Subject subject = source == Source::Prompt ? m_session.subject(m_shown) : Subject();
    m_session.engine().post<Atlas>(
        this, QStringLiteral("atlas"), tr("head atlas"),
        [=, set = m_set](Model& model, const Progress& progress) {
            if (source == Source::Set)
                return atlasOver(model, set, options.edits, progress);
            Atlas atlas;
            atlas.scores = source == Source::Prompt ? headScores(model, subject, {}, progress)
                                                    : headAtlas(model, options, progress);
            return atlas;
        },
        [this, request](Atlas atlas) {
            m_atlas = std::move(atlas);
            if (const QString why = keepStored(m_session, request, m_atlas->toBundle());
                !why.isEmpty())
                m_session.tell(tr("This atlas could not be kept: %1").arg(why));
            if (mode() == Mode::Atlas)
                draw();
        },
        [this](const QString& why) {
            m_atlasAsked.clear();
            if (mode() == Mode::Atlas)
                m_panel->setSentence(why);
        },
        Priority::Background);
}

void HeadsPanel::askForSet()
{
    const QString path = QFileDialog::getOpenFileName(
        this, tr("Open a prompt set"), {}, tr("Prompt sets (*.csv *.jsonl);;All files (*)"));
    if (path.isEmpty())
        m_source->setActive(static_cast<int>(Source::Random));
    else
        usePromptSet(path);
}

void HeadsPanel::usePromptSet(const QString& path)
{
    try {
        m_set = readPromptSet(path.toStdString());
        m_setPath = path;
    } catch (const Error& error) {
        m_panel->setSentence(QString::fromUtf8(error.what()));
        return;
    }
    const QSignalBlocker quiet(m_source);
    m_source->setActive(static_cast<int>(Source::Set));
    computeAtlas();
}

void HeadsPanel::mark(const Focus& focus, const std::vector<Pin>& pins)
{
    m_focus = focus;
    std::optional<Cell> cell;
    if (focus.layer.valid() && focus.head.valid())
        cell = Cell{focus.layer.value(), focus.head.value()};
    std::vector<PinnedCell> marks;
    for (const Pin& pin : pins)
        if (pin.what.kind == Focus::Kind::AttentionHead)
            marks.push_back({{pin.what.layer.value(), pin.what.head.value()}, pin.style});
    m_panel->mark(cell, std::move(marks));
}

nlohmann::json HeadsPanel::state() const
{
    return {{"mode", m_mode->active()}, {"score", m_score->active()},
        {"source", m_source->active()}, {"set", m_setPath.toStdString()},
        {"repeated", m_repeated->value()}, {"seed", m_seed->value()},
        {"scroll", m_panel->scroll()}};
}

void HeadsPanel::restore(const nlohmann::json& state)
{
    const auto number = [&state](const char* key, int otherwise) {
        return state.contains(key) && state[key].is_number_integer() ? state[key].get<int>()
                                                                     : otherwise;
    };
    if (!state.is_object())
        return;
    m_repeated->setValue(number("repeated", 0));
    m_seed->setValue(number("seed", 0));
    m_score->setActive(number("score", 2));
    const int source = number("source", 0);
    if (source != static_cast<int>(Source::Set))
        m_source->setActive(source);
    else if (state.contains("set") && state["set"].is_string())
        usePromptSet(QString::fromStdString(state["set"].get<std::string>()));
    m_mode->setActive(number("mode", 0));
    m_panel->setScroll(state.value("scroll", nlohmann::json()));
}

} // namespace microtome
