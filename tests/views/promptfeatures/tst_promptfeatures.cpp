#include "core/features/coder/encoder.h"
#include "core/features/save/saelens.h"
#include "tests/views/viewbench.h"
#include "views/canvas/matrixpicture.h"
#include "views/figure/scene.h"
#include "views/promptfeatures/dictionarymenu.h"
#include "views/promptfeatures/promptfeaturesview.h"
#include "views/session/words.h"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <random>

using namespace microtome;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t latents = 12;
constexpr std::size_t width = 16; // of the small fake model

Matrix drawn(std::size_t rows, std::size_t columns, std::uint32_t seed)
{
    std::mt19937 generator(seed);
    std::normal_distribution<float> normal;
    std::vector<float> values(rows * columns);
    std::ranges::generate(values, [&] { return normal(generator); });
    return {rows, columns, std::move(values)};
}

SparseCoder coderOf(int layer, std::size_t dIn = width)
{
    const std::string point = "blocks." + std::to_string(layer) + ".hook_resid_post";
    SparseCoder coder;
    coder.inputs.push_back({.point = point,
        .norm = {},
        .encoder = drawn(latents, dIn, 3 + static_cast<std::uint32_t>(layer)),
        .subtracted = {}});
    coder.outputs.push_back({.point = point,
        .decoder = drawn(latents, dIn, 30),
        .bias = {},
        .skip = {},
        .scaledBack = false});
    coder.activation = TopKActivation{3, false, false};
    return coder;
}

/// The view with two dictionaries that were written to a folder.
struct Bench : ViewBench {
    QTemporaryDir folder;

    fs::path write(const std::string& name, const SparseCoder& coder) const
    {
        const fs::path path = fs::path(folder.path().toStdString()) / name;
        saveSaeLens(coder, path, {}, {});
        return path;
    }

    PromptFeaturesView& start(bool withTwo = true)
    {
        microtome::start(session);
        auto& shown = show<PromptFeaturesView>();
        if (withTwo) {
            shown.dictionaries().add(write("early", coderOf(0)));
            shown.dictionaries().add(write("late", coderOf(2)));
            settled();
        }
        return shown;
    }

    /// What a dictionary reads of the prompt's run.
    Matrix read(int layer) const
    {
        const auto model = FakeModel::small();
        const Site site{Point::ResidPost, Layer(layer), {}};
        RunRequest request;
        request.ids = session.prompt().ids;
        request.want = {site};
        return model->run(request).at(site);
    }

    /// [tokens, latents]: value x |decoder row| over the mean length behind the BOS.
    Matrix shares(int layer) const
    {
        const Matrix x = read(layer);
        const SparseCoder coder = coderOf(layer);
        const Matrix f = encode(coder, {x});
        const auto length = [](std::span<const float> row) {
            double sum = 0;
            for (const float value : row)
                sum += double(value) * double(value);
            return std::sqrt(sum);
        };
        double mean = 0;
        for (std::size_t t = 1; t < x.rows(); ++t)
            mean += length(x.row(t)) / double(x.rows() - 1);
        std::vector<float> all;
        for (std::size_t t = 0; t < f.rows(); ++t)
            for (std::size_t l = 0; l < f.columns(); ++l)
                all.push_back(
                    float(double(f(t, l)) * length(coder.outputs[0].decoder.row(l)) / mean));
        return {f.rows(), f.columns(), std::move(all)};
    }
};

void clickWord(const Words& words, int index)
{
    QTest::mouseClick(words.findChildren<QToolButton*>().at(index), Qt::LeftButton);
}

} // namespace

class TestPromptFeatures : public QObject {
    Q_OBJECT

private slots:
    void withoutDictionariesItSaysWhereTheyComeFrom()
    {
        Bench b;
        auto& view = b.start(false);
        QCOMPARE(view.state(), View::State::Empty);
        QVERIFY(view.sentence().contains("dictionaries"));
        QVERIFY(!view.figure());
    }

    void rowsAreTheStrongestFeaturesOfBoth()
    {
        Bench b;
        auto& view = b.start();
        QCOMPARE(view.state(), View::State::Content);
        QCOMPARE(view.subtitle(), QString("2 dictionaries"));
        const Matrix early = b.shares(0);
        const Matrix late = b.shares(2);
        std::map<QString, float> largest;
        for (std::size_t latent = 0; latent < latents; ++latent)
            for (std::size_t t = 1; t < early.rows(); ++t) { // the first is the BOS
                auto& e = largest[QString("early/%1").arg(latent)];
                auto& l = largest[QString("late/%1").arg(latent)];
                e = std::max(e, early(t, latent));
                l = std::max(l, late(t, latent));
            }
        std::erase_if(largest, [](const auto& one) { return one.second == 0; });
        const auto picture = std::static_pointer_cast<MatrixPicture>(view.features().picture());
        const QStringList& rows = picture->data().rows.labels;
        QCOMPARE(std::size_t(rows.size()), largest.size());
        for (int row = 1; row < rows.size(); ++row)
            QVERIFY(largest.at(rows[row - 1]) >= largest.at(rows[row]));
        const Matrix& values = picture->data().values;
        const bool isEarly = rows[0].startsWith("early");
        const auto latent = rows[0].section('/', 1).toUInt();
        for (std::size_t t = 1; t < values.columns(); ++t) {
            const float value = (isEarly ? early : late)(t, latent);
            if (value == 0)
                QVERIFY(std::isnan(values(0, t)));
            else
                QVERIFY(std::abs(values(0, t) - value) < 1e-5F);
        }
        QVERIFY(std::isnan(values(0, 0)));
        QVERIFY(view.figure());
        QVERIFY(!view.table().rows.empty());
        QCOMPARE(ViewBench::overlap(view.features()), QString());
        QCOMPARE(ViewBench::overlap(view.unexplained()), QString());
    }

