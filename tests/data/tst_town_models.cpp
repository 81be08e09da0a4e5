// The models of the town against what their cards say: what they answer, how copying came about,
// which heads carry the indirect object, and that they are what the recipes make.

#include "core/analysis/heads.h"
#include "core/analysis/history.h"
#include "core/nn/open.h"
#include "data/zoo/answers.h"

#include <QtTest>

#include <algorithm>
#include <fstream>
#include <sstream>

using namespace microtome;
namespace fs = std::filesystem;

namespace {

const fs::path data = fs::path(MICROTOME_SOURCE) / "data";
const fs::path models = data / "models";

#ifdef __SANITIZE_ADDRESS__
constexpr std::size_t asked = 100; // of each task, where everything is ten times slower
#else
constexpr std::size_t asked = world::heldOutPrompts;
#endif

std::string read(const fs::path& file)
{
    std::ifstream in(file, std::ios::binary);
    std::stringstream all;
    all << in.rdbuf();
    return all.str();
}

std::size_t taskNamed(const std::string& name)
{
    const auto& all = world::tasks();
    return static_cast<std::size_t>(std::find_if(all.begin(), all.end(), [&](const auto& task) {
        return task.name == name;
    }) - all.begin());
}

std::vector<world::Pair> some(const std::string& task, std::size_t count)
{
    auto pairs = world::heldOutPairs(taskNamed(task));
    pairs.resize(count);
    return pairs;
}

double best(const Matrix& scores)
{
    double most = 0;
    for (std::size_t l = 0; l < scores.rows(); ++l)
        most
            = std::max<double>(most, *std::max_element(scores.row(l).begin(), scores.row(l).end()));
    return most;
}

std::uintmax_t bytesIn(const fs::path& folder)
{
    std::uintmax_t bytes = 0;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        bytes += entry.is_regular_file() ? entry.file_size() : 0;
    return bytes;
}

} // namespace

class TestTownModels : public QObject {
    Q_OBJECT

private slots:
    void answersWhatItWasNeverTold_data()
    {
        QTest::addColumn<QString>("model");
        QTest::addColumn<int>("task");
        for (const char* model : {"town-gpt", "town-llama"})
            for (std::size_t i = 0; i < world::tasks().size(); ++i)
                QTest::addRow("%s %s", model, world::tasks()[i].name.c_str())
                    << QString(model) << static_cast<int>(i);
    }

    void answersWhatItWasNeverTold()
    {
        QFETCH(QString, model);
        QFETCH(int, task);
        const world::Task& what = world::tasks()[static_cast<std::size_t>(task)];
        auto pairs = world::heldOutPairs(static_cast<std::size_t>(task));
        pairs.resize(asked);
        const auto opened = openModel(models / model.toStdString());
        const double right = zoo::accuracy(*opened, pairs);
        qInfo("%.1f %%", 100 * right);
        // A task without an aim of its own is still asked for, so that it has been learnt.
        const int aim = what.aim > 0 ? what.aim : 85;
        QVERIFY2(100 * right >= aim, qPrintable(QString::number(right)));
    }

    void twinsHaveTheOtherAnswer()
    {
        const auto model = openModel(models / "town-gpt");
        for (const char* task : {"indirect_object", "coloured_objects", "pronoun", "fact"}) {
            auto pairs = some(task, 100);
            for (world::Pair& pair : pairs) {
                std::swap(pair.clean, pair.corrupted);
                std::swap(pair.answers, pair.wrong);
            }
            QVERIFY2(zoo::accuracy(*model, pairs) > 0.9, task);
        }
    }

    /// Copying comes suddenly, with a head that looks for it (methods: induction heads).
    void inductionRisesAbruptly()
    {
        const auto history = TrainingHistory::of(models / "town-gpt");
        QVERIFY(history.record.has_value());
        QVERIFY2(history.states.size() >= 13, qPrintable(QString::number(history.states.size())));
        std::vector<double> steps;
        std::vector<double> scores;
        for (const auto& heads : history.record->heads) {
            steps.push_back(static_cast<double>(heads.step));
            double most = 0;
            for (const auto& layer : heads.scores.at("induction"))
                most = std::max(most, *std::max_element(layer.begin(), layer.end()));
            scores.push_back(most);
        }
        const auto rise = steepestRise(steps, scores);
        QVERIFY(rise.has_value());
        qInfo("from %.3f at step %.0f to %.3f at step %.0f, %.3f at the end", scores[rise->from],
            steps[rise->from], scores[rise->from + 1], steps[rise->from + 1], scores.back());
        QVERIFY(scores.front() < 0.05);
        QVERIFY(scores.back() > 0.25); // on 50 tokens; its own lists have 12 at most
        // Half of it within a quarter more steps.
        bool abrupt = false;
        for (std::size_t i = 0; i < steps.size(); ++i)
            for (std::size_t j = i + 1; j < steps.size() && steps[j] <= 1.25 * steps[i]; ++j)
                abrupt = abrupt || scores[j] - scores[i] > 0.5 * scores.back();
        QVERIFY(abrupt);

        // The record's figures are those of the checkpoints themselves (stored in half precision).
        for (const std::size_t i : {rise->from, rise->from + 1}) {
            const auto model = openModel(history.states[i].path);
            const double now = best(headAtlas(*model).of(HeadScore::Induction));
            QVERIFY2(std::abs(now - scores[i]) < 1e-3, qPrintable(QString::number(now)));
        }
    }

    /// A few heads carry the indirect object; most have nothing to do with it.
    void indirectObjectIsACircuit()
    {
        const auto model = openModel(models / "town-gpt");
        const Matrix effects = zoo::headEffects(*model, some("indirect_object", 60));
        int carrying = 0;
        int idle = 0;
        for (std::size_t l = 0; l < effects.rows(); ++l)
            for (const float effect : effects.row(l)) {
                carrying += effect > 0.2F;
                idle += std::abs(effect) < 0.05F;
            }
        qInfo("%d heads restore more than 0.2, %d less than 0.05; at most %.2f", carrying, idle,
            best(effects));
        QVERIFY(carrying >= 1 && carrying <= 5);
        QVERIFY(idle >= 8);
        QVERIFY(best(effects) > 0.3);
    }

    void foldersAreThoseOfTheRecipes()
    {
        for (const std::string name : {"town-gpt", "town-llama"}) {
            const auto record = TrainingRecord::beside(models / name);
            QVERIFY(record.has_value());
            QCOMPARE(record->recipe, read(data / "zoo" / (name + ".json")));
            QVERIFY(fs::exists(models / name / "README.md"));
            QVERIFY(!fs::exists(models / name / "state"));
        }
        QVERIFY2(bytesIn(data) <= 60'000'000, qPrintable(QString::number(bytesIn(data))));
    }
};

QTEST_GUILESS_MAIN(TestTownModels)
#include "tst_town_models.moc"
