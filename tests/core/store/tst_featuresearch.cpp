#include "core/store/features/search.h"
#include "core/store/project.h"

#include <QTemporaryDir>
#include <QTest>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <set>

using namespace microtome;
using enum FeatureNumber;

namespace {

template <class F> QString sentenceOf(F&& function)
{
    try {
        function();
    } catch (const Error& error) {
        return QString::fromUtf8(error.what());
    }
    return {};
}

const std::vector<std::string> vocabulary{"mill", "river", "bread", "Bäcker", "night", "old"};

/// A feature as the plain reference has it.
struct Plain {
    FeatureKey key{};
    std::map<FeatureNumber, double> numbers;
    std::vector<std::set<std::string>> labels; ///< words of each
    std::set<std::string> context;
    bool tagged = false;

    double number(FeatureNumber which) const
    {
        const auto found = numbers.find(which);
        return found == numbers.end() ? std::numeric_limits<double>::quiet_NaN() : found->second;
    }
};

bool holds(double value, Compare compare, double threshold)
{
    switch (compare) {
    case Compare::Less:
        return value < threshold;
    case Compare::AtMost:
        return value <= threshold;
    case Compare::Equal:
        return value == threshold;
    case Compare::Unequal:
        return !std::isnan(value) && value != threshold;
    case Compare::AtLeast:
        return value >= threshold;
    case Compare::Greater:
        return value > threshold;
    }
    return false;
}

} // namespace

class TestFeatureSearch : public QObject {
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    std::optional<Project> m_project;
    std::vector<Plain> m_plain; ///< by source and latent
    std::vector<SourceId> m_sources;
    std::vector<LabelId> m_labels;
    ListId m_list{};
    std::vector<FeatureKey> m_listed;
    std::mt19937 m_random{5};

    std::string someWords(std::set<std::string>& into)
    {
        std::string text;
        for (unsigned i = 0; i < 1 + m_random() % 3; ++i) {
            const std::string& word = vocabulary[m_random() % vocabulary.size()];
            into.insert(word);
            text += word + (m_random() % 2 == 0 ? ", " : " - ");
        }
        return text;
    }

    void addSource(std::uint32_t latents, bool swept)
    {
        FeatureSource source;
        source.model = ModelId{1};
        source.name = "source " + std::to_string(m_sources.size());
        source.latents = latents;
        const SourceId id = m_project->featureSources().add(source);
        m_sources.push_back(id);
        std::vector<Plain> features(latents);
        for (std::uint32_t latent = 0; latent < latents; ++latent)
            features[latent].key = {id, latent};
        if (swept) {
            RunKey key;
            key.seed = m_sources.size();
            const RunId run = m_project->beginRun(key, "test");
            FeatureSweep sweep;
            sweep.source = id;
            sweep.run = run;
            sweep.tokens = 300 + m_sources.size();
            const FeatureScope scope{id, m_project->featureSources().addSweep(sweep)};
            std::vector<std::int32_t> counts, tokens;
            std::vector<float> maxima;
            std::vector<std::string> contexts(latents);
            for (std::uint32_t latent = 0; latent < latents; ++latent) {
                Plain& plain = features[latent];
                counts.push_back(static_cast<std::int32_t>(m_random() % 30));
                tokens.push_back(static_cast<std::int32_t>(m_random() % 20) - 1);
                maxima.push_back(m_random() % 5 == 0
                        ? std::numeric_limits<float>::quiet_NaN()
                        : static_cast<float>(static_cast<int>(m_random() % 21) - 10) / 4);
                if (m_random() % 9 == 0)
                    maxima.back() = -0.0F;
                if (m_random() % 50 == 0)
                    maxima.back()
                        = (m_random() % 2 == 0 ? 1 : -1) * std::numeric_limits<float>::infinity();
                plain.numbers[Count] = counts.back();
                const double density = counts.back() / static_cast<double>(sweep.tokens);
                plain.numbers[Density] = static_cast<double>(static_cast<float>(density));
                plain.numbers[LogDensity]
                    = static_cast<double>(static_cast<float>(std::log10(density + 1e-10)));
                if (tokens.back() >= 0)
                    plain.numbers[TopToken] = tokens.back();
                plain.numbers[Max] = static_cast<double>(maxima.back());
                if (m_random() % 2 == 0)
                    contexts[latent] = someWords(plain.context);
            }
            FeatureColumns columns = m_project->featureColumns();
            columns.put(run, scope, Count, counts);
            columns.put(run, scope, TopToken, tokens);
            columns.put(run, scope, Max, maxima);
            m_project->featureContexts().put(*scope.sweep, 0, contexts);
            m_project->commitRun(run);
        }
        std::ranges::move(features, std::back_inserter(m_plain));
    }

    Plain& plain(FeatureKey key) { return *std::ranges::find(m_plain, key, &Plain::key); }

