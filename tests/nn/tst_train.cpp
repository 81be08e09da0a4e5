// Long because every promise of a training (what it writes, resumes, refuses, fine-tunes) is held
// against the same few small recipes.
#include "core/model/safetensors.h"
#include "core/nn/open.h"
#include "core/nn/train.h"
#include "core/nn/train/recipe.h"
#include "core/work/error.h"
#include "tests/trainrecipe.h"

#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <fstream>

using namespace microtome;
using namespace microtome::test;
using nlohmann::json;
namespace fs = std::filesystem;

/// Whole trainings of tiny models, in this process.
class TestTrain : public QObject {
    Q_OBJECT

private:
    /// The sentence that a training is refused with; empty when it is not.
    static std::string refusal(
        const fs::path& recipe, const fs::path& out, const TrainOptions& options = {})
    {
        try {
            train(recipe, out, options);
        } catch (const Error& e) {
            return e.what();
        }
        return {};
    }

    fs::path place(const char* name) const { return m_folder.path().toStdString() + "/" + name; }

    QTemporaryDir m_folder;

private slots:
    void learns();
    void sameBytes();
    void stopsAndGoesOn();
    void otherThreads();
    void layouts_data();
    void layouts();
    void fineTunes();
    void padded_data();
    void padded();
    void clipping();
    void stopsEarly();
    void diverges();
    void refuses_data();
    void refuses();
    void refusesFolders();
};

/// The loss falls to the language's entropy and not below it; the task is solved.
void TestTrain::learns()
{
    const TinyRecipe recipe(place("learns"));
    std::vector<TrainProgress> reports;
    const auto record = train(recipe.write("long.json", {{"steps", 400}}), recipe.folder / "out",
        {}, [&](const TrainProgress& p) { reports.push_back(p); });
    QCOMPARE(record.steps, 400);
    QCOMPARE(record.losses.front().step, 0);
    QVERIFY(std::abs(*record.losses.front().heldout - std::log(10.0)) < 0.5);
    const auto& last = record.losses.back();
    // A row of 16 begins anywhere in a document of 9, and does not say where: ln 9 more for a row.
    const double highest = TinyRecipe::entropy + std::log(9.0) / 16 + 0.02;
    QVERIFY2(*last.heldout < highest, qPrintable(QString::number(*last.heldout)));
    QVERIFY(*last.heldout > TinyRecipe::entropy - 0.1);
    QVERIFY2(last.train < highest && last.train > TinyRecipe::entropy - 0.1,
        qPrintable(QString::number(last.train)));
    QCOMPARE(last.tokens, std::int64_t(400) * 256);
    QCOMPARE(record.tasks.at("next").back().accuracy, 1.0);
    QVERIFY(record.tasks.at("next").front().accuracy < 1);
    QVERIFY(record.tasks.at("next").back().loss < 0.2);
    QCOMPARE(record.checkpoints.size(), std::size_t(3));
    QCOMPARE(record.checkpoints.back().name, std::string("step-000400"));
    QCOMPARE(reports.front().step, 0);
    QCOMPARE(reports.back().step, 400);
    QVERIFY(reports.back().evaluated && reports.back().heldout == last.heldout);

    // What is on disk is that model, with the tokenizer as it was and a readable record.
    const fs::path out = recipe.folder / "out";
    QCOMPARE(bytesOf(out / "tokenizer.json"), bytesOf(recipe.folder / "tokenizer.json"));
    QVERIFY(!fs::exists(out / "state"));
    const auto model = openModel(out);
    QVERIFY(model->info().unused.empty());
    const auto ids = model->tokenizer()->encode("c d").ids;
    GenerateRequest request;
    request.ids = ids;
    request.count = 3;
    const auto next = model->generate({request}).front();
    QCOMPARE(model->tokenizer()->decode(
                 std::vector{next.steps[0].id, next.steps[1].id, next.steps[2].id}),
        model->tokenizer()->decode(model->tokenizer()->encode("e f g").ids));
    const auto read = TrainingRecord::beside(out / "checkpoints" / "step-000008");
    QVERIFY(read && read->toJson() == record.toJson());
    QCOMPARE(read->recipe, bytesOf(recipe.folder / "long.json"));
    const auto half = SafeTensors::open(out / "checkpoints" / "step-000008" / "model.safetensors");
    QCOMPARE(half->entries().at("transformer.wte.weight").dtype, std::string("F16"));
    QVERIFY(openModel(out / "checkpoints" / "step-000008")->tokenizer());
}

