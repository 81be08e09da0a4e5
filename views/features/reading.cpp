#include "views/features/reading.h"

#include <algorithm>
#include <set>

namespace microtome {

namespace {

constexpr std::size_t bins = 48; // of activation values
constexpr std::size_t mostSwept = 8; // sweeps whose files stay open

std::set<FeatureKey> bookmarkedOf(const std::vector<Bookmark>& bookmarks)
{
    std::set<FeatureKey> keys;
    for (const Bookmark& bookmark : bookmarks)
        if (const auto key = featureOf(bookmark))
            keys.insert(*key);
    return keys;
}

} // namespace

nlohmann::json bookmarkFocus(FeatureKey key)
{
    return {{"kind", "feature"}, {"feature", packed(key)}};
}

std::optional<FeatureKey> featureOf(const Bookmark& bookmark)
{
    const nlohmann::json& focus = bookmark.focus;
    if (!focus.is_object() || focus.value("kind", nlohmann::json()) != "feature")
        return {};
    const nlohmann::json feature = focus.value("feature", nlohmann::json());
    return feature.is_number_integer() ? std::optional(unpacked(feature.get<std::int64_t>()))
                                       : std::nullopt;
}

FeatureReading::FeatureReading(const std::filesystem::path& project)
    : m_project(project)
    , m_browser(m_project.featureBrowser())
{
}

SourceLine FeatureReading::lineOf(const FeatureSource& source)
{
    SourceLine line{
        .source = source, .model = {}, .modelHash = {}, .tokenizerHash = {}, .sweep = {}};
    if (const auto model = m_project.models().get(source.model)) {
        line.model = model->name;
        line.modelHash = model->hash;
        line.tokenizerHash = model->tokenizerHash;
    }
    if (const auto sweeps = m_project.featureSources().sweeps(source.id); !sweeps.empty())
        line.sweep = sweeps.front();
    return line;
}

std::vector<SourceLine> FeatureReading::sources()
{
    std::vector<SourceLine> lines;
    for (const FeatureSource& source : m_project.featureSources().list())
        lines.push_back(lineOf(source));
    return lines;
}

std::vector<FeatureKey> FeatureReading::find(const FeatureWish& wish)
{
    std::vector<FeatureKey> keys = m_browser.find(wish.query);
    if (wish.bookmarked) {
        const std::set<FeatureKey> marked = bookmarkedOf(m_project.notes().bookmarks());
        std::erase_if(keys, [&](FeatureKey key) { return !marked.contains(key); });
    }
    return keys;
}

std::vector<FeatureRow> FeatureReading::rows(std::span<const FeatureKey> keys,
    std::span<const FeatureNumber> numbers, const FeatureWish& wish)
{
    return m_browser.rows(keys, numbers, wish.query.scopes);
}

FeatureSight FeatureReading::open(FeatureKey key)
{
    FeatureSight sight;
    sight.detail = m_browser.open(key);
    if (const auto source = m_project.featureSources().get(key.source))
        sight.source = lineOf(*source);
    if (sight.detail.sweep)
        sight.run = m_project.run(sight.detail.sweep->run);
    if (const auto checks = m_project.featureSources().checks(key.source); !checks.empty())
        sight.check = checks.front();
    for (const Bookmark& bookmark : m_project.notes().bookmarks())
        if (featureOf(bookmark) == key)
            sight.bookmark = bookmark.id;
    std::set<FeatureKey> others;
    for (const auto* ranking :
        {&sight.detail.decoderNeighbours, &sight.detail.encoderNeighbours, &sight.detail.partners})
        for (const Ranked& other : *ranking)
            others.insert({key.source, other.id});
    const std::vector<FeatureKey> keys(others.begin(), others.end());
    constexpr std::array shown{FeatureNumber::TopToken};
    for (FeatureRow& row : m_browser.rows(keys, shown))
        sight.others.emplace(row.key.latent, std::move(row));
    return sight;
}

const FeatureReading::Swept& FeatureReading::swept(const FeatureSweep& sweep)
{
    if (const auto known = m_swept.find(sweep.id); known != m_swept.end())
        return known->second;
    Swept opened{openSweepFiles(m_project.path(), sweep), {}};
    if (opened.files.corpus)
        opened.windows = std::make_unique<Windows>(*opened.files.corpus);
    if (m_swept.size() >= mostSwept)
        m_swept.clear();
    return m_swept.emplace(sweep.id, std::move(opened)).first->second;
}

FeatureEvidence FeatureReading::evidence(FeatureKey key)
{
    FeatureEvidence evidence;
    const auto sweeps = m_project.featureSources().sweeps(key.source);
    if (sweeps.empty()) {
        evidence.missing = "This source was not swept over a text yet, so there are no examples.";
        return evidence;
    }
    const Swept& from = swept(sweeps.front());
    evidence.missing = from.files.missing;
    if (from.files.index) {
        evidence.values = valueHistogram(*from.files.index, key.latent, bins);
        evidence.firings = from.files.index->numbers(key.latent).count;
    }
    if (from.windows)
        takeEvidence(*from.files.index, *from.windows, key.latent, evidence);
    return evidence;
}

} // namespace microtome