    void addLabel(FeatureKey key)
    {
        FeatureLabel label;
        label.feature = key;
        plain(key).labels.emplace_back();
        label.text = someWords(plain(key).labels.back());
        m_labels.push_back(m_project->labels().add(label));
    }

    std::vector<FeatureKey> reference(const FeatureQuery& query) const
    {
        std::vector<const Plain*> chosen;
        for (const Plain& feature : m_plain) {
            const auto inScope
                = [&](const FeatureScope& scope) { return scope.source == feature.key.source; };
            bool good = query.scopes.empty() || std::ranges::any_of(query.scopes, inScope);
            for (const FeatureFilter& filter : query.filters)
                good = good && holds(feature.number(filter.number), filter.compare, filter.value);
            if (query.labelled)
                good = good && !feature.labels.empty();
            if (!query.labelWords.empty())
                good = good && std::ranges::any_of(feature.labels, [&](const auto& words) {
                    return words.contains(query.labelWords);
                });
            if (!query.contextWords.empty())
                good = good && feature.context.contains(query.contextWords);
            if (query.tag)
                good = good && feature.tagged;
            if (query.list)
                good = good && std::ranges::find(m_listed, feature.key) != m_listed.end();
            if (good)
                chosen.push_back(&feature);
        }
        if (query.sort)
            std::ranges::stable_sort(chosen, [&](const Plain* a, const Plain* b) {
                const double x = a->number(*query.sort);
                const double y = b->number(*query.sort);
                if (std::isnan(x) || std::isnan(y))
                    return !std::isnan(x) && std::isnan(y);
                return query.descending ? x > y : x < y;
            });
        else if (query.list)
            std::ranges::sort(chosen, {}, [&](const Plain* feature) {
                return std::ranges::find(m_listed, feature->key) - m_listed.begin();
            });
        std::vector<FeatureKey> keys(chosen.size());
        std::ranges::transform(chosen, keys.begin(), &Plain::key);
        return keys;
    }

    FeatureQuery randomQuery()
    {
        const std::array<FeatureNumber, 6> numbers{
            Count, Density, LogDensity, TopToken, Max, Effect};
        FeatureQuery query;
        const auto one = [&](unsigned of) { return m_random() % of == 0; };
        for (const SourceId source : m_sources)
            if (one(2))
                query.scopes.push_back({source});
        for (unsigned i = 0; i < m_random() % 3; ++i) {
            const FeatureNumber number = numbers[m_random() % (one(8) ? 6 : 5)];
            double value = m_plain[m_random() % m_plain.size()].number(number);
            if (std::isnan(value))
                value = 1;
            query.filters.push_back({number, static_cast<Compare>(m_random() % 6), value});
        }
        if (one(3))
            query.labelWords = vocabulary[m_random() % vocabulary.size()];
        if (one(4))
            query.contextWords = vocabulary[m_random() % vocabulary.size()];
        query.labelled = one(4);
        if (one(5))
            query.tag = "odd";
        if (one(5))
            query.list = m_list;
        if (!one(3))
            query.sort = numbers[m_random() % 6];
        query.descending = one(2);
        return query;
    }

private slots:
    void initTestCase()
    {
        m_project.emplace(Project::create(m_folder.filePath("a.microtome").toStdString()));
        StoredModel model;
        model.hash = "abc";
        m_project->models().add(model);
        addSource(700, true);
        addSource(1, true);
        addSource(300, false);
        addSource(900, true);
        m_list = m_project->featureLists().add({.name = "mine"});
        for (int i = 0; i < 400; ++i) {
            const FeatureKey key = m_plain[m_random() % m_plain.size()].key;
            if (i % 2 == 0)
                addLabel(key);
            if (i % 3 == 0) {
                plain(key).tagged = true;
                m_project->featureLists().tag(key, "odd");
            }
            if (i % 4 == 0 && std::ranges::find(m_listed, key) == m_listed.end()) {
                m_listed.push_back(key);
                m_project->featureLists().put(m_list, {.feature = key, .note = "n"});
            }
        }
    }

    void queriesAgreeWithAPlainReference()
    {
        FeatureBrowser browser = m_project->featureBrowser();
        std::size_t most = 0;
        for (int round = 0; round < 600; ++round) {
            if (round % 5 == 0) { // labels come, change and go
                const std::size_t at = m_random() % m_labels.size();
                const auto label = m_project->labels().get(m_labels[at]);
                Plain& owner = plain(label->feature);
                const auto position = [&] {
                    const auto all = m_project->labels().of(label->feature);
                    std::vector<LabelId> ids(all.size());
                    std::ranges::transform(all, ids.begin(), &FeatureLabel::id);
                    std::ranges::sort(ids); // as they were added, for none takes a freed place here
                    return std::ranges::find(ids, m_labels[at]) - ids.begin();
                }();
                if (round % 10 == 0) {
                    owner.labels[static_cast<std::size_t>(position)].clear();
                    m_project->labels().setText(
                        m_labels[at], someWords(owner.labels[static_cast<std::size_t>(position)]));
                } else if (owner.labels.size() == 1) {
                    m_project->labels().remove(m_labels[at]);
                    owner.labels.clear();
                    m_labels.erase(m_labels.begin() + static_cast<std::ptrdiff_t>(at));
                    addLabel(m_plain[m_random() % m_plain.size()].key);
                }
            }
            const FeatureQuery query = randomQuery();
            const std::vector<FeatureKey> found = browser.find(query);
            const std::vector<FeatureKey> expected = reference(query);
            QVERIFY2(found == expected, toJson(query).dump().c_str());
            QCOMPARE(browser.count(query), expected.size());
            QVERIFY(queryFrom(toJson(query)) == query);
            most = std::max(most, found.size());
        }
        QCOMPARE(most, m_plain.size());
        QVERIFY(m_project->verify().empty());
    }