    void aClickOnATokenShowsItsFeatures()
    {
        Bench b;
        auto& view = b.start();
        QVERIFY(ViewBench::click(view.features(), {0, 4}));
        QVERIFY(b.settled());
        QCOMPARE(b.session.selection().focus().position, Position(4));
        const Table table = view.token().picture()->table();
        std::vector<float> all;
        for (const Matrix& values : {b.shares(0), b.shares(2)})
            for (const float value : values.row(4))
                if (value > 0)
                    all.push_back(value);
        std::ranges::sort(all, std::greater());
        QCOMPARE(table.rows.size(), all.size());
        for (std::size_t i = 0; i < all.size(); ++i)
            QVERIFY(std::abs(float(std::get<double>(table.rows[i][1])) - all[i]) < 1e-5F);
    }

    void ordersAndBosAreChosenByTheMouse()
    {
        Bench b;
        auto& view = b.start();
        const auto count = [&](int row) {
            const Table table = view.features().picture()->table();
            const auto& cells
                = std::static_pointer_cast<MatrixPicture>(view.features().picture())->data();
            int fires = 0;
            for (std::size_t t = 0; t < cells.values.columns(); ++t)
                fires += !std::isnan(cells.values(static_cast<std::size_t>(row), t));
            return fires;
        };
        clickWord(view.orderWords(), 2);
        const auto rows = [&] {
            return int(std::static_pointer_cast<MatrixPicture>(view.features().picture())
                           ->data()
                           .rows.labels.size());
        };
        for (int row = 1; row < rows(); ++row)
            QVERIFY(count(row - 1) >= count(row));
        const auto bos = [&] {
            const auto& cells
                = std::static_pointer_cast<MatrixPicture>(view.features().picture())->data();
            int fires = 0;
            for (std::size_t row = 0; row < cells.values.rows(); ++row)
                fires += !std::isnan(cells.values(row, 0));
            return fires;
        };
        QCOMPARE(bos(), 0);
        QVERIFY(view.bosWord().isVisible());
        QTest::mouseClick(&view.bosWord(), Qt::LeftButton);
        QCOMPARE(bos(), 6); // three of each dictionary
    }

    void whatIsLeftUnexplainedIsTheErrorsShare()
    {
        Bench b;
        auto& view = b.start();
        const Matrix x = b.read(2);
        const SparseCoder coder = coderOf(2);
        const Matrix made = decode(coder, encode(coder, {x}), {x}).front();
        const auto& shown
            = std::static_pointer_cast<MatrixPicture>(view.unexplained().picture())->data();
        QCOMPARE(shown.rows.labels, (QStringList{"early", "late"}));
        for (std::size_t t = 1; t < x.rows(); ++t) {
            double error = 0;
            double whole = 0;
            for (std::size_t i = 0; i < x.columns(); ++i) {
                error += std::pow(double(x(t, i)) - double(made(t, i)), 2);
                whole += std::pow(double(x(t, i)), 2);
            }
            QVERIFY(std::abs(double(shown.values(1, t)) - error / whole) < 1e-4 * error / whole);
        }
    }

    void dictionariesAreSwitchedInTheMenu()
    {
        Bench b;
        auto& view = b.start();
        const auto actions = view.dictionaries().actions();
        actions[0]->trigger();
        QVERIFY(b.settled());
        QCOMPARE(view.subtitle(), QString("1 dictionary"));
        QCOMPARE(view.found()->names.size(), std::size_t(1));
        view.dictionaries().actions()[1]->trigger();
        QVERIFY(b.settled());
        QCOMPARE(view.state(), View::State::Empty);
        QVERIFY(view.sentence().contains("chosen"));
        view.dictionaries().setChosen(view.dictionaries().all());
        QVERIFY(b.settled());
        QCOMPARE(view.state(), View::State::Content);
        const auto state = view.viewState();
        view.dictionaries().setChosen({view.dictionaries().all()[0]});
        b.settled();
        view.restore(state);
        QVERIFY(b.settled());
        QCOMPARE(view.subtitle(), QString("2 dictionaries"));
    }

    void oneThatDoesNotFitIsNamedAndTheOthersAreRead()
    {
        Bench b;
        auto& view = b.start();
        view.dictionaries().add(b.write("wide", coderOf(1, 24)));
        view.dictionaries().add(fs::path(b.folder.path().toStdString()) / "nothing");
        QVERIFY(b.settled());
        QCOMPARE(view.state(), View::State::Content);
        QVERIFY2(view.subtitle().startsWith("2 dictionaries, 2 do not fit"),
            qPrintable(view.subtitle()));
    }

    void theDifferenceIsWhatAnEditChanges()
    {
        Bench b;
        auto& view = b.start();
        Edit edit;
        edit.site = {Point::AttnOut, Layer(1), {}};
        edit.positions = EditPositions::at(Position(3));
        b.session.editList().add(edit);
        b.session.setShown(Shown::Difference);
        QVERIFY(b.settled());
        QCOMPARE(view.state(), View::State::Content);
        const Table table = view.features().picture()->table();
        QVERIFY(!table.rows.empty());
        double before = 1e9;
        for (const auto& row : table.rows) {
            const double by = std::get<double>(row[1]);
            QVERIFY(std::abs(by) <= before);
            before = std::abs(by);
            if (std::get<QString>(row[0]).startsWith("early"))
                QCOMPARE(by, 0.0); // what lies before the edit stays
        }
        QVERIFY(std::abs(std::get<double>(table.rows.front()[1])) > 0);
    }
};

QTEST_MAIN(TestPromptFeatures)
#include "tst_promptfeatures.moc"
