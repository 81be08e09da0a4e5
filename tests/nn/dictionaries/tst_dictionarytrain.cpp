#include "core/features/load/open.h"
#include "core/work/error.h"
#include "tests/nn/dictionaries/dictionarysubject.h"

#include <QCoreApplication>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include <cmath>
#include <fstream>
#include <iostream>

using namespace microtome;
using namespace microtome::test;
using nlohmann::json;
namespace fs = std::filesystem;

namespace {

const char* const written[]{
    "cfg.json", "sae_weights.safetensors", "sparsity.safetensors", "dictionary.json"};

json recipeForm(const char* kind)
{
    json form{{"kind", kind}, {"latents", 96}, {"steps", 60}, {"batch", 64},
        {"optimizer", {{"learning_rate", 3e-3}}}, {"evaluate", {{"every", 25}, {"tokens", 500}}},
        {"dead_after", 640}, {"save_every", 7}, {"seed", 5}};
    if (std::string(kind).find("topk") != std::string::npos)
        form["k"] = 4;
    else
        form["sparsity"] = 0.5;
    return form;
}

ActivationRows activations()
{
    return {superposition(48, 24, 2500, 3, 0.5, 1).activations, {}, {}};
}

/// This program as the training that is to be killed: a line for every step.
int trainHere(const char* kind, const char* steps, const char* out, bool resume)
{
    json form = recipeForm(kind);
    form["steps"] = std::stoi(steps);
    DictionaryTrainOptions options;
    options.resume = resume;
    options.stop = std::make_shared<std::atomic<bool>>(false);
    try {
        trainDictionary(dictionaryRecipe(form, "."), activations(), {}, out, options,
            [](const DictionaryProgress& p) { std::cout << p.step << '\n'
                                                        << std::flush; });
    } catch (const Error& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
    return 0;
}

} // namespace

/// Trainings of small dictionaries: the same bytes however often interrupted, a record, refusals.
class TestDictionaryTrain : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void stopsAndGoesOn_data();
    void stopsAndGoesOn();
    void killed();
    void record();
    void refuses();
    void diverges();
    void threads();

private:
    fs::path place(const std::string& name) const
    {
        return m_folder.path().toStdString() + "/" + name;
    }

    static std::string refusal(const DictionaryRecipe& recipe, const ActivationRows& rows,
        const fs::path& out, const DictionaryTrainOptions& options = {})
    {
        try {
            trainDictionary(recipe, rows, {}, out, options);
        } catch (const Error& e) {
            return e.what();
        }
        return {};
    }

    QTemporaryDir m_folder;
};

void TestDictionaryTrain::stopsAndGoesOn_data()
{
    QTest::addColumn<QString>("kind");
    for (const char* kind : {"topk", "batchtopk", "jumprelu", "gated", "standard"})
        QTest::newRow(kind) << kind;
}

/// Stopped by request a few steps after each start, at steps that are saved anyway and others.
void TestDictionaryTrain::stopsAndGoesOn()
{
    QFETCH(QString, kind);
    const std::string name = kind.toStdString();
    const DictionaryRecipe recipe = dictionaryRecipe(recipeForm(name.c_str()), ".");
    const ActivationRows rows = activations();
    trainDictionary(recipe, rows, {}, place(name + " whole"));
    // Reports come at evaluations alone, so that where it stops does not depend on the clock.
    int stops = 0;
    for (;; ++stops) {
        DictionaryTrainOptions options;
        options.resume = stops > 0;
        options.stop = std::make_shared<std::atomic<bool>>(false);
        int reports = 0;
        try {
            trainDictionary(
                recipe, rows, {}, place(name), options, [&](const DictionaryProgress& p) {
                    if (p.evaluated && ++reports == 1 && p.step < recipe.steps)
                        options.stop->store(true);
                });
        } catch (const Error& error) {
            QVERIFY2(std::string(error.what()).find("--resume") != std::string::npos, error.what());
            QVERIFY(stops < 10);
            continue;
        }
        break;
    }
    QCOMPARE(stops, 3); // after the evaluations of steps 0, 25 and 50
    for (const char* file : written)
        QVERIFY2(bytesOf(place(name) / file) == bytesOf(place(name + " whole") / file), file);
    QVERIFY(!bytesOf(place(name) / "cfg.json").empty());
    QVERIFY(!fs::exists(place(name) / "state"));
    DictionaryTrainOptions again;
    again.resume = true;
    QCOMPARE(trainDictionary(recipe, rows, {}, place(name), again).toJson(),
        bytesOf(place(name) / "dictionary.json"));
}

