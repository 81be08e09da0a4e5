// Long because it is a list: one test for each way in which a folder can lie, all over the same
// exported models and the same judgement of what opening them may say.
#include "core/model/safetensors.h"
#include "tests/fakevariety.h"
#include "tests/nn/pair.h"

#include <QTest>

#include <nlohmann/json.hpp>

#include <cmath>
#include <fstream>
#include <sys/stat.h>

using namespace microtome;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

std::string textOf(const fs::path& path)
{
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void put(const fs::path& path, const std::string& bytes)
{
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

/// Opens and runs a model: empty when that goes well and the logits are finite, else the sentence;
/// what is no sentence for a person begins with "!".
std::string outcome(const fs::path& path)
{
    try {
        const auto model = openModel(path);
        const Trace run = model->run(requestOf({0, 1}, {logitsSite}));
        for (const float x : run.at(logitsSite).values())
            if (!std::isfinite(x))
                return "! logits that are not finite";
        return {};
    } catch (const Error& e) {
        const std::string sentence = e.what();
        const bool one = sentence.ends_with('.') && sentence.size() < 500
            && sentence.find('\n') == std::string::npos;
        return one ? sentence : "! no sentence: " + sentence;
    } catch (const std::exception& e) {
        return std::string("! ") + e.what();
    }
}

#define VERIFY_NO_WORSE(result, story)                                                             \
    QVERIFY2(!(result).starts_with('!'), (std::string(story) + ": " + (result)).c_str())
#define VERIFY_REFUSED(result, story)                                                              \
    QVERIFY2(!(result).empty() && !(result).starts_with('!'),                                      \
        (std::string(story) + ": " + (result)).c_str())

/// A model's tensors, to be changed and written again.
struct Tensors {
    struct One {
        std::string dtype;
        std::vector<std::int64_t> shape;
        std::vector<std::byte> bytes;
    };
    std::map<std::string, One> all;

    explicit Tensors(const fs::path& path)
    {
        const auto file = SafeTensors::open(path);
        for (const auto& [name, e] : file->entries())
            all[name] = {e.dtype, e.shape, {e.bytes.begin(), e.bytes.end()}};
    }
    void write(const fs::path& path) const
    {
        std::vector<TensorToWrite> list;
        for (const auto& [name, t] : all)
            list.push_back({name, t.dtype, t.shape, t.bytes});
        writeSafeTensors(path, list);
    }
};

/// Every number in a JSON document, as pointers.
void numbersIn(const json& form, const json::json_pointer& at, std::vector<json::json_pointer>& out)
{
    if (form.is_number())
        out.push_back(at);
    if (form.is_object())
        for (const auto& [key, value] : form.items())
            numbersIn(value, at / key, out);
    if (form.is_array())
        for (std::size_t i = 0; i < form.size(); ++i)
            numbersIn(form[i], at / i, out);
}

} // namespace

/// Folders that lie. Every one is refused with a sentence, or opened rightly; nothing else happens.
class TestHostile : public QObject {
    Q_OBJECT

private:
    static void families()
    {
        QTest::addColumn<int>("seed");
        for (int s = 0; s < 12; ++s)
            QTest::newRow(std::to_string(s).c_str()) << s;
    }

private slots:
    void truncated_data() { families(); }
    void truncated();
    void configurations_data() { families(); }
    void configurations();
    void configurationTexts();
    void wrongTensors_data() { families(); }
    void wrongTensors();
    void notFinite();
    void oddAlignment();
    void indices();
    void places();
    void tokenizersOfOthers();
    void orientations();
    void filesOfOthers();
    void requests_data() { families(); }
    void requests();
};

void TestHostile::truncated()
{
    QFETCH(int, seed);
    const Pair pair = randomPair(static_cast<std::uint64_t>(seed));
    const fs::path file = pair.path() / "model.safetensors";
    const auto whole = textOf(file);
    for (std::size_t n = 0; n < whole.size(); n += 97) {
        put(file, whole.substr(0, n));
        const auto result = outcome(pair.path());
        VERIFY_REFUSED(result, "cut to " + std::to_string(n));
    }
    const auto config = textOf(pair.path() / "config.json");
    put(file, whole);
    for (std::size_t n = 1; n < config.size(); n += 7) {
        put(pair.path() / "config.json", config.substr(0, n));
        const auto result = outcome(pair.path());
        VERIFY_REFUSED(result, "configuration cut to " + std::to_string(n));
    }
}

/// Every number of config.json replaced by each of these in turn.
void TestHostile::configurations()
{
    QFETCH(int, seed);
    const Pair pair = randomPair(static_cast<std::uint64_t>(seed));
    const fs::path path = pair.path() / "config.json";
    const json sound = json::parse(textOf(path));
    std::vector<json::json_pointer> numbers;
    numbersIn(sound, json::json_pointer(), numbers);
    QVERIFY(numbers.size() > 6);
    int opened = 0, refused = 0;
    for (const auto& at : numbers) {
        const std::vector<json> wrongs {0, -1, 1, 1000000000, 1e9, 1099511627776LL,
            18446744073709551615ULL, -9223372036854775807LL, 0.5, 1e300, -1e300, 1e-300, "text", "",
            json(), true, json::array(), json::object(), json::array({1, 2})};
        for (const json& wrong : wrongs) {
            json changed = sound;
            changed[at] = wrong;
            put(path, changed.dump());
            const auto result = outcome(pair.path());
            VERIFY_NO_WORSE(result, at.to_string() + " = " + wrong.dump());
            ++(result.empty() ? opened : refused);
        }
        json changed = sound;
        changed[at] = "@";
        auto text = changed.dump();
        text.replace(text.find("\"@\""), 3, "NaN");
        put(path, text);
        const auto nan = outcome(pair.path());
        VERIFY_REFUSED(nan, at.to_string() + " = NaN");
        if (!at.back().empty() && sound[at.parent_pointer()].is_object()) {
            changed = sound;
            changed[at.parent_pointer()].erase(at.back());
            put(path, changed.dump());
            const auto result = outcome(pair.path());
            VERIFY_NO_WORSE(result, "no " + at.to_string());
        }
    }
    qInfo("%d opened, %d refused", opened, refused);
    QVERIFY(refused > opened / 2);
}

void TestHostile::configurationTexts()
{
    const Pair pair = randomPair(3);
    const fs::path path = pair.path() / "config.json";
    const json sound = json::parse(textOf(path));
    const std::vector<std::pair<const char*, json>> wrongs {{"model_type", "unheard-of"},
        {"model_type", 3}, {"model_type", json()}, {"hidden_act", "unheard-of"}, {"hidden_act", 1},
        {"rope_scaling", "llama3"}, {"rope_scaling", {{"type", "yarn"}, {"factor", 2}}},
        {"rope_scaling", 3}, {"rope_parameters", json::array()},
        {"quantization_config", {{"bits", 4}}},
        {"rope_scaling",
            {{"rope_type", "llama3"}, {"factor", 8}, {"low_freq_factor", 4},
                {"high_freq_factor", 4}, {"original_max_position_embeddings", 32}}},
        {"rope_scaling",
            {{"rope_type", "llama3"}, {"factor", 8}, {"low_freq_factor", 0},
                {"high_freq_factor", 4}, {"original_max_position_embeddings", 32}}}};
    for (const auto& [key, value] : wrongs) {
        json changed = sound;
        changed[key] = value;
        put(path, changed.dump());
        const auto result = outcome(pair.path());
        VERIFY_REFUSED(result, std::string(key) + " " + value.dump());
    }
    constexpr std::size_t deep = 1000000;
    for (const std::string& text : {std::string(), std::string("null"), std::string("[]"),
             std::string("\xff"), std::string(deep, '['),
             "{\"a\":" + std::string(deep, '[') + std::string(deep, ']') + "}",
             std::string(5 << 20, ' ') + "{}", std::string(1000, '\0')}) {
        put(path, text);
        const auto result = outcome(pair.path());
        VERIFY_REFUSED(result, "configuration " + text.substr(0, 20));
    }
    fs::remove(path);
    const auto missing = outcome(pair.path());
    VERIFY_REFUSED(missing, "no configuration");
    fs::create_directory(path);
    const auto folder = outcome(pair.path());
    VERIFY_REFUSED(folder, "a folder as configuration");
    // A norm that TransformerLens does not have, or that the file does not hold.
    const Pair named = randomPair(0);
    json config = json::parse(textOf(named.path() / "config.json"));
    for (const json& kind : {json("unheard-of"), json(3)}) {
        config["normalization_type"] = kind;
        put(named.path() / "config.json", config.dump());
        const auto result = outcome(named.path());
        VERIFY_REFUSED(result, "norm " + kind.dump());
    }
}

/// Every tensor in turn: absent, of another shape, type or size.
void TestHostile::wrongTensors()
{
    QFETCH(int, seed);
    const Pair pair = randomPair(static_cast<std::uint64_t>(seed));
    const fs::path file = pair.path() / "model.safetensors";
    const Tensors sound(file);
    for (const auto& [name, tensor] : sound.all) {
        const auto attempt = [&, &name = name](const std::string& story, const Tensors& changed) {
            changed.write(file);
            const auto result = outcome(pair.path());
            VERIFY_NO_WORSE(result, name + " " + story);
            const bool weight = name.find("W_") != std::string::npos
                || (tensor.shape.size() == 2 && name.ends_with(".weight"));
            // The first axis of these tables is the vocabulary or the context, whatever it is.
            const bool table = name == "pos_embed.W_pos" || name == "wpe.weight"
                || name == "wte.weight" || name.ends_with("embed_in.weight")
                || name.ends_with("embed_tokens.weight");
            if (weight && !(table && story.starts_with("with axis 0")))
                QVERIFY2(!result.empty(), (name + " " + story + " was taken").c_str());
        };
        Tensors changed = sound;
        changed.all.erase(name);
        attempt("absent", changed);
        const auto reshape = [&](const std::string& story, std::vector<std::int64_t> shape) {
            changed = sound;
            auto& t = changed.all.at(name);
            std::int64_t count = 1;
            for (const auto n : shape)
                count *= n;
            t.shape = std::move(shape);
            t.bytes.resize(static_cast<std::size_t>(count) * 4);
            if (t.shape != tensor.shape)
                attempt(story, changed);
        };
        auto shape = tensor.shape;
        std::reverse(shape.begin(), shape.end());
        if (shape != tensor.shape)
            reshape("turned", shape);
        reshape("as a number", {});
        reshape("empty", {0});
        shape = tensor.shape;
        shape.insert(shape.begin(), 1);
        reshape("with an axis more", shape);
        for (std::size_t i = 0; i < tensor.shape.size(); ++i)
            for (const auto other : {tensor.shape[i] + 1, tensor.shape[i] - 1, std::int64_t(0)}) {
                shape = tensor.shape;
                shape[i] = other;
                reshape("with axis " + std::to_string(i) + " of " + std::to_string(other), shape);
                if (QTest::currentTestFailed())
                    return;
            }
        for (const char* dtype : {"I32", "U32"}) {
            changed = sound;
            changed.all.at(name).dtype = dtype;
            attempt(dtype, changed);
        }
        if (QTest::currentTestFailed())
            return;
    }
}

void TestHostile::notFinite()
{
    for (const std::uint64_t seed : {0u, 1u, 2u, 3u})
        for (const float value : {NAN, INFINITY, -INFINITY}) {
            const Pair pair = randomPair(seed);
            const fs::path file = pair.path() / "model.safetensors";
            const Tensors sound(file);
            for (const auto& [name, tensor] : sound.all) {
                Tensors changed = sound;
                auto& bytes = changed.all.at(name).bytes;
                std::memcpy(bytes.data() + bytes.size() - 4, &value, 4);
                changed.write(file);
                const auto result = outcome(pair.path());
                VERIFY_REFUSED(result, name);
                QVERIFY2(result.find(name) != std::string::npos, result.c_str());
            }
        }
}

/// Data that begins at any address gives the same numbers.
void TestHostile::oddAlignment()
{
    for (std::uint64_t seed = 0; seed < 4; ++seed) {
        const Pair pair = randomPair(seed);
        const auto request = requestOf({0, 1, 2}, {logitsSite});
        const Matrix expected = pair.engine->run(request).at(logitsSite);
        const fs::path file = pair.path() / "model.safetensors";
        auto bytes = textOf(file);
        for (int shift = 1; shift < 4; ++shift) {
            std::uint64_t length = 0;
            std::memcpy(&length, bytes.data(), 8);
            bytes.insert(8 + length, 1, ' ');
            ++length;
            std::memcpy(bytes.data(), &length, 8);
            put(file, bytes);
            QVERIFY(sameBits(openModel(pair.path())->run(request).at(logitsSite), expected));
        }
    }
}

void TestHostile::indices()
{
    const Pair pair = randomPair(3);
    const fs::path home = pair.path();
    const fs::path index = home / "model.safetensors.index.json";
    fs::rename(home / "model.safetensors", home / "part.safetensors");
    const auto with = [&](const json& map) {
        put(index, json {{"metadata", {{"total_size", 1}}}, {"weight_map", map}}.dump());
        return outcome(home);
    };
    QCOMPARE(with({{"lm_head.weight", "part.safetensors"}}), std::string()); // sound
    fs::copy(home / "part.safetensors", home / "again.safetensors");
    fs::create_directory(home / "folder.safetensors");
    const std::vector<json> wrongs {{{"a", "model.safetensors.index.json"}}, {{"a", "gone.safetensors"}},
        {{"a", "../part.safetensors"}}, {{"a", "/etc/passwd"}}, {{"a", "./part.safetensors"}},
        {{"a", "x/../part.safetensors"}}, {{"a", 3}}, {{"a", json()}}, {{"a", ""}},
        {{"a", "folder.safetensors"}}, {{"a", ".."}}, {{"a", "part.safetensors\n"}},
        {{"a", "part.safetensors"}, {"b", "again.safetensors"}}, json::object(), json::array(), json(),
        "part.safetensors", {{"a", std::string(5000, 'x') + ".safetensors"}},
        {{"a", std::string("part\0.safetensors", 17)}}};
    for (const json& wrong : wrongs) {
        const auto result = with(wrong);
        VERIFY_REFUSED(result, "index " + wrong.dump().substr(0, 60));
    }
    constexpr std::size_t deep = 1000000;
    for (const std::string& text :
        {std::string(), std::string("{"), std::string("[]"), std::string("\xff\xff"),
            std::string(deep, '['), "{\"weight_map\":" + std::string(deep, '[') + std::string(deep, ']') + "}"}) {
        put(index, text);
        const auto result = outcome(home);
        VERIFY_REFUSED(result, "index " + text.substr(0, 20));
    }
}

void TestHostile::places()
{
    const Pair pair = randomPair(0);
    const fs::path home = pair.path();
    fs::create_directory(home / "empty");
    fs::create_directories(home / "odd" / "model.safetensors");
    fs::create_directory(home / "pipe");
    QCOMPARE(::mkfifo((home / "pipe" / "model.safetensors").c_str(), 0600), 0);
    fs::create_directory_symlink("loop", home / "loop");
    for (const fs::path& path :
        {fs::path(), fs::path("/nonexistent"), home / "empty", home / "odd", home / "pipe",
            home / "pipe" / "model.safetensors", home / "loop", home / "config.json",
            home / "model.safetensors" / "below", fs::path(std::string(5000, 'x')), fs::path("/dev/null"),
            fs::path("/dev/zero"), fs::path(std::string("a\0b", 3))}) {
        const auto result = outcome(path);
        VERIFY_REFUSED(result, path.string().substr(0, 100));
    }
    for (const auto& [device, dtype] : {std::pair {"cpu", "f8"}, std::pair {"tpu", "f32"}})
        QVERIFY_THROWS_EXCEPTION(Error, openModel(home, {device, dtype, 1}));
    if (!cudaAvailable())
        QVERIFY_THROWS_EXCEPTION(Error, openModel(home, {"cuda", "f32", 1}));
    // The file itself opens too, with its configuration beside it under the same name.
    fs::copy(home / "config.json", home / "model.json");
    QCOMPARE(outcome(home / "model.safetensors"), std::string());
}

void TestHostile::tokenizersOfOthers()
{
    const Pair pair = randomPair(1);
    const fs::path tokenizer = pair.path() / "tokenizer.json";
    fs::copy(fs::path(MICROTOME_SOURCE) / "data/models/induction/tokenizer.json", tokenizer);
    const auto large = outcome(pair.path()); // 110 tokens for a vocabulary of at most 31
    VERIFY_REFUSED(large, "a larger tokenizer");
    for (const std::string& text : {std::string("{"), std::string("[]"), std::string("null"),
             std::string("{}"), std::string("{\"model\":{\"type\":\"BPE\"}}")}) {
        put(tokenizer, text);
        const auto result = outcome(pair.path());
        VERIFY_REFUSED(result, "tokenizer " + text);
    }
}

/// TransformerLens's names with the axes the other way round: refused where shapes tell.
void TestHostile::orientations()
{
    const fs::path home = fs::path(MICROTOME_SHARED_DATA) / "models/modular-addition";
    if (!fs::exists(home))
        QSKIP("The folder of shared data with modular-addition is not here.");
    for (const char* name : {"clock", "pizza"}) {
        const auto given = outcome(home / (std::string(name) + ".safetensors"));
        VERIFY_REFUSED(given, name);
        qInfo("%s: %s", name, given.c_str());
        QTemporaryDir folder;
        const fs::path copy = fs::path(folder.path().toStdString());
        fs::copy(home / (std::string(name) + ".safetensors"), copy / "model.safetensors");
        for (const json& config : {json {{"act_fn", "relu"}},
                 json {{"act_fn", "relu"}, {"d_model", 128}, {"d_vocab", 59}, {"n_heads", 4}},
                 json {{"act_fn", "relu"}, {"normalization_type", json()}, {"n_layers", 1}}}) {
            put(copy / "config.json", config.dump());
            const auto result = outcome(copy);
            VERIFY_REFUSED(result, std::string(name) + " with " + config.dump());
            qInfo("%s with %s: %s", name, config.dump().c_str(), result.c_str());
        }
        fs::remove(copy / "config.json");
        const auto bare = outcome(copy);
        VERIFY_REFUSED(bare, name);
    }
}

void TestHostile::filesOfOthers()
{
    const fs::path data = MICROTOME_SHARED_DATA;
    if (!fs::exists(data / "hostile"))
        QSKIP("The folder of shared data with hostile files is not here.");
    for (const char* name : {"hostile/corrupt-zip.pth", "hostile/pickled-module.pth", "hostile",
             "models/minigpt-char", "models/minigpt-char/model.safetensors", "models/feature-routing",
             "models/feature-routing/model.safetensors", "models/feature-routing/sae.safetensors",
             "models/nano-sort", "tokenizers/gpt2", "README.md"}) {
        const auto result = outcome(data / name);
        VERIFY_REFUSED(result, name);
        qInfo("%s: %s", name, result.c_str());
    }
}

/// Requests that make no sense, to a sound model.
void TestHostile::requests()
{
    QFETCH(int, seed);
    const Pair pair = randomPair(static_cast<std::uint64_t>(seed));
    const Architecture& a = pair.architecture();
    Model& model = *pair.engine;
    const auto refused = [&](const RunRequest& request) {
        try {
            model.run(request);
        } catch (const Error& e) {
            return std::string(e.what()).ends_with('.');
        }
        return false;
    };
    const std::vector<TokenId> ids {1, 2, 3};
    QVERIFY(refused(requestOf({}, {logitsSite})));
    QVERIFY(refused(requestOf({-1}, {logitsSite})));
    QVERIFY(refused(requestOf({a.vocabulary}, {logitsSite})));
    QVERIFY(refused(requestOf({1, 2147483647}, {logitsSite})));
    QVERIFY(refused(requestOf(
        std::vector<TokenId>(static_cast<std::size_t>(a.context) + 1, 1), {logitsSite})));
    QVERIFY(!refused(
        requestOf(std::vector<TokenId>(static_cast<std::size_t>(a.context), 1), {logitsSite})));
    QVERIFY(model.run(requestOf(ids, {})).values.empty());
    QVERIFY(model.run(std::vector<RunRequest> {}).empty());
    QVERIFY(refused(requestOf(ids, {{Point::ResidPre, Layer(a.layers), {}}})));
    QVERIFY(refused(requestOf(ids, {{Point::ResidPre, Layer(-1), {}}})));
    QVERIFY(refused(requestOf(ids, {{Point::ResidPre, {}, {}}})));
    QVERIFY(refused(requestOf(ids, {{Point::Logits, Layer(0), {}}})));
    QVERIFY(refused(requestOf(ids, {{Point::Embed, Layer(1), {}}})));
    QVERIFY(refused(requestOf(ids, {{Point::ResidPre, Layer(0), Head(0)}})));
    QVERIFY(refused(requestOf(ids, {{Point::Z, Layer(0), Head(a.heads)}})));
    QVERIFY(refused(requestOf(ids, {{Point::K, Layer(0), Head(a.kvHeads)}})));
    for (int p = 0; p < pointCount; ++p) {
        const auto point = static_cast<Point>(p);
        const Site site {point, isLayered(point) ? Layer(0) : Layer(), {}};
        QCOMPARE(refused(requestOf(ids, {site})), !a.has(point));
    }
    RunRequest outside = requestOf(ids, {logitsSite});
    for (const int p : {-1, 3}) {
        outside.logitPositions = {Position(p)};
        QVERIFY(refused(outside));
    }

    const auto edited = [&](Site site, Operation op, std::size_t rows, std::size_t columns,
                            std::optional<Unit> unit = {}, double number = 0, float value = 0) {
        Edit e;
        e.site = site;
        e.operation = op;
        e.number = number;
        e.unit = unit;
        e.values = Matrix::filled(rows, columns, value);
        return requestOf(ids, {logitsSite}, {e});
    };
    const Site resid {Point::ResidPre, Layer(0), {}}, pattern {Point::Pattern, Layer(0), {}};
    const auto d = static_cast<std::size_t>(a.dModel);
    QVERIFY(refused(edited(resid, Operation::Patch, 0, 0)));
    QVERIFY(refused(edited(resid, Operation::Set, 1, d + 1)));
    QVERIFY(refused(edited(resid, Operation::Set, 1, 1)) || d == 1);
    QVERIFY(refused(edited(resid, Operation::Skip, 0, 0)));
    QVERIFY(refused(edited(resid, Operation::Zero, 0, 0, Unit(a.dModel))));
    QVERIFY(refused(edited(resid, Operation::Zero, 0, 0, Unit(-1))));
    QVERIFY(refused(edited(pattern, Operation::Zero, 0, 0, Unit(-1))));
    QVERIFY(refused(edited(pattern, Operation::Set, static_cast<std::size_t>(a.heads), 3, Unit(1))));
    QVERIFY(refused(edited(resid, Operation::Scale, 0, 0, {}, NAN)));
    QVERIFY(refused(edited(resid, Operation::Set, 0, 0, {}, INFINITY)));
    QVERIFY(refused(edited({Point::Tokens, {}, {}}, Operation::Set, 0, 0, {}, a.vocabulary)));
    QVERIFY(refused(edited({Point::Tokens, {}, {}}, Operation::Set, 1, 1, {}, 0, NAN)));
    QVERIFY(refused(edited({Point::Tokens, {}, {}}, Operation::Scale, 0, 0, {}, 1)));
    if (a.heads > 1) {
        QVERIFY(refused(edited(pattern, Operation::Set, static_cast<std::size_t>(a.heads) + 1, 3)));
    }
    Edit e;
    e.site = resid;
    e.operation = Operation::Scale;
    e.number = 2;
    for (const auto& [from, to] :
        {std::pair {-5, 1}, std::pair {2, 1}, std::pair {0, 2147483647}, std::pair {-2147483647, -1}}) {
        e.positions = {EditPositions::Kind::Range, from, to, 0, {}};
        QVERIFY(!refused(requestOf(ids, {logitsSite}, {e})));
    }

    Metric metric;
    MeasureRequest measure {ids, {{}}, metric, {}};
    const auto refusedMetric = [&](const Metric& m) {
        measure.metric = m;
        GradientRequest gradient {ids, {}, m, {{Point::Embed, {}, {}}}};
        int count = 0;
        try {
            model.measure(measure);
        } catch (const Error&) {
            ++count;
        }
        try {
            model.gradient(gradient);
        } catch (const Error&) {
            ++count;
        }
        return count == 2;
    };
    QVERIFY(refusedMetric(metric)); // no answers
    metric.answers = {a.outputs()};
    QVERIFY(refusedMetric(metric));
    metric.answers = {1};
    metric.position = Position(3);
    QVERIFY(refusedMetric(metric));
    metric.position = {};
    metric.kind = Metric::Kind::Kl;
    QVERIFY(refusedMetric(metric)); // no reference
    metric.kind = Metric::Kind::Direction;
    metric.site = resid;
    QVERIFY(refusedMetric(metric)); // no direction
    metric.direction = Matrix::filled(1, d, 1);
    metric.site.layer = Layer(a.layers);
    QVERIFY(refusedMetric(metric));
    metric.site = pattern;
    QVERIFY(refusedMetric(metric));
    measure.ids = {1};
    metric.kind = Metric::Kind::Loss;
    measure.metric = metric;
    QVERIFY_THROWS_EXCEPTION(Error, model.measure(measure));
    if (a.outputs() < a.vocabulary) {
        measure.ids = {1, TokenId(a.vocabulary - 1)}; // a token without a logit
        QVERIFY_THROWS_EXCEPTION(Error, model.measure(measure));
    }
    QVERIFY(model.measure({ids, {}, {Metric::Kind::Loss, {}, {}, {}, {}, {}, {}}, {}}).empty());
}

QTEST_GUILESS_MAIN(TestHostile)
#include "tst_hostile.moc"
