#include "views/features/featuresview.h"

#include "core/store/project.h"
#include "views/features/browserpanel.h"
#include "views/features/examplespanel.h"
#include "views/features/featurepage.h"
#include "views/features/labelspanel.h"
#include "views/features/markmenu.h"
#include "views/features/neighbourspanel.h"
#include "views/panel/seen.h"
#include "views/session/amount.h"
#include "views/session/words.h"

#include <nlohmann/json.hpp>

#include <QApplication>
#include <QClipboard>
#include <QLineEdit>
#include <QSplitter>
#include <QToolButton>

#include <algorithm>

namespace microtome {

namespace {

const QString choiceTag = QStringLiteral("choice");
const QString openTag = QStringLiteral("open");
const QString evidenceTag = QStringLiteral("evidence");

FeatureEvidence missingEvidence(const std::string& why)
{
    FeatureEvidence evidence;
    evidence.missing = why;
    return evidence;
}

} // namespace

FeaturesView::FeaturesView(Session& session, QWidget* parent)
    : View(QStringLiteral("features"), tr("Features"),
        Changes(Change::Model) | Change::Project | Change::Theme, session, parent)
    , m_browser(new BrowserPanel(session, m_desk))
    , m_page(new FeaturePage(session))
    , m_split(new QSplitter(Qt::Horizontal))
{
    m_split->setHandleWidth(1);
    m_split->setChildrenCollapsible(false);
    m_split->addWidget(m_browser);
    m_split->addWidget(m_page);
    m_split->setSizes({560, 440});
    m_split->setStretchFactor(0, 4);
    m_split->setStretchFactor(1, 3);
    m_browser->setMinimumWidth(320);
    m_page->setMinimumWidth(364);
    setContent(m_split);
    m_page->setNames(m_browser->names(), m_browser->tokens());
    connect(m_browser, &BrowserPanel::opened, this, [this](FeatureKey key) {
        m_used = nullptr;
        readPage(key);
    });
    connect(m_browser, &BrowserPanel::found, this, &FeaturesView::showFound);
    connect(&session, &Session::projectLeaves, this, [this] { m_desk.close(); });
    connect(&m_desk, &FeatureDesk::failed, this, [this](const QString& tag, const QString& why) {
        if (tag == choiceTag)
            showFailed(why, tr("Try again"), [this] { readChoice(); });
        else if (tag == openTag)
            m_page->setSentence(why);
        else if (tag == evidenceTag)
            m_page->setEvidence(missingEvidence(why.toStdString()));
    });
    connectPage();
}

FeaturesView::~FeaturesView() = default;

void FeaturesView::connectPage()
{
    connect(m_page, &FeaturePage::opened, this, &FeaturesView::open);
    connect(m_page, &FeaturePage::used, this, [this](PicturePanel* panel) { m_used = panel; });
    connect(m_page, &FeaturePage::bookmarked, this, &FeaturesView::writeBookmark);
    connect(&m_page->labels(), &LabelsPanel::written, this, [this](const QString& text) {
        write([&](Project& project, FeatureKey key) {
            FeatureLabel label;
            label.feature = key;
            label.text = text.toStdString();
            label.method = "written";
            project.labels().add(label);
            m_page->labels().line().clear();
        });
    });
    connect(&m_page->labels(), &LabelsPanel::removed, this, [this](qint64 id) {
        write([&](Project& project, FeatureKey) {
            project.labels().remove(static_cast<LabelId>(id));
        });
    });
    connect(&m_page->lists(), &MarkMenu::switched, this, &FeaturesView::writeList);
    connect(&m_page->lists(), &MarkMenu::written, this,
        [this](const QString& name) { writeList(name, true); });
    connect(&m_page->tags(), &MarkMenu::switched, this, &FeaturesView::writeTag);
    connect(&m_page->tags(), &MarkMenu::written, this,
        [this](const QString& tag) { writeTag(tag, true); });
}

// --- reading

/// All that is named in the boxes, and what tells one sweep from the next.
QStringList FeaturesView::namesOf(const Choice& choice)
{
    QStringList names;
    for (const SourceLine& line : choice.sources)
        names << QString::fromStdString(line.source.name + '\n' + line.tokenizerHash)
              << QString::number(static_cast<int>(line.source.id))
              << QString::number(line.sweep ? static_cast<int>(line.sweep->id) : 0);
    for (const FeatureList& list : choice.lists)
        names << QString::number(static_cast<qint64>(list.id)) + QString::fromStdString(list.name);
    for (const std::string& tag : choice.tags)
        names << QString::fromStdString(tag);
    return names;
}

void FeaturesView::refresh(Changes changes)
{
    if (changes & Change::Theme) {
        m_browser->setLook(Style::screen(session().theme(), devicePixelRatioF()));
        m_page->applyTheme();
    }
    if (!(changes & (Changes(Change::Model) | Change::Project)))
        return;
    Project* project = session().project();
    if (!project) {
        m_desk.close();
        showEmpty(tr("Features are kept in a project, and none is open."),
            tr("Open a project\u2026"), [this] { session().ask(QStringLiteral("open-project")); });
        return;
    }
    if (!m_desk.isOpen() || m_desk.project() != project->path()) {
        m_desk.open(project->path());
        m_wanted.reset();
        m_choice = {};
        m_browser->select({});
        m_page->setSentence({});
    }
    m_page->setWritable(!project->readOnly());
    readChoice();
}

void FeaturesView::readChoice(std::function<void()> then)
{
    m_desk.read<Choice>(
        choiceTag,
        [](FeatureReading& reading) {
            return Choice{reading.sources(), reading.lists(), reading.tags()};
        },
        [this, then = std::move(then)](Choice choice) {
            showChoice(std::move(choice));
            if (then)
                then();
        });
}

void FeaturesView::showChoice(Choice choice)
{
    const bool other = namesOf(choice) != namesOf(m_choice); // an open box stays as it is
    m_choice = std::move(choice);
    if (m_choice.sources.empty()) {
        const QString model = session().info().path.empty()
            ? QStringLiteral("MODEL")
            : QString::fromStdString(session().info().path);
        const QString command
            = QStringLiteral("microtome-cli features build %1 --project %2 --text TEXT --neurons 0")
                  .arg(model, QString::fromStdString(m_desk.project().string()));
        setSubtitle({});
        showEmpty(
            tr("This project has no features yet. Sweep a text with a dictionary, or with the "
               "model's own neurons and heads: %1")
                .arg(command),
            tr("Copy the command"), [command] { QApplication::clipboard()->setText(command); });
        return;
    }
    showContent();
    if (other)
        m_browser->setSources(m_choice.sources, m_choice.lists, m_choice.tags);
    if (const nlohmann::json later = std::exchange(m_later, nullptr); later.is_object())
        return restore(later);
    m_browser->readAgain();
    m_browser->search();
    if (m_wanted)
        readPage(*m_wanted);
}

void FeaturesView::showFound()
{
    const auto found = static_cast<qint64>(m_browser->table().keys().size());
    const auto all = static_cast<qint64>(m_browser->outOf());
    const QString amount = counted(all, tr("feature"), tr("features"));
    setSubtitle(
        found == all ? amount : tr("%1 of %2").arg(counted(found, {}, {}).trimmed(), amount));
    if (!m_wanted && found > 0)
        open(m_browser->table().keys().front());
    else if (!m_wanted)
        m_page->setSentence(tr("Choose a feature on the left."));
}

void FeaturesView::open(FeatureKey key)
{
    m_browser->select(key);
    readPage(key);
}

void FeaturesView::readPage(FeatureKey key)
{
    const bool other = m_wanted != key || !m_page->evidence();
    m_wanted = key;
    m_desk.read<FeatureSight>(
        openTag, [key](FeatureReading& reading) { return reading.open(key); },
        [this](FeatureSight sight) {
            m_page->setSight(std::move(sight), m_choice.lists, m_choice.tags);
        });
    if (other)
        m_desk.read<FeatureEvidence>(
            evidenceTag, [key](FeatureReading& reading) { return reading.evidence(key); },
            [this](FeatureEvidence evidence) { m_page->setEvidence(std::move(evidence)); });
}

// --- writing

/// Writes about the feature on the page; what is shown of it is read again.
void FeaturesView::write(const std::function<void(Project&, FeatureKey)>& work)
{
    Project* project = session().project();
    if (!project || !m_page->sight())
        return;
    try {
        work(*project, m_page->sight()->detail.key);
    } catch (const std::exception& error) {
        session().tell(QString::fromUtf8(error.what()));
    }
    session().announcer().note(Change::Project);
}

void FeaturesView::writeBookmark(bool on)
{
    write([&](Project& project, FeatureKey key) {
        if (on)
            project.notes().addBookmark({{}, m_page->title().toStdString(), bookmarkFocus(key)});
        else if (const auto& bookmark = m_page->sight()->bookmark)
            project.notes().remove(*bookmark);
    });
}

void FeaturesView::writeList(const QString& name, bool on)
{
    write([&](Project& project, FeatureKey key) {
        FeatureLists lists = project.featureLists();
        const auto all = lists.lists();
        const auto known = std::ranges::find(all, name.toStdString(), &FeatureList::name);
        if (!on && known != all.end())
            lists.remove(known->id, key);
        if (on)
            lists.put(known != all.end() ? known->id : lists.add({.name = name.toStdString()}),
                {key, {}});
    });
}

void FeaturesView::writeTag(const QString& tag, bool on)
{
    write([&](Project& project, FeatureKey key) {
        if (on)
            project.featureLists().tag(key, tag.toStdString());
        else
            project.featureLists().untag(key, tag.toStdString());
    });
}

// --- what leaves the view

std::shared_ptr<const FigureScene> FeaturesView::figure() const
{
    const FeatureSight* sight = m_page->sight();
    if (!sight)
        return nullptr;
    const PicturePanel& panel = m_used ? *m_used : m_page->examples();
    FigureWords words;
    words.view = name();
    words.title = QStringLiteral("%1 \u00b7 %2").arg(m_page->title(), panel.title().toLower());
    words.caption = panel.subtitle();
    words.site = sight->source.source.readSite;
    words.method
        = "feature " + sight->source.source.name + "/" + std::to_string(sight->detail.key.latent);
    if (const auto& sweep = sight->detail.sweep)
        words.parameters = {{"corpus", sweep->corpus}, {"corpus_hash", sweep->corpusHash},
            {"tokens", sweep->tokens}, {"dictionary", sight->source.source.hash}};
    words.viewState = viewState();
    return figureOf(session(), panel.canvas(), words);
}

/// Of a part of the page that was worked with its numbers, else the rows that were read.
Table FeaturesView::table() const
{
    if (m_used && m_used->picture())
        return m_used->picture()->table();
    const FeatureTable& model = m_browser->table();
    Table table;
    for (int c = 0; c < model.columnCount(); ++c)
        table.columns << model.headerData(c, Qt::Horizontal, Qt::DisplayRole).toString();
    for (int r = 0; r < model.rowCount() && state() == State::Content; ++r) {
        if (!model.row(r))
            continue;
        auto& row = table.rows.emplace_back();
        for (int c = 0; c < model.columnCount(); ++c)
            row.emplace_back(model.data(model.index(r, c), Qt::DisplayRole).toString());
    }
    return table;
}

nlohmann::json FeaturesView::viewState() const
{
    nlohmann::json sizes = nlohmann::json::array();
    for (const int size : m_split->sizes())
        sizes.push_back(size);
    nlohmann::json state{{"browser", m_browser->state()}, {"split", sizes},
        {"examples", m_page->examples().groupWords().active()},
        {"whole", m_page->examples().wholeWord().isChecked()},
        {"neighbours", m_page->neighbours().byWords().active()}};
    if (m_wanted)
        state["feature"] = packed(*m_wanted);
    return state;
}

void FeaturesView::restore(const nlohmann::json& state)
{
    if (!state.is_object())
        return;
    if (m_choice.sources.empty())
        m_later = state; // there is nothing to choose from yet
    const auto number = [&](const char* key) -> std::optional<std::int64_t> {
        const nlohmann::json value = state.value(key, nlohmann::json());
        return value.is_number_integer() ? std::optional(value.get<std::int64_t>()) : std::nullopt;
    };
    const auto choose = [&](const char* key, Words& words) {
        if (const auto index = number(key))
            words.setActive(static_cast<int>(*index));
    };
    choose("examples", m_page->examples().groupWords());
    if (const nlohmann::json whole = state.value("whole", nlohmann::json()); whole.is_boolean())
        m_page->examples().wholeWord().setChecked(whole.get<bool>());
    choose("neighbours", m_page->neighbours().byWords());
    QList<int> sizes;
    for (const auto& size : state.value("split", nlohmann::json::array()))
        if (size.is_number_integer())
            sizes << size.get<int>();
    if (sizes.size() == 2)
        m_split->setSizes(sizes);
    if (m_choice.sources.empty())
        return;
    m_browser->restore(state.value("browser", nlohmann::json()));
    if (const auto feature = number("feature"))
        open(unpacked(*feature));
}

ViewFactory featuresFactory()
{
    return {QStringLiteral("features"), QObject::tr("Features"),
        [](Session& session, QWidget* parent) -> View* {
            return new FeaturesView(session, parent);
        }};
}

} // namespace microtome