void TestTrain::sameBytes()
{
    const TinyRecipe recipe(place("same"));
    const auto file = recipe.write();
    train(file, recipe.folder / "a");
    train(file, recipe.folder / "b");
    for (const char* name : {"model.safetensors", "training.json", "config.json",
             "checkpoints/step-000008/model.safetensors"})
        QVERIFY2(bytesOf(recipe.folder / "a" / name) == bytesOf(recipe.folder / "b" / name), name);
    train(recipe.write("other.json", {{"seed", 4}}), recipe.folder / "c");
    QVERIFY(bytesOf(recipe.folder / "a/model.safetensors")
        != bytesOf(recipe.folder / "c/model.safetensors"));
}

/// Stopped after every few steps by request: the same bytes as in one go.
void TestTrain::stopsAndGoesOn()
{
    for (const json& patch : {json(), json{{"data", {{"packing", "padded"}}}}}) {
        const TinyRecipe recipe(place(patch.is_null() ? "stops" : "stopspadded"));
        const auto file = recipe.write("recipe.json", patch);
        train(file, recipe.folder / "whole");
        int stops = 0;
        for (;; ++stops) {
            TrainOptions options;
            options.resume = stops > 0;
            options.stop = std::make_shared<std::atomic<bool>>(false);
            const std::int64_t until = stops * 4 + 3;
            const auto sentence = [&] {
                try {
                    train(file, recipe.folder / "parts", options, [&](const TrainProgress& p) {
                        if (p.step <= until)
                            options.stop->store(true);
                    });
                } catch (const Error& e) {
                    return std::string(e.what());
                }
                return std::string();
            }();
            if (sentence.empty())
                break;
            QVERIFY2(sentence.find("--resume") != std::string::npos, sentence.c_str());
            QVERIFY(stops < 40);
            if (stops == 1) {
                options.stop.reset();
                const auto changed = recipe.write("changed.json", {{"seed", 9}});
                QVERIFY(refusal(changed, recipe.folder / "parts", options).find("another recipe")
                    != std::string::npos);
            }
        }
        QVERIFY(stops > 0);
        for (const char* name : {"model.safetensors", "training.json"})
            QVERIFY2(
                bytesOf(recipe.folder / "whole" / name) == bytesOf(recipe.folder / "parts" / name),
                name);
    }
}

/// Sums may be taken in another order; the model is the same but for that.
void TestTrain::otherThreads()
{
    const TinyRecipe recipe(place("threads"));
    const auto one = train(recipe.write(), recipe.folder / "one");
    TrainOptions two;
    two.threads = 2;
    const auto other = train(recipe.write(), recipe.folder / "two", two);
    QVERIFY(std::abs(*one.losses.back().heldout - *other.losses.back().heldout) < 1e-3);
}

void TestTrain::layouts_data()
{
    QTest::addColumn<QString>("config");
    QTest::newRow("gpt_neox") << R"({"model_type": "gpt_neox", "num_hidden_layers": 1,
        "num_attention_heads": 2, "hidden_size": 16, "intermediate_size": 32, "rotary_pct": 0.5,
        "max_position_embeddings": 16, "vocab_size": 10, "eos_token_id": 0})";
    QTest::newRow("llama") << R"({"model_type": "llama", "num_hidden_layers": 1,
        "num_attention_heads": 4, "num_key_value_heads": 2, "hidden_size": 16,
        "intermediate_size": 32, "max_position_embeddings": 16, "vocab_size": 10,
        "rope_scaling": {"rope_type": "linear", "factor": 2.0}, "tie_word_embeddings": true})";
    QTest::newRow("attention-only") << R"({"n_layers": 2, "d_model": 16, "n_heads": 2, "d_head": 8,
        "d_vocab": 10, "n_ctx": 16, "attn_only": true, "positional_embedding_type": "standard"})";
    QTest::newRow("toy") << R"({"n_layers": 1, "d_model": 16, "n_heads": 2, "d_head": 8,
        "d_vocab": 10, "n_ctx": 16, "d_mlp": 32, "act_fn": "relu", "normalization_type": "LNPre"})";
    QTest::newRow("vocabulary from the tokenizer") << R"({"model_type": "gpt2", "n_layer": 1,
        "n_head": 2, "n_embd": 16, "n_positions": 16})";
}

