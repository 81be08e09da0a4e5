#include "views/promptfeatures/promptfeaturesview.h"

#include "core/store/project.h"
#include "core/work/error.h"
#include "views/panel/focusstate.h"
#include "views/panel/naming.h"
#include "views/panel/picturepanel.h"
#include "views/panel/plainword.h"
#include "views/panel/seen.h"
#include "views/promptfeatures/dictionarymenu.h"
#include "views/promptfeatures/pictures.h"
#include "views/session/amount.h"
#include "views/session/words.h"

#include <nlohmann/json.hpp>

#include <QSplitter>
#include <QToolButton>

#include <algorithm>
#include <map>

namespace microtome {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t mostRows = 40;
constexpr std::size_t mostBars = 16;

} // namespace

/// What is read, and with which dictionaries.
struct PromptFeaturesView::Key {
    std::uint64_t shown = 0;
    std::uint64_t reference = 0; ///< 0: only one run is read
    std::vector<fs::path> paths;

    bool operator==(const Key&) const = default;
};

struct PromptFeaturesView::Result {
    std::shared_ptr<const PromptFeatures> found;
    std::shared_ptr<const PromptFeatures> reference;
};

/// Dictionaries that were opened, kept while they are among those that are read with.
class PromptFeaturesView::Shelf {
public:
    using Coders = std::vector<std::shared_ptr<const NamedCoder>>;

    /// Those in these folders, and a sentence for each that cannot be opened.
    Coders take(const std::vector<fs::path>& paths, std::vector<std::string>& unfit)
    {
        std::erase_if(m_open,
            [&](const auto& one) { return std::ranges::find(paths, one.first) == paths.end(); });
        Coders all;
        for (const fs::path& path : paths) {
            try {
                auto& coders = m_open[path];
                if (coders.empty())
                    for (NamedCoder& one : openCoders(path))
                        coders.push_back(std::make_shared<const NamedCoder>(std::move(one)));
                all.insert(all.end(), coders.begin(), coders.end());
            } catch (const Error& error) {
                unfit.push_back(error.what());
            }
        }
        return all;
    }

private:
    std::map<fs::path, Coders> m_open;
};

PromptFeaturesView::PromptFeaturesView(Session& session, QWidget* parent)
    : View(QStringLiteral("prompt-features"), tr("Features of the prompt"),
        Changes(Change::Model) | Change::Run | Change::Shown | Change::Focus | Change::Project
            | Change::Theme,
        session, parent)
    , m_shelf(std::make_shared<Shelf>())
    , m_features(new PicturePanel({}, session))
    , m_token(new PicturePanel(tr("At the token"), session))
    , m_unexplained(new PicturePanel(tr("Left unexplained"), session))
    , m_splitter(new QSplitter(Qt::Vertical))
    , m_used(m_features)
    , m_asked(std::make_unique<Key>())
{
    addControl(m_features->takeScale());
    m_order = addWords(tr("Order of the features"), {tr("Strongest"), tr("Sum"), tr("Tokens")});
    m_bos = toggleWord(tr("BOS"), tr("Count the token that begins the text, too"), false);
    m_dictionaries = actionWord(tr("Dictionaries"), tr("Which dictionaries are read with"));
    m_menu = new DictionaryMenu(m_dictionaries);
    addControl(m_bos);
    addControl(m_dictionaries);
    m_features->canvas().setAccessibleName(tr("Features by tokens"));
    m_unexplained->canvas().setAccessibleName(tr("Left unexplained, dictionaries by tokens"));
    auto* below = new QSplitter(Qt::Horizontal);
    below->addWidget(m_token);
    below->addWidget(m_unexplained);
    m_splitter->addWidget(m_features);
    m_splitter->addWidget(below);
    m_splitter->setSizes({420, 300});
    for (QSplitter* splitter : {below, m_splitter}) {
        splitter->setHandleWidth(1);
        splitter->setChildrenCollapsible(false);
    }
    setContent(m_splitter);

    connect(m_order, &Words::chosen, this, &PromptFeaturesView::draw);
    connect(m_bos, &QToolButton::toggled, this, &PromptFeaturesView::draw);
    connect(m_dictionaries, &QToolButton::clicked, this, [this] {
        m_menu->popup(m_dictionaries->mapToGlobal(QPoint(0, m_dictionaries->height())));
    });
    connect(m_menu, &DictionaryMenu::changed, this, [this] { read(); });
    for (PicturePanel* panel : {m_features, m_unexplained}) {
        connect(panel, &PicturePanel::clicked, this, &PromptFeaturesView::goTo);
        connect(panel, &PicturePanel::scrubbed, this, &PromptFeaturesView::goTo);
        connect(panel, &PicturePanel::hovered, this, [this](const std::optional<Cell>& cell) {
            if (cell && cell->column >= 0 && !differs())
                selection().setHover(Focus::atToken(Position(cell->column)));
            else
                selection().clearHover();
        });
    }
    for (PicturePanel* panel : {m_features, m_token, m_unexplained})
        connect(panel, &PicturePanel::used, this, [this, panel] { m_used = panel; });
}

