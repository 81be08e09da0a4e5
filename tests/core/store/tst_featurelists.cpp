#include "core/store/project.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <limits>

using namespace microtome;

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

} // namespace

class TestFeatureLists : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    std::optional<Project> m_project;
    SourceId m_source{};

    FeatureKey key(std::uint32_t latent) const { return {m_source, latent}; }
    std::vector<std::uint32_t> order(ListId list)
    {
        std::vector<std::uint32_t> latents;
        for (const FeatureListItem& item : m_project->featureLists().items(list))
            latents.push_back(item.feature.latent);
        return latents;
    }

private slots:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_project.emplace(Project::create(m_folder->filePath("a.microtome").toStdString()));
        StoredModel model;
        model.name = "tiny";
        model.hash = "abc";
        FeatureSource source;
        source.model = m_project->models().add(model);
        source.name = "dictionary";
        source.hash = "def";
        source.latents = 100;
        source.readSite = "blocks.2.hook_mlp_out";
        m_source = m_project->featureSources().add(source);
    }
    void cleanup()
    {
        QVERIFY(m_project->verify().empty());
        m_project.reset();
    }

    void lists()
    {
        FeatureLists lists = m_project->featureLists();
        const ListId list = lists.add({.name = "birds", .notes = "of the town"});
        for (const std::uint32_t latent : {5U, 3U, 9U, 1U})
            lists.put(list, {.feature = key(latent), .note = ""});
        lists.put(list, {.feature = key(3), .note = "why"}); // the same again
        QCOMPARE(order(list), (std::vector<std::uint32_t>{5, 3, 9, 1}));
        lists.move(list, key(1), 0);
        QCOMPARE(order(list), (std::vector<std::uint32_t>{1, 5, 3, 9}));
        lists.move(list, key(5), 99);
        QCOMPARE(order(list), (std::vector<std::uint32_t>{1, 3, 9, 5}));
        lists.move(list, key(1), 2);
        QCOMPARE(order(list), (std::vector<std::uint32_t>{3, 1, 9, 5}));
        lists.remove(list, key(9));
        lists.put(list, {.feature = key(50), .note = ""});
        QCOMPARE(order(list), (std::vector<std::uint32_t>{3, 1, 5, 50}));
        QVERIFY(sentenceOf([&] { lists.move(list, key(9), 0); }).contains("not on the list"));
        QVERIFY(sentenceOf([&] {
            lists.put(list, {.feature = key(100), .note = ""});
        }).contains("There is no latent 100"));

        lists.update({.id = list, .name = "fowl", .notes = "n"});
        QCOMPARE(lists.lists().front().name, std::string("fowl"));
        const auto with = lists.with(key(3));
        QVERIFY(with.size() == 1 && with[0].name == "fowl" && with[0].notes == "why");
        lists.remove(list);
        QVERIFY(lists.lists().empty() && lists.with(key(3)).empty());
    }

    void exported()
    {
        FeatureLists lists = m_project->featureLists();
        const ListId list = lists.add({.name = "birds", .notes = "of the town"});
        lists.put(list, {.feature = key(7), .note = "look"});
        m_project->labels().add({.feature = key(7), .text = "swallows"});
        const nlohmann::json expected{{"format", "microtome feature list"}, {"version", 1},
            {"name", "birds"}, {"notes", "of the town"},
            {"features",
                {{{"model", "tiny"}, {"model_hash", "abc"}, {"source", "dictionary"},
                    {"kind", "dictionary"}, {"hash", "def"}, {"read_site", "blocks.2.hook_mlp_out"},
                    {"write_site", ""}, {"latent", 7}, {"note", "look"}, {"label", "swallows"}}}}};
        QCOMPARE(QByteArray::fromStdString(lists.exported(list).dump()),
            QByteArray::fromStdString(expected.dump()));
        QVERIFY(sentenceOf([&] { lists.exported(ListId{9}); }).contains("any more"));
    }

    void tags()
    {
        FeatureLists lists = m_project->featureLists();
        for (const char* tag : {"odd", "dense", "odd"})
            lists.tag(key(4), tag);
        lists.tag(key(2), "odd");
        QCOMPARE(lists.tags(key(4)), (std::vector<std::string>{"dense", "odd"}));
        QCOMPARE(lists.tags(), (std::vector<std::string>{"dense", "odd"}));
        QVERIFY(lists.tagged("odd") == (std::vector{key(2), key(4)}));
        lists.untag(key(4), "dense");
        QCOMPARE(lists.tags(), (std::vector<std::string>{"odd"}));
        QVERIFY(sentenceOf([&] { lists.tag(key(100), "x"); }).contains("There is no latent"));
    }

    void savedSearches()
    {
        FeatureLists lists = m_project->featureLists();
        FeatureQuery query{.scopes = {{m_source}, {SourceId{7}, SweepId{3}}}};
        query.filters = {{FeatureNumber::Density, Compare::AtMost, 0.01}};
        query.labelWords = "\"old mill\"";
        query.tag = "odd";
        query.sort = FeatureNumber::EncoderDecoderCosine;
        lists.save("b", query);
        lists.save("a", {});
        query.descending = true;
        const FilterId id = lists.save("b", query); // replaces
        const auto saved = lists.saved();
        QCOMPARE(saved.size(), 2u);
        QVERIFY(saved[0].name == "a" && queryFrom(saved[0].query) == FeatureQuery{});
        QVERIFY(queryFrom(saved[1].query) == query);
        for (const char* text : {"{}", "[]", "3", R"({"scopes": 1, "filters": []})",
                 R"({"scopes": [], "filters": [{"number": 1}]})",
                 R"({"scopes": [{}], "filters": []})"})
            QVERIFY2(
                sentenceOf([&] { queryFrom(nlohmann::json::parse(text)); }).contains("damaged"),
                text);
        QVERIFY(sentenceOf([&] {
            queryFrom(nlohmann::json::parse(R"({"scopes": [], "filters": [], "sort": "new"})"));
        }).contains("does not know"));
        lists.remove(id);
        QCOMPARE(lists.saved().size(), 1u);
    }

    void labels()
    {
        Labels labels = m_project->labels();
        FeatureLabel label{.feature = key(3), .text = "mills", .method = "person", .author = "me"};
        const LabelId first = labels.add(label);
        label.text = "rivers";
        const LabelId second = labels.add(label);
        label.feature = key(4);
        labels.add(label);
        const auto of3 = labels.of(key(3));
        QCOMPARE(of3.size(), 2u);
        QVERIFY(
            of3[0].id == second && of3[0].text == "rivers" && of3[0].feature == key(3)); // newest
        QVERIFY(of3[1].author == "me" && of3[1].created > 0);
        labels.remove(first);
        QCOMPARE(labels.of(key(3)).size(), 1u);
        label.feature = key(100);
        const std::vector<FeatureLabel> two{{.feature = key(5), .text = "x"}, label};
        QVERIFY(sentenceOf([&] { labels.add(two); }).contains("There is no latent 100"));
        QVERIFY(labels.of(key(5)).empty()); // all or none

        label.feature = key(99);
        labels.add(std::vector<FeatureLabel>(256, label));
        QVERIFY(sentenceOf([&] { labels.add(label); }).contains("256 labels"));
        labels.remove(labels.of(key(99))[100].id);
        labels.add(label); // a place is free
        QCOMPARE(labels.of(key(99)).size(), 256u);
    }

    void aMissingScoreIsNotWrong()
    {
        Labels labels = m_project->labels();
        const LabelId label = labels.add({.feature = key(3), .text = "mills"});
        labels.addScore({.label = label,
            .scorer = "detection",
            .value = 0.0,
            .n = 40,
            .low = 0.0,
            .high = 0.09,
            .detail = {{"tpr", 0}},
            .seed = std::numeric_limits<std::uint64_t>::max()});
        const ScoreId missing = labels.addScore({.label = label, .scorer = "fuzzing"});
        labels.addScore({.label = label, .scorer = "nan", .value = std::nan("")});
        const auto scores = labels.scores(label);
        QCOMPARE(scores.size(), 3u);
        QVERIFY(scores[0].value == 0.0 && scores[0].n == 40 && scores[0].high == 0.09);
        QVERIFY(scores[0].seed == std::numeric_limits<std::uint64_t>::max());
        QVERIFY(!scores[1].value && !scores[2].value && scores[1].id == missing);
        labels.remove(missing);
        QCOMPARE(labels.scores(label).size(), 2u);
        labels.remove(label);
        QVERIFY(labels.scores(label).empty());
    }
};

QTEST_GUILESS_MAIN(TestFeatureLists)
#include "tst_featurelists.moc"