/// Every layout is made, learns, and opens again with all of its tensors used.
void TestTrain::layouts()
{
    QFETCH(QString, config);
    const TinyRecipe recipe(place(QTest::currentDataTag()));
    json patch{{"model", {{"config", nullptr}}}, {"steps", 120}, {"checkpoints", nullptr}};
    auto whole = recipe;
    whole.form.merge_patch(patch);
    whole.form["model"]["config"] = json::parse(config.toStdString());
    const auto record = train(whole.write(), recipe.folder / "out");
    QVERIFY2(*record.losses.back().heldout < 0.75,
        qPrintable(QString::number(*record.losses.back().heldout)));
    const auto model = openModel(recipe.folder / "out");
    QVERIFY(model->info().unused.empty());
    QCOMPARE(model->architecture().vocabulary, 10);
    QCOMPARE(record.heads.size(), std::size_t(1));
}

/// A trained model goes on from where it was, under the same names, config and tokenizer.
void TestTrain::fineTunes()
{
    const TinyRecipe recipe(place("tunes"));
    const auto first = train(recipe.write("first.json", {{"steps", 100}}), recipe.folder / "first");
    json patch{
        {"model",
            {{"config", nullptr}, {"tokenizer", nullptr}, {"std", nullptr}, {"from", "first"}}},
        {"optimizer", {{"learning_rate", 1e-4}, {"warmup", 0}}}, {"steps", 4},
        {"checkpoints", {0}}};
    const auto second = train(recipe.write("second.json", patch), recipe.folder / "second");
    QVERIFY(std::abs(*second.losses.front().heldout - *first.losses.back().heldout) < 1e-6);
    QCOMPARE(bytesOf(recipe.folder / "second/config.json"),
        bytesOf(recipe.folder / "first/config.json"));
    const auto a = SafeTensors::open(recipe.folder / "first/model.safetensors");
    const auto b = SafeTensors::open(recipe.folder / "second/model.safetensors");
    QCOMPARE(a->entries().size(), b->entries().size());
    for (const auto& [name, entry] : a->entries())
        QVERIFY2(b->entries().at(name).shape == entry.shape, name.c_str());
}

void TestTrain::padded_data()
{
    QTest::addColumn<QString>("loss");
    QTest::addColumn<double>("most");
    QTest::newRow("all") << "all" << TinyRecipe::entropy + 0.15;
    QTest::newRow("last") << "last" << 0.1; // the eighth word follows from those before
}

void TestTrain::padded()
{
    QFETCH(QString, loss);
    QFETCH(double, most);
    const TinyRecipe recipe(place(QTest::currentDataTag()));
    std::ofstream(recipe.folder / "train.jsonl") << R"({"text": "a b c"})"
                                                 << "\n"
                                                 << R"({"ids": [4, 5, 6, 7, 8]})"
                                                 << "\n"
                                                 << R"({"text": "f g h a b c d e"})"
                                                 << "\n\n"
                                                 << R"({"text": "h a b c d"})"
                                                 << "\n"
                                                 << R"({"text": "b c d e f g"})"
                                                 << "\n"
                                                 << R"({"text": "e f"})"
                                                 << "\n";
    const auto record = train(recipe.write("recipe.json",
                                  {{"data",
                                       {{"packing", "padded"}, {"loss", loss.toStdString()},
                                           {"train", "train.jsonl"}, {"heldout", "train.jsonl"}}},
                                      {"steps", 150}, {"tasks", nullptr}}),
        recipe.folder / "out");
    const auto& last = record.losses.back();
    if (loss == "last") {
        QVERIFY2(*last.heldout < most, qPrintable(QString::number(*last.heldout)));
        QCOMPARE(last.tokens, std::int64_t(150) * 6); // one for each document, which fit one batch
    } else {
        QVERIFY2(*last.heldout < 0.6, qPrintable(QString::number(*last.heldout)));
        // 3 + 5 + 8 + 5 + 6 + 2 tokens: what follows each, EOS at the end
        QCOMPARE(last.tokens, std::int64_t(150) * 29);
    }
}