PromptFeaturesView::~PromptFeaturesView() = default;

int PromptFeaturesView::orderIndex() const
{
    return m_order->active();
}

bool PromptFeaturesView::differs() const
{
    return session().shown() == Shown::Difference;
}

/// The dictionaries that come with the model, and those of the project.
void PromptFeaturesView::readKnown()
{
    std::vector<fs::path> known;
    if (session().hasModel())
        known = dictionariesBeside(session().modelFolder().toStdString());
    if (Project* project = session().project())
        for (const FeatureSource& source : project->featureSources().list())
            if (const fs::path path = source.path;
                !path.empty() && fs::exists(path) && std::ranges::find(known, path) == known.end())
                known.push_back(path);
    m_menu->setKnown(known);
}

void PromptFeaturesView::read()
{
    const Shown which = session().shown() == Shown::Reference ? Shown::Reference : Shown::Edited;
    const RunPointer run = session().run(which);
    if (!run)
        return;
    Key key{run->serial, differs() ? session().reference()->serial : 0, m_menu->chosen()};
    if (key.paths.empty()) {
        *m_asked = {};
        m_found = nullptr;
        cancel(QStringLiteral("features"));
        return m_menu->all().empty()
            ? showEmpty(tr("No dictionary of this model is at hand. What lies in the folder "
                           "\u201cdictionaries\u201d of a model is found, and what the project was "
                           "built with."),
                tr("Add a dictionary\u2026"), [this] { m_menu->actions().back()->trigger(); })
            : showEmpty(tr("No dictionary is chosen to read this prompt with."), tr("Choose all"),
                [this] { m_menu->setChosen(m_menu->all()); });
    }
    if (state() == State::Empty)
        showContent();
    if (key == *m_asked)
        return;
    *m_asked = key;
    std::optional<Subject> reference;
    if (differs())
        reference = session().subject(Shown::Reference);
    compute<Result>(
        QStringLiteral("features"), tr("reading features"),
        [shelf = m_shelf, paths = key.paths, encode = session().encoder(),
            subject = session().subject(which), reference](Model& model, const Progress& progress) {
            std::vector<std::string> unfit;
            const auto coders = shelf->take(paths, unfit);
            const auto readWith = [&](const Subject& one, const Progress& part) {
                PromptFeatures found = promptFeatures(model, one, coders, encode, {}, part);
                found.unfit.insert(found.unfit.begin(), unfit.begin(), unfit.end());
                return std::make_shared<const PromptFeatures>(std::move(found));
            };
            Result result;
            result.found = readWith(subject, progress.part(0, reference ? 0.5 : 1));
            if (reference)
                result.reference = readWith(*reference, progress.part(0.5, 1));
            return result;
        },
        [this](const Result& result) {
            m_found = result.found;
            m_reference = result.reference;
            draw();
        });
}

// --- drawing

void PromptFeaturesView::draw()
{
    if (!m_found)
        return;
    if (m_found->names.empty())
        return showFailed(m_found->unfit.empty() ? tr("There is nothing to read with.")
                                                 : QString::fromStdString(m_found->unfit.front()));
    const FeatureNames names(session(), m_found->names);
    const bool withBos = m_bos->isChecked();
    m_bos->setVisible(m_found->bos);
    QString told
        = counted(static_cast<qint64>(m_found->names.size()), tr("dictionary"), tr("dictionaries"));
    if (!m_found->unfit.empty())
        told += tr(", %1 do not fit: %2")
                    .arg(m_found->unfit.size())
                    .arg(QString::fromStdString(m_found->unfit.front()));
    setSubtitle(told);
    if (m_reference) {
        const auto compared = comparedPrompts(m_reference->shares, m_reference->taken(withBos),
            m_found->shares, m_found->taken(withBos), order(), mostRows);
        m_features->setPicture(std::make_shared<BarsPicture>(comparedBars(names, compared),
                                   tr("edited less reference, share of |y|"), 3, false),
            PictureWidget::Fit::Scrolled);
    } else {
        const auto rows = topOfPrompt(m_found->shares, m_found->taken(withBos), order(), mostRows);
        m_features->setPicture(
            std::make_shared<MatrixPicture>(featureRows(session(), *m_found, names, rows, withBos)),
            PictureWidget::Fit::Scrolled);
    }
    m_unexplained->setPicture(
        std::make_shared<MatrixPicture>(unexplainedShares(session(), *m_found, names, withBos)));
    drawToken();
    mark();
}