/// Killed at moments spread over the training, each a random while after a step that it told of.
void TestDictionaryTrain::killed()
{
    const QString steps = "1500";
    const auto arguments = [&](const char* out, bool resume) {
        return QStringList{"--train", "batchtopk", steps,
            QString::fromStdString(place(out).string()), resume ? "resume" : "begin"};
    };
    QCOMPARE(QProcess::execute(
                 QCoreApplication::applicationFilePath(), arguments("killed whole", false)),
        0);
    unsigned random = 12345;
    constexpr int kills = 8;
    for (int kill = 0; kill < kills; ++kill) {
        QProcess process;
        process.start(QCoreApplication::applicationFilePath(), arguments("killed", kill > 0));
        int step = -1;
        while (step < kill * steps.toInt() / (kills + 1)) {
            QVERIFY(process.waitForReadyRead(60000));
            while (process.canReadLine())
                step = process.readLine().trimmed().toInt();
        }
        random = random * 1103515245u + 12345u;
        QVERIFY(!process.waitForFinished(static_cast<int>((random >> 16) % 60)));
        process.kill();
        QVERIFY(process.waitForFinished());
        QCOMPARE(process.exitStatus(), QProcess::CrashExit);
    }
    QCOMPARE(
        QProcess::execute(QCoreApplication::applicationFilePath(), arguments("killed", true)), 0);
    for (const char* file : written)
        QVERIFY2(bytesOf(place("killed") / file) == bytesOf(place("killed whole") / file), file);
    QVERIFY(!fs::exists(place("killed") / "state"));
}

void TestDictionaryTrain::record()
{
    const DictionaryRecipe recipe = dictionaryRecipe(recipeForm("batchtopk"), ".");
    std::vector<DictionaryProgress> reports;
    const DictionaryRecord record = trainDictionary(recipe, activations(), {}, place("record"), {},
        [&](const DictionaryProgress& p) { reports.push_back(p); });
    QCOMPARE(record.toJson(), bytesOf(place("record") / "dictionary.json"));
    QCOMPARE(DictionaryRecord::beside(place("record"))->toJson(), record.toJson());
    QCOMPARE(record.architecture, std::string("jumprelu"));
    QCOMPARE(record.latents, std::int64_t(96));
    QCOMPARE(record.dIn, std::int64_t(24));
    QCOMPARE(record.tokens, std::int64_t(60 * 64));
    QCOMPARE(record.curve.size(), std::size_t(4)); // steps 0, 25, 50 and 60
    QVERIFY(!record.ce);
    const DictionaryRecord::Point& last = record.curve.back();
    QCOMPARE(last.step, std::int64_t(60));
    // The measured threshold lets k latents fire on average on the tokens it was measured on.
    QVERIFY2(std::abs(last.l0 - 4) < 0.01, qPrintable(QString::number(last.l0)));
    QVERIFY(last.fvu < 0.5 * record.curve.front().fvu && last.fvu < 0.5);
    QVERIFY(last.dead >= 0 && last.dead < 1);
    QVERIFY(reports.front().evaluated && reports.front().step == 0);
    QVERIFY(reports.back().evaluated && reports.back().step == 60);
    const SparseCoder coder = openCoder(place("record"));
    QVERIFY(coder.declared.l0 && std::abs(*coder.declared.l0 - last.l0) < 0.01);
    QVERIFY(std::abs(double(std::get<JumpReluActivation>(coder.activation).theta.front())
                - *record.threshold)
        < 1e-6);
}