/// The first step moves every weight by the rate at most, whatever the clip (Adam's step does not
/// depend on the gradient's length); without decay and with a long gradient the moments are those
/// of the clipped one.
void TestTrain::clipping()
{
    const TinyRecipe recipe(place("clip"));
    const json patch{{"steps", 1}, {"checkpoints", json::array({0})}, {"checkpoint_dtype", "f32"},
        {"optimizer", {{"warmup", 0}, {"weight_decay", 0}, {"clip", 1e-3}, {"epsilon", 1.0}}}};
    const auto record = train(recipe.write("recipe.json", patch), recipe.folder / "out");
    const auto before
        = SafeTensors::open(recipe.folder / "out/checkpoints/step-000000/model.safetensors");
    const auto after = SafeTensors::open(recipe.folder / "out/model.safetensors");
    double sum = 0;
    for (const auto& [name, entry] : before->entries()) {
        const Matrix a = before->matrix(name);
        const Matrix b = after->matrix(name);
        for (std::size_t i = 0; i < a.size(); ++i)
            sum += std::pow(double(b.values()[i]) - a.values()[i], 2);
    }
    // With ε = 1 far above the gradient, a step is rate * gradient / (1 + |gradient|): its length
    // is the rate times the clip, within float32's differences.
    QVERIFY(record.losses.back().gradientNorm > 0.01);
    QVERIFY2(std::abs(std::sqrt(sum) - 0.01 * 1e-3) < 0.02 * 0.01 * 1e-3,
        qPrintable(QString::number(std::sqrt(sum))));
}

void TestTrain::stopsEarly()
{
    const TinyRecipe recipe(place("early"));
    const auto record
        = train(recipe.write("recipe.json",
                    {{"early_stop", {{"patience", 2}, {"least", 100}}}, {"checkpoints", nullptr}}),
            recipe.folder / "out");
    QCOMPARE(record.steps, 20); // the evaluations after steps 0, 10 and 20
    QVERIFY(fs::exists(recipe.folder / "out/model.safetensors"));
}

void TestTrain::diverges()
{
    const TinyRecipe recipe(place("diverges"));
    const auto file = recipe.write("recipe.json",
        {{"optimizer", {{"learning_rate", 1e9}, {"warmup", 0}, {"schedule", "constant"}}},
            {"steps", 200}, {"save_every", 1}});
    const std::string sentence = refusal(file, recipe.folder / "out");
    QVERIFY2(sentence.find("diverged") != std::string::npos, sentence.c_str());
    QVERIFY(fs::exists(recipe.folder / "out/state/state.safetensors"));
    QVERIFY(!fs::exists(recipe.folder / "out/model.safetensors"));
}

void TestTrain::refuses_data()
{
    QTest::addColumn<QString>("patch");
    QTest::addColumn<QString>("part"); // of the sentence
    const auto row = [](const char* name, const char* patch, const char* part) {
        QTest::newRow(name) << patch << part;
    };
    row("unknown key", R"({"optimiser": {}})", "optimiser");
    row("unknown in a group", R"({"optimizer": {"rate": 1}})", "optimizer.rate");
    row("no steps", R"({"steps": null})", "steps");
    row("zero steps", R"({"steps": 0})", "steps");
    row("half a step", R"({"steps": 1.5})", "steps");
    row("huge steps", R"({"steps": 18446744073709551615})", "steps");
    row("negative rate", R"({"optimizer": {"learning_rate": -1}})", "learning_rate");
    row("rate as text", R"({"optimizer": {"learning_rate": "1e-3"}})", "learning_rate");
    row("beta of one", R"({"optimizer": {"beta2": 1}})", "beta2");
    row("unknown schedule", R"({"optimizer": {"schedule": "linear"}})", "cosine");
    row("unknown packing", R"({"data": {"packing": "loose"}})", "padded");
    row("missing text", R"({"data": {"train": "nowhere.txt"}})", "nowhere.txt");
    row("no text named", R"({"data": {"train": null}})", "data.train");
    row("empty text", R"({"data": {"train": "empty.txt"}})", "empty.txt");
    row("text of blanks", R"({"data": {"heldout": "blank.txt"}})", "blank.txt");
    row("damaged lines", R"({"data": {"train": "damaged.jsonl"}})", "Line 2");
    row("last of packed", R"({"data": {"loss": "last"}})", "padded");
    row("row beyond the context", R"({"sequence": 17})", "context");
    row("vocabulary too small", R"({"model": {"config": {"vocab_size": 9}}})", "tokenizer");
    row("no model", R"({"model": null})", "model");
    row("both models", R"({"model": {"from": "x"}})", "fine-tune");
    row("unknown layout", R"({"model": {"config": {"model_type": "mamba"}}})", "model_type");
    row("no tokenizer there", R"({"model": {"tokenizer": "no/tokenizer.json"}})", "tokenizer");
    row("width not of heads", R"({"model": {"config": {"n_embd": 0}}})", "width");
    row("negative layers", R"({"model": {"config": {"n_layer": -2}}})", "layers");
    row("task missing", R"({"tasks": {"next": "none.csv"}})", "none.csv");
    row("checkpoint beyond", R"({"checkpoints": [31]})", "checkpoints");
    row("early stop blindly", R"({"early_stop": {}, "data": {"heldout": null}})", "held-out");
    row("no joint", R"({"model": {"config": {"eos_token_id": null}, "tokenizer": "bare"}})",
        "eos_token_id");
}