void PromptFeaturesView::drawToken()
{
    const auto at = static_cast<std::size_t>(focus().position.value());
    if (!m_found || !focus().position.valid() || at >= m_found->ids.size())
        return m_token->setSentence(tr("Click a token to see its features."));
    m_token->setSubtitle(tokenAt(session(), m_found->ids, focus().position));
    m_token->setPicture(
        std::make_shared<BarsPicture>(
            tokenBars(*m_found, FeatureNames(session(), m_found->names), at, mostBars),
            tr("share of |y|"), 3, false),
        PictureWidget::Fit::Scrolled);
}

void PromptFeaturesView::mark()
{
    if (!m_found || !focus().position.valid())
        return;
    const Cell column{-1, focus().position.value()};
    if (!m_reference)
        m_features->mark(column);
    m_unexplained->mark(column);
}

void PromptFeaturesView::goTo(const Cell& cell)
{
    if (cell.column >= 0 && !m_reference)
        selection().focusToken(Position(cell.column));
}

void PromptFeaturesView::refresh(Changes changes)
{
    if (changes & Change::Theme)
        for (PicturePanel* panel : {m_features, m_token, m_unexplained})
            panel->applyTheme();
    if (changes & Change::Model) {
        *m_asked = {};
        m_found = nullptr;
        m_reference = nullptr;
    }
    if (changes & (Changes(Change::Model) | Change::Project))
        readKnown();
    if (differs() && !session().canShowDifference()) {
        *m_asked = {};
        return showEmpty(
            tr("There is no difference to show: switch an edit on, or show the edited run."),
            tr("Show the edited run"), [this] { session().setShown(Shown::Edited); });
    }
    read();
    if (changes & Change::Focus) {
        drawToken();
        mark();
    }
}

// --- what leaves the view

std::shared_ptr<const FigureScene> PromptFeaturesView::figure() const
{
    if (!m_found)
        return nullptr;
    FigureWords words;
    words.view = name();
    words.title = m_used == m_features ? title() : m_used->title();
    words.caption = m_used == m_features ? subtitle() : m_used->subtitle();
    words.method = "strongest latents of all dictionaries, compared before any is cut off";
    words.parameters = {{"dictionaries", m_found->names}, {"order", promptOrderName(order())},
        {"bos", m_bos->isChecked()}};
    words.viewState = viewState();
    return figureOf(session(), m_used->canvas(), words);
}

Table PromptFeaturesView::table() const
{
    return m_used->picture() ? m_used->picture()->table() : Table{};
}

nlohmann::json PromptFeaturesView::viewState() const
{
    nlohmann::json chosen = nlohmann::json::array();
    for (const fs::path& path : m_menu->chosen())
        chosen.push_back(path.string());
    return {{"order", promptOrderName(order())}, {"bos", m_bos->isChecked()},
        {"dictionaries", chosen}, {"focus", focusToJson(focus())}};
}

void PromptFeaturesView::restore(const nlohmann::json& state)
{
    if (!state.is_object())
        return;
    if (state.contains("order") && state["order"].is_string())
        if (const auto named = promptOrderNamed(state["order"].get<std::string>()))
            m_order->setActive(static_cast<int>(*named));
    if (state.contains("bos") && state["bos"].is_boolean())
        m_bos->setChecked(state["bos"].get<bool>());
    if (const Focus kept = focusFromJson(state.value("focus", nlohmann::json()));
        kept.kind != Focus::Kind::Nothing)
        selection().setFocus(kept);
    if (!state.contains("dictionaries") || !state["dictionaries"].is_array())
        return;
    readKnown();
    std::vector<fs::path> chosen;
    for (const auto& path : state["dictionaries"])
        if (path.is_string())
            chosen.push_back(path.get<std::string>());
    m_menu->setChosen(chosen);
}

ViewFactory promptFeaturesFactory()
{
    return {QStringLiteral("prompt-features"), QObject::tr("Prompt features"),
        [](Session& session, QWidget* parent) -> View* {
            return new PromptFeaturesView(session, parent);
        }};
}

} // namespace microtome