void TestDictionaryTrain::refuses()
{
    const DictionaryRecipe recipe = dictionaryRecipe(recipeForm("topk"), ".");
    ActivationRows rows = activations();
    const auto says = [](const std::string& sentence, const char* part) {
        return sentence.ends_with(".") && sentence.find(part) != std::string::npos;
    };
    QVERIFY(says(refusal(recipe, {}, place("r")), "no activations"));
    std::ofstream(place("file")) << "x";
    QVERIFY(says(refusal(recipe, rows, place("file")), "folder"));
    trainDictionary(recipe, rows, {}, place("taken"));
    QVERIFY(says(refusal(recipe, rows, place("taken")), "not empty"));
    DictionaryTrainOptions resume;
    resume.resume = true;
    json other = recipeForm("topk");
    other["seed"] = 6;
    QVERIFY(says(
        refusal(dictionaryRecipe(other, "."), rows, place("taken"), resume), "another recipe"));
    json large = recipeForm("topk");
    large["batch"] = 5000;
    QVERIFY(says(refusal(dictionaryRecipe(large, "."), rows, place("r")), "batch"));
    json gradient = recipeForm("topk");
    gradient["gradient"] = 1;
    QVERIFY(says(refusal(dictionaryRecipe(gradient, "."), rows, place("r")), "gradient"));
    json most = recipeForm("topk");
    most["k"] = 97;
    QVERIFY(says(refusal(dictionaryRecipe(most, "."), rows, place("r")), "smaller k"));
    rows.targets = Matrix::filled(3, 24, 0);
    QVERIFY(says(refusal(recipe, rows, place("r")), "same"));
    std::vector<float> values(2500 * 24, NAN);
    QVERIFY(says(
        refusal(recipe, {Matrix(2500, 24, std::move(values)), {}, {}}, place("nan")), "numbers"));
    QVERIFY(!fs::exists(place("nan") / "cfg.json"));

    // A state that was damaged, and one of other activations.
    DictionaryTrainOptions stopped;
    stopped.stop = std::make_shared<std::atomic<bool>>(true);
    QVERIFY(says(refusal(recipe, activations(), place("cut"), stopped), "--resume"));
    const fs::path state = place("cut") / "state" / "state.safetensors";
    QVERIFY(fs::exists(state));
    const Matrix changed = superposition(48, 24, 2500, 3, 0.5, 2).activations;
    QVERIFY(says(refusal(recipe, {changed, {}, {}}, place("cut"), resume), "another recipe"));
    fs::resize_file(state, fs::file_size(state) / 2);
    QVERIFY(!refusal(recipe, activations(), place("cut"), resume).empty());
    QVERIFY(!fs::exists(place("cut") / "cfg.json"));
}

/// Numbers so large that their squares are none.
void TestDictionaryTrain::diverges()
{
    json form = recipeForm("topk");
    form["normalise"] = false;
    const ActivationRows rows = activations();
    std::vector<float> values;
    for (const float value : rows.inputs.values())
        values.push_back(value * 1e22f);
    const std::string sentence = refusal(dictionaryRecipe(form, "."),
        {Matrix(2500, 24, std::move(values)), {}, {}}, place("diverges"));
    QVERIFY2(sentence.find("diverged") != std::string::npos, sentence.c_str());
    QVERIFY(!fs::exists(place("diverges") / "cfg.json"));
}

/// Sums may be taken in another order; the dictionary is the same but for that.
void TestDictionaryTrain::threads()
{
    const DictionaryRecipe recipe = dictionaryRecipe(recipeForm("topk"), ".");
    DictionaryTrainOptions two;
    two.threads = 2;
    const auto a = trainDictionary(recipe, activations(), {}, place("one"));
    const auto b = trainDictionary(recipe, activations(), {}, place("two"), two);
    QVERIFY(std::abs(a.curve.back().fvu - b.curve.back().fvu) < 0.01);
}

int main(int argc, char** argv)
{
    if (argc == 6 && std::string(argv[1]) == "--train")
        return trainHere(argv[2], argv[3], argv[4], std::string(argv[5]) == "resume");
    QCoreApplication application(argc, argv);
    TestDictionaryTrain test;
    return QTest::qExec(&test, argc, argv);
}

#include "tst_dictionarytrain.moc"