void TestTrain::refuses()
{
    QFETCH(QString, patch);
    QFETCH(QString, part);
    const TinyRecipe recipe(place(QTest::currentDataTag()));
    std::ofstream(recipe.folder / "empty.txt");
    std::ofstream(recipe.folder / "blank.txt") << "\n\n  \n";
    std::ofstream(recipe.folder / "damaged.jsonl") << "{\"text\": \"a b\"}\n{\"txt\": 1}\n";
    // The same tokenizer, but for the name of its last token.
    fs::create_directories(recipe.folder / "bare");
    auto bare = bytesOf(recipe.folder / "tokenizer.json");
    for (auto at = bare.find("<|endoftext|>"); at != std::string::npos;
         at = bare.find("<|endoftext|>"))
        bare.replace(at, 13, "<nothing>");
    std::ofstream(recipe.folder / "bare" / "tokenizer.json") << bare;
    const auto file = recipe.write("recipe.json", json::parse(patch.toStdString()));
    const std::string sentence = refusal(file, recipe.folder / "out");
    QVERIFY2(sentence.find(part.toStdString()) != std::string::npos, sentence.c_str());
    QVERIFY2(sentence.ends_with(".") && sentence.find('\n') == std::string::npos, sentence.c_str());
    QVERIFY(!fs::exists(recipe.folder / "out" / "model.safetensors"));
}

void TestTrain::refusesFolders()
{
    const TinyRecipe recipe(place("folders"));
    json brief{{"steps", 2}, {"optimizer", {{"warmup", 0}}}, {"checkpoints", json::array()}};
    const auto file = recipe.write("recipe.json", brief);
    brief["steps"] = 3;
    QVERIFY(refusal(recipe.folder / "none.json", recipe.folder / "x").find("no recipe")
        != std::string::npos);
    std::ofstream(recipe.folder / "bad.json") << "{\"steps\": ";
    QVERIFY(!refusal(recipe.folder / "bad.json", recipe.folder / "x").empty());
    QVERIFY(refusal(file, recipe.folder).find("not empty") != std::string::npos);
    QVERIFY(!refusal(file, recipe.folder / "recipe.json" / "x").empty());
    train(file, recipe.folder / "out");
    QVERIFY(refusal(file, recipe.folder / "out").find("not empty") != std::string::npos);
    TrainOptions resume;
    resume.resume = true;
    // What has ended stays as it is, and is not gone on with by another recipe.
    QVERIFY(refusal(file, recipe.folder / "out", resume).empty());
    QVERIFY(refusal(recipe.write("more.json", brief), recipe.folder / "out", resume)
                .find("another recipe")
        != std::string::npos);
    // A damaged state is a sentence.
    fs::create_directories(recipe.folder / "hurt" / "state");
    std::ofstream(recipe.folder / "hurt" / "state" / "state.safetensors") << "nothing";
    QVERIFY(!refusal(file, recipe.folder / "hurt", resume).empty());
    TrainOptions gpu;
    gpu.device = "tpu";
    QVERIFY(refusal(file, recipe.folder / "y", gpu).find("tpu") != std::string::npos);
}

QTEST_GUILESS_MAIN(TestTrain)
#include "tst_train.moc"