    void rowsJumpAndChance()
    {
        FeatureBrowser browser = m_project->featureBrowser();
        const std::vector<FeatureKey> order = browser.find({.sort = Max, .descending = true});
        const std::array<FeatureNumber, 3> numbers{Max, Density, Effect};
        const auto rows = browser.rows(std::span(order).subspan(100, 60), numbers);
        QCOMPARE(rows.size(), 60u);
        for (std::size_t i = 0; i < rows.size(); ++i) {
            const Plain& feature = plain(order[100 + i]);
            QVERIFY(rows[i].key == feature.key);
            QCOMPARE(rows[i].numbers[0], feature.number(Max));
            QCOMPARE(static_cast<float>(rows[i].numbers[1]),
                static_cast<float>(feature.number(Density)));
            QVERIFY(std::isnan(rows[i].numbers[2]));
            QCOMPARE(rows[i].label.empty(), feature.labels.empty());
        }
        QCOMPARE(placeOf(order, order[321]), std::optional<std::size_t>(321));
        QVERIFY(!placeOf(order, {m_sources[0], 5000}));
        std::set<std::size_t> places;
        for (std::uint64_t seed = 0; seed < 100; ++seed) {
            places.insert(randomPlace(10, seed));
            QCOMPARE(randomPlace(order.size(), seed), randomPlace(order.size(), seed));
        }
        QCOMPARE(places.size(), 10u);
        QCOMPARE(*places.rbegin(), 9u);
    }

    void expressions_data()
    {
        QTest::addColumn<QByteArray>("words");
        QTest::addColumn<QByteArray>("expression");
        const auto row = [](const char* words, const char* expression) {
            QTest::newRow(words) << QByteArray(words) << QByteArray(expression);
        };
        row("", "");
        row(" \t ", "");
        row("old mill", "\"old\" AND \"mill\"");
        row("\"old mill\" r*", "\"old mill\" AND \"r\"*");
        row("\"old mi\"*", "\"old mi\"*");
        row("a\"b", "\"a\" AND \"b\"");
        row("\"open", "\"open\"");
        row("OR NOT NEAR(", "\"OR\" AND \"NOT\" AND \"NEAR(\"");
        row("* \"\" \" \"", "");
        row("text:x", "\"text:x\"");
    }
    void expressions()
    {
        QFETCH(QByteArray, words);
        QFETCH(QByteArray, expression);
        QCOMPARE(QByteArray::fromStdString(searchExpression(words.toStdString())), expression);
    }

    void anythingMayBeTyped()
    {
        FeatureBrowser browser = m_project->featureBrowser();
        const std::string signs = "ab \"'*()-+^:{}%_\\;\x01\xff\n";
        for (int round = 0; round < 300; ++round) {
            FeatureQuery query;
            for (unsigned i = 0; i < m_random() % 12; ++i)
                query.labelWords += signs[m_random() % signs.size()];
            query.contextWords = query.labelWords;
            browser.count(query); // nothing is thrown
        }
        browser.count({.labelWords = std::string("a\0b", 3)});
        std::string many;
        for (int i = 0; i < 40; ++i)
            many += "word ";
        QVERIFY(sentenceOf([&] { browser.count({.labelWords = many}); }).contains("fewer"));
    }

    void accentsCasesAndBeginnings()
    {
        FeatureBrowser browser = m_project->featureBrowser();
        const auto count = [&](const char* words) { return browser.count({.labelWords = words}); };
        QVERIFY(count("bäcker") > 0);
        QCOMPARE(count("BACKER"), count("bäcker"));
        QCOMPARE(count("back*"), count("bäcker"));
        QCOMPARE(count("back"), 0u);
        m_project->labels().add({.feature = m_plain[0].key, .text = "the very old millstone"});
        QCOMPARE(count("\"very old\""), 1u);
        QCOMPARE(count("\"old very\""), 0u);
        QCOMPARE(count("millst* VERY"), 1u);
    }
};

QTEST_GUILESS_MAIN(TestFeatureSearch)
#include "tst_featuresearch.moc"
