// Long because one project holds all families of tables, and their laws are about each other.
#include "core/store/reader.h"
#include "samples.h"

#include <QTemporaryDir>
#include <QTest>

#include <bit>
#include <cmath>

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

class TestProject : public QObject {
    Q_OBJECT

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<Project> m_project;

    Project& project() const { return *m_project; }

private slots:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_project = std::make_unique<Project>(
            Project::create(m_folder->filePath("a.microtome").toStdString()));
    }

    void cleanup()
    {
        QVERIFY(project().verify().empty());
        m_project.reset();
    }

    void models()
    {
        StoredModel model;
        model.name = "tiny";
        model.path = "/m";
        model.family = "gpt2";
        model.hash = "abc";
        model.tokenizerHash = "t";
        model.description = {{"layers", 2}};
        const ModelId id = project().models().add(model);
        model.name = "renamed";
        QVERIFY(project().models().add(model) == id); // same hash and path
        model.path = "/elsewhere";
        const ModelId other = project().models().add(model);
        QVERIFY(other != id);
        const auto found = project().models().get(id);
        QCOMPARE(found->name, std::string("renamed"));
        QCOMPARE(found->description.at("layers").get<int>(), 2);
        QVERIFY(project().models().withHash("abc")->id == other);
        QVERIFY(!project().models().withHash("none"));

        const auto add = [&](const char* name, std::optional<std::int64_t> step) {
            return project().models().addCheckpoint(
                {.model = id, .name = name, .path = name, .hash = name, .step = step});
        };
        add("final", {});
        const CheckpointId late = add("late", 200);
        const CheckpointId early = add("early", 10);
        QVERIFY(add("early", 10) == early);
        const auto list = project().models().checkpoints(id);
        QCOMPARE(list.size(), 3u);
        QVERIFY(list[0].id == early && list[1].id == late && !list[2].step);
        project().models().remove(late);
        QVERIFY(!project().models().checkpoint(late));
        QVERIFY(sentenceOf([&] {
            project().models().addCheckpoint(
                {.model = ModelId{99}, .name = "x", .path = "x", .hash = "x", .step = {}});
        }).contains("contradicts"));
        project().models().remove(id);
        QCOMPARE(project().models().list().size(), 1u);
        QVERIFY(!project().models().checkpoint(early));
    }

    void prompts()
    {
        const GroupId group
            = project().prompts().addGroup({.name = "pairs", .source = "f.csv", .notes = ""});
        StoredPrompt stored;
        stored.group = group;
        stored.prompt.text = std::string("a\0b \xff", 5); // whatever bytes a person enters
        stored.prompt.ids = {50256, -1, 2147483647};
        stored.prompt.offsets = {{0, 0}, {0, 3}, {3, 5}};
        stored.prompt.bos = true;
        stored.label = "clean";
        stored.extra = {{"answer", " Mary"}};
        const PromptId id = project().prompts().add(stored);
        const auto back = project().prompts().get(id);
        QVERIFY(back->prompt.text == stored.prompt.text);
        QCOMPARE(back->prompt.ids, stored.prompt.ids);
        QCOMPARE(back->prompt.offsets.size(), 3u);
        QCOMPARE(back->prompt.offsets[2].begin, 3u);
        QCOMPARE(back->prompt.offsets[2].end, 5u);
        QVERIFY(back->prompt.bos && back->group == group && back->created > 1'600'000'000'000);
        QCOMPARE(back->extra.at("answer").get<std::string>(), std::string(" Mary"));
        QVERIFY(project().prompts().find(stored.prompt) == id);
        stored.prompt.bos = false;
        QVERIFY(!project().prompts().find(stored.prompt));

        const auto more = project().prompts().add({stored, stored, stored});
        QCOMPARE(more.size(), 3u);
        StoredPrompt orphan = stored;
        orphan.group = GroupId{99};
        QVERIFY(!sentenceOf([&] { project().prompts().add({stored, orphan}); }).isEmpty());
        QCOMPARE(project().prompts().list(group).size(), 4u); // all or none
        project().prompts().setLabel(id, "other");
        QCOMPARE(project().prompts().list(group).front().label, std::string("other"));
        project().prompts().update({.id = group, .name = "new", .source = "", .notes = "n"});
        QCOMPARE(project().prompts().groups().front().name, std::string("new"));
        project().prompts().remove(group);
        QVERIFY(project().prompts().groups().empty());
        QCOMPARE(project().prompts().list({}).size(), 4u);
        project().prompts().remove(id);
        QVERIFY(!project().prompts().get(id));
    }

    void matricesRoundTrip_data()
    {
        QTest::addColumn<int>("rows");
        QTest::addColumn<int>("columns");
        QTest::newRow("one") << 1 << 1;
        QTest::newRow("no rows") << 0 << 7;
        QTest::newRow("no columns") << 7 << 0;
        QTest::newRow("exactly one chunk") << 32 << 1024;
        QTest::newRow("one more") << 1 << 32769;
        QTest::newRow("many") << 513 << 777;
        QTest::newRow("long row") << 2 << 100000;
    }

    void matricesRoundTrip()
    {
        QFETCH(int, rows);
        QFETCH(int, columns);
        const Matrix matrix = samples::matrix(rows, columns, 3);
        const RunId run = project().beginRun(samples::key(1), "e");
        project().put(run, "m", matrix);
        project().put(run, "h", matrix, Dtype::F16);
        project().commitRun(run);
        QVERIFY(project().get(run, "m") == matrix);
        const Matrix half = project().get(run, "h");
        QCOMPARE(half.rows(), matrix.rows());
        QCOMPARE(half.columns(), matrix.columns());
        for (std::size_t i = 0; i < matrix.size(); ++i)
            QCOMPARE(half.values()[i], fromHalf(toHalf(matrix.values()[i])));
        for (int first = 0; first <= rows; first += 1 + rows / 5)
            for (int count = 0; count <= rows - first; count += 1 + rows / 5) {
                const Matrix window = project().rows(run, "m", first, count);
                QCOMPARE(window.rows(), std::size_t(count));
                QVERIFY(std::ranges::equal(window.values(),
                    matrix.values().subspan(std::size_t(first) * columns, window.size())));
            }
        QVERIFY(sentenceOf([&] { project().rows(run, "m", rows, 1); }).contains("has only"));
        QVERIFY(
            sentenceOf([&] { project().rows(run, "m", 1, std::size_t(-1)); }).contains("has only"));
        const auto list = project().results(run);
        QCOMPARE(list.size(), 2u);
        QCOMPARE(list[0].name, std::string("m"));
        QCOMPARE(list[0].bytes, matrix.size() * 4);
        QVERIFY(list[1].dtype == Dtype::F16);
        if (!matrix.empty()) {
            const auto [least, greatest] = std::ranges::minmax_element(matrix.values());
            QCOMPARE(list[0].least, std::optional<double>(*least));
            QCOMPARE(list[0].greatest, std::optional<double>(*greatest));
        }
    }

    void strangeNumbersSurvive()
    {
        const std::vector<float> values{std::nanf(""), INFINITY, -INFINITY, -0.0F, 1e-45F};
        const RunId run = project().beginRun(samples::key(1), "e");
        project().put(run, "m", Matrix(1, values.size(), values));
        project().commitRun(run);
        const Matrix back = project().get(run, "m");
        for (std::size_t i = 0; i < values.size(); ++i)
            QCOMPARE(std::bit_cast<std::uint32_t>(back.values()[i]),
                std::bit_cast<std::uint32_t>(values[i]));
    }

    void integersAndJson()
    {
        const RunId run = project().beginRun(samples::key(1), "e");
        const std::vector<std::int32_t> ids(100'000, 2147483647);
        project().putIntegers(run, "ids", 100, 1000, ids);
        nlohmann::json graph = nlohmann::json::array();
        for (int i = 0; i < 50'000; ++i)
            graph.push_back({{"node", i}});
        project().putJson(run, "graph", graph);
        project().putJson(run, "bad text", "\xff");
        QVERIFY(sentenceOf([&] {
            project().putIntegers(run, "x", 2, 2, ids);
        }).contains("wrong number"));
        project().commitRun(run);
        QCOMPARE(project().integers(run, "ids"), ids);
        QVERIFY(project().json(run, "graph") == graph);
        QVERIFY(sentenceOf([&] { project().get(run, "ids"); }).contains("another kind (i32)"));
        QVERIFY(sentenceOf([&] { project().json(run, "ids"); }).contains("another kind"));
        QVERIFY(sentenceOf([&] { project().integers(run, "graph"); }).contains("another kind"));
        QVERIFY(sentenceOf([&] { project().get(run, "none"); }).contains("no result “none”"));
    }

    void aRunIsSeenWhenItCommits()
    {
        ProjectReader reader(project().path());
        const RunKey key = samples::key(1);
        const RunId run = project().beginRun(key, "cpu f32 2 threads");
        project().put(run, "m", samples::matrix(2, 2, 1));
        QVERIFY(project().runs().empty());
        QVERIFY(!project().findRun(key) && !reader.findRun(key));
        QVERIFY(!sentenceOf([&] { reader.get(run, "m"); }).isEmpty());
        QVERIFY(project().verify().empty()); // being made is no fault
        project().put(run, "m", samples::matrix(3, 3, 2)); // the later one counts
        project().commitRun(run);
        QVERIFY(reader.findRun(key) == run);
        QVERIFY(reader.get(run, "m") == samples::matrix(3, 3, 2));
        const Run row = *reader.run(run);
        QCOMPARE(row.engine, std::string("cpu f32 2 threads"));
        QVERIFY(row.status == RunStatus::Done && row.seconds && row.finished >= row.started);
        QVERIFY(row.key.settings == key.settings && row.key.seed == key.seed);

        QVERIFY(sentenceOf([&] {
            project().put(run, "late", samples::matrix(1, 1, 1));
        }).contains("running run only"));
        QVERIFY(sentenceOf([&] { project().commitRun(run); }).contains("run it again"));
        QVERIFY(sentenceOf([&] { project().failRun(RunId{99}, ""); }).contains("run it again"));
        QVERIFY(sentenceOf([&] { reader.meta().set("a", "b"); }).contains("can only be read"));
    }

    void equalKeysAreFoundAndOthersAreNot()
    {
        samples::fill(project(), 0);
        RunKey key = samples::key(1);
        key.model = project().models().list().front().id;
        key.prompt = project().prompts().list(project().prompts().groups().front().id).front().id;
        key.edits = {{{"site", "blocks.3.hook_resid_post"}, {"op", "zero"}}};
        key.seed = 0xffff'ffff'ffff'ffff;
        const RunId run = project().beginRun(key, "e");
        project().commitRun(run);
        QVERIFY(project().run(run)->key.seed == key.seed);

        RunKey same = key;
        same.settings = nlohmann::json::parse(R"({"number": 1, "dtype": "f32"})"); // other order
        QVERIFY(project().findRun(same) == run);
        std::vector<RunKey> others(7, key);
        others[0].kind = "other";
        others[1].model.reset();
        others[2].checkpoint = project().models().checkpoints(*key.model).front().id;
        others[3].secondPrompt = key.prompt;
        others[4].edits = nlohmann::json::array();
        others[5].settings["dtype"] = "bf16";
        others[6].seed = 0;
        for (const RunKey& other : others)
            QVERIFY(!project().findRun(other));
        for (const RunKey& other : others)
            project().commitRun(project().beginRun(other, "e"));
        QCOMPARE(project().runs().size(), 8u);
        QVERIFY(project().findRun(key) == run);
    }

    void aNewerRunWithTheSameKeyTakesOver()
    {
        const RunId old = samples::commit(project(), 1);
        project().setTitle(old, "mine");
        project().setPinned(old, true);
        project().viewStates().set(old, "lens", {{"zoom", 2}});
        project().notes().add(
            {.targetKind = "run", .target = static_cast<std::int64_t>(old), .text = "look here"});
        const RunId run = samples::commit(project(), 1);
        QVERIFY(run != old);
        QVERIFY(samples::holds(project(), 1));
        QVERIFY(!project().run(old));
        QCOMPARE(project().runs().size(), 1u);
        const Run row = *project().run(run);
        QVERIFY(row.title == "mine" && row.pinned);
        QCOMPARE(project().viewStates().get(run, "lens")->at("zoom").get<int>(), 2);
        QCOMPARE(project().notes().about("run", static_cast<std::int64_t>(run)).size(), 1u);
    }

    void failedRunsKeepTheReasonOnly()
    {
        const RunId run = project().beginRun(samples::key(1), "e");
        project().put(run, "m", samples::matrix(2, 2, 1));
        project().failRun(run, "Not enough memory.");
        QVERIFY(!project().findRun(samples::key(1)));
        QVERIFY(project().runs().empty());
        const auto failed = project().runs({.status = RunStatus::Failed});
        QCOMPARE(failed.size(), 1u);
        QCOMPARE(failed.front().failure, std::string("Not enough memory."));
        QVERIFY(project().results(run).empty());
        samples::commit(project(), 1); // a failed one is not in the way
        QVERIFY(samples::holds(project(), 1));
    }

    void lists()
    {
        samples::fill(project(), 0);
        const auto ids = project().prompts().list(project().prompts().groups().front().id);
        std::vector<RunId> made;
        for (int i = 0; i < 10; ++i) {
            RunKey key = samples::key(static_cast<std::uint64_t>(i));
            key.kind = i % 2 ? "lens" : "patch";
            key.model = project().models().list().front().id;
            key.prompt = ids[0].id;
            if (i >= 5)
                key.secondPrompt = ids[1].id;
            made.push_back(project().beginRun(key, "e"));
            project().commitRun(made.back());
        }
        project().setPinned(made[3], true);
        const auto count = [&](const RunFilter& filter) { return project().runs(filter).size(); };
        QCOMPARE(count({}), 10u);
        QVERIFY(project().runs().front().id == made.back());
        QCOMPARE(count({.kind = "lens"}), 5u);
        QCOMPARE(count({.prompt = ids[1].id}), 5u);
        QCOMPARE(count({.prompt = ids[0].id}), 10u);
        QCOMPARE(count({.prompt = ids[2].id}), 0u);
        QCOMPARE(count({.pinned = true}), 1u);
        QCOMPARE(count({.model = ModelId{99}}), 0u);
        RunFilter page{.limit = 4};
        std::vector<RunId> paged;
        for (auto runs = project().runs(page); !runs.empty(); runs = project().runs(page)) {
            for (const Run& run : runs)
                paged.push_back(run.id);
            page.before = runs.back().id;
        }
        std::ranges::reverse(made);
        QVERIFY(paged == made);

        project().prompts().remove(ids[1].id); // its runs go with it
        QCOMPARE(count({}), 5u);
        project().models().remove(project().models().list().front().id);
        QCOMPARE(count({}), 0u);
    }

    void removingARunRemovesAllOfIt()
    {
        samples::fill(project(), 2);
        const RunId run = *project().findRun(samples::key(1));
        project().remove(run);
        QVERIFY(!project().run(run));
        QVERIFY(project().viewStates().list(run).empty());
        QCOMPARE(project().notes().list().size(), 1u);
        QVERIFY(samples::holds(project(), 2));
        QVERIFY(!sentenceOf([&] { project().get(run, "small"); }).isEmpty());
    }

    void smallTables()
    {
        const NoteId note
            = project().notes().add({.targetKind = "head", .target = 31, .text = "x"});
        project().notes().setText(note, "induction");
        QCOMPARE(project().notes().about("head", 31).front().text, std::string("induction"));
        project().notes().remove(note);
        QVERIFY(project().notes().list().empty());

        const BookmarkId mark
            = project().notes().addBookmark({.label = "a", .focus = {{"layer", 3}}});
        project().notes().setLabel(mark, "b");
        QCOMPARE(project().notes().bookmarks().front().label, std::string("b"));
        QCOMPARE(project().notes().bookmarks().front().focus.at("layer").get<int>(), 3);
        project().notes().remove(mark);
        QVERIFY(project().notes().bookmarks().empty());

        project().viewStates().set({}, "lens", {{"a", 1}});
        const ViewStateId state = project().viewStates().set({}, "lens", {{"a", 2}});
        QCOMPARE(project().viewStates().list({}).size(), 1u);
        QCOMPARE(project().viewStates().get({}, "lens")->at("a").get<int>(), 2);
        project().viewStates().remove(state);
        QVERIFY(!project().viewStates().get({}, "lens"));

        StoredVector vector;
        vector.name = "joy";
        vector.site = "blocks.3.hook_resid_post";
        vector.values = {1.0F, 0.1F};
        vector.provenance = {{"from", "pairs"}};
        const VectorId exact = project().vectors().add(vector);
        const VectorId half = project().vectors().add(vector, Dtype::F16);
        QCOMPARE(project().vectors().get(exact)->values, vector.values);
        QCOMPARE(project().vectors().get(half)->values[1], fromHalf(toHalf(0.1F)));
        project().vectors().rename(exact, "delight");
        QCOMPARE(project().vectors().list().front().name, std::string("delight"));
        project().vectors().remove(exact);
        QCOMPARE(project().vectors().list().size(), 1u);

        project().meta().set("recent", "a");
        project().meta().set("recent", "b");
        QCOMPARE(project().meta().get("recent"), std::optional<std::string>("b"));
        project().meta().remove("recent");
        QVERIFY(!project().meta().get("recent"));
    }
};

QTEST_GUILESS_MAIN(TestProject)
#include "tst_project.moc"
