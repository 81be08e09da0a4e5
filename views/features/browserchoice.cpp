#include "views/features/browserpanel.h"
#include "views/features/filterchips.h"
#include "views/session/words.h"

#include <nlohmann/json.hpp>

#include <QComboBox>
#include <QLineEdit>
#include <QMenu>

#include <algorithm>

namespace microtome {

namespace {

/// What the second box chooses.
enum class Shelf { All, Labelled, Bookmarked, List, Tag };
constexpr int shelfRole = Qt::UserRole;
constexpr int valueRole = Qt::UserRole + 1;

} // namespace

void BrowserPanel::fillShelf(
    const std::vector<FeatureList>& lists, const std::vector<std::string>& tags)
{
    const QVariant kind = m_shelf->currentData(shelfRole);
    const QVariant value = m_shelf->currentData(valueRole);
    m_shelf->clear();
    int keep = 0;
    const auto add = [&](const QString& text, Shelf shelf, const QVariant& of) {
        m_shelf->addItem(text);
        const int index = m_shelf->count() - 1;
        m_shelf->setItemData(index, static_cast<int>(shelf), shelfRole);
        m_shelf->setItemData(index, of, valueRole);
        if (kind == static_cast<int>(shelf) && value == of)
            keep = index;
    };
    add(tr("All features"), Shelf::All, {});
    add(tr("With a label"), Shelf::Labelled, {});
    add(tr("Bookmarked"), Shelf::Bookmarked, {});
    for (const FeatureList& list : lists)
        add(tr("List: %1").arg(QString::fromStdString(list.name)), Shelf::List,
            QVariant::fromValue(static_cast<qint64>(list.id)));
    for (const std::string& tag : tags)
        add(tr("Tag: %1").arg(QString::fromStdString(tag)), Shelf::Tag,
            QString::fromStdString(tag));
    m_shelf->setCurrentIndex(keep);
}

void BrowserPanel::fillMenus()
{
    for (std::size_t i = 0; i < featureNumbers; ++i) {
        const auto number = static_cast<FeatureNumber>(i);
        const auto utf8 = numberName(number);
        const QString name = QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
        connect(m_addMenu->addAction(name), &QAction::triggered, this, [this, name] {
            m_line->setText(
                (m_line->text().trimmed() + u' ' + name).trimmed() + QStringLiteral(" > "));
            m_line->setFocus(Qt::OtherFocusReason);
        });
        QAction* column = m_columnsMenu->addAction(name);
        column->setCheckable(true);
        column->setChecked(
            std::ranges::find(m_table->numbers(), number) != m_table->numbers().end());
        connect(column, &QAction::triggered, this, [this, number](bool on) {
            std::vector<FeatureNumber> numbers = m_table->numbers();
            if (on)
                numbers.push_back(number);
            else
                std::erase(numbers, number);
            m_table->setNumbers(std::move(numbers));
            widen();
            select(m_chosen);
        });
    }
}

void BrowserPanel::setSources(std::vector<SourceLine> sources,
    const std::vector<FeatureList>& lists, const std::vector<std::string>& tags)
{
    const QVariant before = m_source->currentData();
    m_sources = std::move(sources);
    m_source->clear();
    int keep = -1;
    int ofModel = -1;
    for (const SourceLine& line : m_sources) {
        const auto id = static_cast<int>(line.source.id);
        m_source->addItem(QString::fromStdString(line.source.name), id);
        m_source->setItemData(m_source->count() - 1,
            tr("%1, reads %2")
                .arg(QString::fromStdString(line.model),
                    QString::fromStdString(line.source.readSite)),
            Qt::ToolTipRole);
        if (before == id)
            keep = m_source->count() - 1;
        if (ofModel < 0 && m_session.hasModel() && line.modelHash == m_session.info().hash)
            ofModel = m_source->count() - 1;
    }
    if (m_sources.size() > 1) {
        m_source->addItem(tr("All sources"), 0);
        if (before == 0)
            keep = m_source->count() - 1;
    }
    m_source->setCurrentIndex(keep >= 0 ? keep : std::max(ofModel, 0));
    fillShelf(lists, tags);
    widen();
}

FeatureWish BrowserPanel::wish() const
{
    FeatureWish wish;
    if (const int source = m_source->currentData().toInt(); source > 0)
        wish.query.scopes.push_back({static_cast<SourceId>(source)});
    const QVariant of = m_shelf->currentData(valueRole);
    switch (static_cast<Shelf>(m_shelf->currentData(shelfRole).toInt())) {
    case Shelf::All:
        break;
    case Shelf::Labelled:
        wish.query.labelled = true;
        break;
    case Shelf::Bookmarked:
        wish.bookmarked = true;
        break;
    case Shelf::List:
        wish.query.list = static_cast<ListId>(of.toLongLong());
        break;
    case Shelf::Tag:
        wish.query.tag = of.toString().toStdString();
        break;
    }
    const FilterLine line = readFilterLine(m_line->text());
    wish.query.filters = m_chips->filters();
    wish.query.filters.insert(
        wish.query.filters.end(), line.conditions.begin(), line.conditions.end());
    (m_where->active() == 0 ? wish.query.labelWords : wish.query.contextWords)
        = line.words.toStdString();
    wish.query.sort = m_sort;
    wish.query.descending = m_descending;
    return wish;
}

std::uint64_t BrowserPanel::outOf() const
{
    const int source = m_source->currentData().toInt();
    std::uint64_t all = 0;
    for (const SourceLine& line : m_sources)
        if (source <= 0 || static_cast<int>(line.source.id) == source)
            all += line.source.latents;
    return all;
}

const SourceLine* BrowserPanel::lineOf(SourceId id) const
{
    const auto found = std::ranges::find_if(
        m_sources, [&](const SourceLine& line) { return line.source.id == id; });
    return found == m_sources.end() ? nullptr : &*found;
}

FeatureName BrowserPanel::names() const
{
    return [this](FeatureKey key) {
        const QString latent = QString::number(key.latent);
        const SourceLine* line = lineOf(key.source);
        return m_source->currentData().toInt() > 0 || !line
            ? latent
            : QString::fromStdString(line->source.name) + u'/' + latent;
    };
}

TokenName BrowserPanel::tokens() const
{
    return [this](SourceId source, TokenId id) {
        const SourceLine* line = lineOf(source);
        const bool known = line && m_session.hasModel() && m_session.tokenizer()
            && line->tokenizerHash == m_session.info().tokenizerHash;
        return known ? m_session.tokenText(id) : u'#' + QString::number(id);
    };
}

/// Enter: a number goes to that latent; conditions become chips; words are searched at once.
void BrowserPanel::enter()
{
    if (jump(m_line->text().trimmed()))
        return;
    const FilterLine line = readFilterLine(m_line->text());
    std::vector<FeatureFilter> filters = m_chips->filters();
    filters.insert(filters.end(), line.conditions.begin(), line.conditions.end());
    m_chips->setFilters(std::move(filters));
    m_line->setText(line.words);
    search();
}

bool BrowserPanel::jump(const QString& text)
{
    const qsizetype slash = text.lastIndexOf(u'/');
    bool number = false;
    const auto latent = text.mid(slash + 1).toUInt(&number);
    if (!number || m_sources.empty())
        return false;
    const int chosenSource = m_source->currentData().toInt();
    const SourceLine* line
        = chosenSource > 0 ? lineOf(static_cast<SourceId>(chosenSource)) : &m_sources.front();
    if (slash >= 0) {
        const std::string name = text.left(slash).toStdString();
        const auto named = std::ranges::find_if(
            m_sources, [&](const SourceLine& one) { return one.source.name == name; });
        if (named == m_sources.end())
            return false;
        line = &*named;
    }
    if (latent >= line->source.latents) {
        m_pause.stop(); // what was typed is no word to search for
        m_session.tell(tr("%1 has latents 0 to %2.")
                           .arg(QString::fromStdString(line->source.name))
                           .arg(line->source.latents - 1));
        return true;
    }
    m_line->clear();
    const FeatureKey key{line->source.id, latent};
    select(key);
    emit opened(key);
    search(); // without the number
    return true;
}

nlohmann::json BrowserPanel::state() const
{
    FeatureQuery kept = wish().query;
    kept.filters = m_chips->filters();
    nlohmann::json columns = nlohmann::json::array();
    for (const FeatureNumber number : m_table->numbers())
        columns.push_back(numberName(number));
    return {{"source", m_source->currentData().toInt()},
        {"shelf", m_shelf->currentText().toStdString()}, {"line", m_line->text().toStdString()},
        {"where", m_where->active()}, {"query", toJson(kept)}, {"columns", columns}};
}

void BrowserPanel::restore(const nlohmann::json& state)
{
    if (!state.is_object())
        return;
    const auto text = [&](const char* key) {
        const nlohmann::json value = state.value(key, nlohmann::json());
        return value.is_string() ? QString::fromStdString(value.get<std::string>()) : QString();
    };
    if (const auto source = state.value("source", nlohmann::json()); source.is_number_integer())
        if (const int index = m_source->findData(source.get<int>()); index >= 0)
            m_source->setCurrentIndex(index);
    if (const int index = m_shelf->findText(text("shelf")); index >= 0)
        m_shelf->setCurrentIndex(index);
    m_line->setText(text("line"));
    if (const auto where = state.value("where", nlohmann::json()); where.is_number_integer()) {
        const QSignalBlocker quiet(m_where);
        m_where->setActive(where.get<int>());
    }
    try {
        const FeatureQuery kept = queryFrom(state.value("query", nlohmann::json()));
        m_chips->setFilters(kept.filters);
        m_sort = kept.sort;
        m_descending = kept.descending;
    } catch (const Error&) {
        m_chips->setFilters({}); // of another version: all features are shown
    }
    std::vector<FeatureNumber> numbers;
    for (const auto& column : state.value("columns", nlohmann::json::array()))
        if (column.is_string())
            if (const auto number = numberNamed(column.get<std::string>()))
                numbers.push_back(*number);
    if (!numbers.empty())
        m_table->setNumbers(std::move(numbers));
    search();
}

} // namespace microtome
