#include "tests/views/features/featuresample.h"
#include "tests/views/viewbench.h"
#include "views/features/browserpanel.h"
#include "views/features/examplespanel.h"
#include "views/features/featurepage.h"
#include "views/features/featuresview.h"
#include "views/features/filterchips.h"
#include "views/features/histogrampicture.h"
#include "views/features/labelspanel.h"
#include "views/features/markmenu.h"
#include "views/features/neighbourspanel.h"
#include "views/figure/scene.h"
#include "views/session/tone.h"
#include "views/session/words.h"

#include <nlohmann/json.hpp>

#include <QClipboard>
#include <QComboBox>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QScrollArea>
#include <QTableView>

using namespace microtome;
namespace fs = std::filesystem;

namespace {

/// A view on the sample project, with a model open.
struct Bench {
    explicit Bench(bool withProject = true)
    {
        start(bench.session);
        if (withProject) {
            sample.emplace(fs::path(folder.path().toStdString()) / "town.microtome");
            bench.session.setProject(std::make_shared<Project>(Project::open(sample->path)));
        }
        view = &bench.show<FeaturesView>(1100, 720);
        settled();
    }

    bool settled() const
    {
        for (int quiet = 0, i = 0; i < 4000 && quiet < 3; ++i) {
            QTest::qWait(2);
            quiet = view->desk().idle() ? quiet + 1 : 0;
        }
        return view->desk().idle();
    }

    BrowserPanel& browser() const { return view->browser(); }
    FeaturePage& page() const { return view->page(); }
    std::size_t found() const { return browser().table().keys().size(); }
    std::uint32_t latentAt(int row) const
    {
        return browser().table().keys()[std::size_t(row)].latent;
    }
    QString cell(int row, int column) const
    {
        return browser()
            .table()
            .data(browser().table().index(row, column), Qt::DisplayRole)
            .toString();
    }
    std::uint32_t shown() const { return page().sight()->detail.key.latent; }

    void clickRow(int row) const
    {
        QTableView& rows = browser().view();
        const QRect rect = rows.visualRect(browser().table().index(row, 0));
        QTest::mouseClick(rows.viewport(), Qt::LeftButton, {}, rect.center());
        settled();
    }
    void clickHead(int column) const
    {
        QHeaderView& header = *browser().view().horizontalHeader();
        QTest::mouseClick(header.viewport(), Qt::LeftButton, {},
            QPoint(header.sectionViewportPosition(column) + 12, header.height() / 2));
        settled();
    }
    void type(const QString& text, bool enter = true) const
    {
        QLineEdit& line = browser().line();
        line.setFocus();
        line.clear();
        QTest::keyClicks(&line, text);
        if (enter)
            QTest::keyClick(&line, Qt::Key_Return);
        else
            QTest::qWait(200);
        settled();
    }
    void goTo(std::uint32_t latent) const { type(QString::number(latent)); }

    QTemporaryDir folder;
    std::optional<FeatureSample> sample;
    ViewBench bench;
    FeaturesView* view = nullptr;
};

QToolButton* wordNamed(QWidget& in, const QString& text)
{
    for (QToolButton* button : in.findChildren<QToolButton*>())
        if (button->text() == text)
            return button;
    return nullptr;
}

/// The look that the window gives the program.
void wear(const Theme& theme)
{
    const Style style = Style::screen(theme);
    applyStyle(*qApp, style);
    qApp->setStyleSheet(qApp->styleSheet() + toneSheetOf(style));
}

} // namespace

class tst_FeaturesView : public QObject {
    Q_OBJECT

private slots:
    void initTestCase() { wear(Theme::light()); }

    void emptyProjectsSayHowToSweep()
    {
        Bench b(false);
        QCOMPARE(b.view->state(), View::State::Empty);
        QVERIFY(b.view->sentence().contains("project"));
        const auto path = fs::path(b.folder.path().toStdString()) / "empty.microtome";
        b.bench.session.setProject(std::make_shared<Project>(Project::create(path)));
        QTRY_VERIFY(b.view->sentence().contains("microtome-cli features build"));
        QLabel* sentence = nullptr;
        for (QLabel* label : b.view->findChildren<QLabel*>())
            if (label->isVisible() && label->text().contains("Copy the command"))
                sentence = label;
        QVERIFY(sentence);
        emit sentence->linkActivated("do");
        QVERIFY(QApplication::clipboard()->text().contains("empty.microtome"));
    }

    void theFirstFeatureIsOpenAndAllAreCounted()
    {
        Bench b;
        QCOMPARE(b.view->state(), View::State::Content);
        QCOMPARE(b.found(), std::size_t(FeatureSample::latents));
        QCOMPARE(b.view->subtitle(), QString("400 features"));
        QCOMPARE(b.shown(), b.latentAt(0));
        QVERIFY(b.page().evidence());
        QCOMPARE(b.browser().sourceBox().count(), 3); // two, and both
        for (QWidget* control : std::initializer_list<QWidget*>{&b.browser().line(),
                 &b.browser().sourceBox(), &b.browser().shelfBox(), &b.browser().view(),
                 &b.page().bookmark(), &b.page().copyId(), &b.page().labels().line()})
            QVERIFY(!control->accessibleName().isEmpty());
    }

    void aHeadSortsBothWaysAndRowsSayTheNumbers()
    {
        Bench b;
        FeatureTable& table = b.browser().table();
        const int density = FeatureTable::FirstNumber;
        b.clickHead(density);
        QVERIFY(table.headerData(density, Qt::Horizontal, Qt::DisplayRole)
                    .toString()
                    .endsWith(QChar(0x25be)));
        const auto descending = table.keys();
        double before = 101;
        for (int row = 0; row < 20; ++row) {
            const double value = b.cell(row, density).toDouble();
            QVERIFY2(value > 0 && value <= before, qPrintable(b.cell(row, density)));
            before = value;
        }
        b.clickHead(density);
        QCOMPARE(b.cell(0, density), QString("0.000"));
        QVERIFY(table.keys() != descending);
        b.clickHead(FeatureTable::Name);
        for (int row = 0; row < 20; ++row) {
            QCOMPARE(b.latentAt(row), std::uint32_t(row));
            QCOMPARE(b.cell(row, FeatureTable::Name), QString::number(row));
        }
        QCOMPARE(b.cell(FeatureSample::names, FeatureTable::Says),
            QString("a name that received something"));
        QCOMPARE(b.cell(1, FeatureTable::Says), QString("mostly ."));
    }

    void rowsAreReadAsTheyComeIntoSight()
    {
        Bench b;
        FeatureTable& table = b.browser().table();
        b.clickHead(FeatureTable::Name);
        QVERIFY(table.row(0) && !table.row(300));
        QScrollBar& bar = *b.browser().view().verticalScrollBar();
        bar.setValue(bar.maximum());
        b.settled();
        for (int row = 380; row < 400; ++row)
            QVERIFY(table.row(row));
        QCOMPARE(b.cell(399, FeatureTable::Says), QString("never fires"));
    }

    void conditionsBecomeChipsAndGoByAClick()
    {
        Bench b;
        b.type("density > 1 %", false); // already while typing
        const std::size_t typed = b.found();
        QVERIFY(typed > 0 && typed < FeatureSample::latents);
        QVERIFY(b.view->subtitle().contains(" of 400 features"));
        QTest::keyClick(&b.browser().line(), Qt::Key_Return);
        QVERIFY(b.settled());
        QCOMPARE(b.found(), typed);
        QVERIFY(b.browser().line().text().isEmpty());
        QCOMPARE(b.browser().chips().filters().size(), std::size_t(1));
        b.clickHead(FeatureTable::FirstNumber);
        for (int row = 0; row < int(std::min<std::size_t>(typed, 20)); ++row)
            QVERIFY(b.cell(row, FeatureTable::FirstNumber).toDouble() > 1);
        b.type("max > 11");
        QVERIFY(b.found() < typed);
        b.type("max > 100");
        QCOMPARE(b.found(), std::size_t(0));
        QVERIFY(b.browser().sentence().isVisible());
        QVERIFY(b.browser().sentence().text().contains("conditions"));
        for (int left = 3; left > 0; --left) {
            auto* chip = b.browser().chips().findChild<QPushButton*>();
            for (QPushButton* one : b.browser().chips().findChildren<QPushButton*>())
                if (one->isVisible())
                    chip = one;
            QTest::mouseClick(chip, Qt::LeftButton);
            QVERIFY(b.settled());
            QCOMPARE(b.browser().chips().filters().size(), std::size_t(left - 1));
        }
        QCOMPARE(b.found(), std::size_t(FeatureSample::latents));
    }

    void wordsAreSearchedInLabelsOrContexts()
    {
        Bench b;
        b.type("rece*", false);
        QCOMPARE(b.found(), std::size_t(1));
        QCOMPARE(b.latentAt(0), FeatureSample::names);
        b.type("beside", false);
        QCOMPARE(b.found(), std::size_t(0));
        QVERIFY(b.browser().sentence().text().contains("contexts"));
        QTest::mouseClick(wordNamed(b.browser(), "In contexts"), Qt::LeftButton);
        QVERIFY(b.settled());
        QCOMPARE(b.found(), std::size_t(FeatureSample::latents));
        b.type("mary density > 2 %", false);
        QVERIFY(b.found() > 0 && b.found() < 30);
    }

    void rowsOpenByMouseAndByKeys()
    {
        Bench b;
        b.clickHead(FeatureTable::Name);
        b.clickRow(7);
        QCOMPARE(b.shown(), 7U);
        QVERIFY(b.page().evidence()->firings > 0);
        QTest::keyClick(&b.browser().view(), Qt::Key_Down);
        QTest::keyClick(&b.browser().view(), Qt::Key_Down);
        QVERIFY(b.settled());
        QCOMPARE(b.shown(), 9U);
        b.goTo(123);
        QCOMPARE(b.shown(), 123U);
        QCOMPARE(b.browser().view().currentIndex().row(), 123);
        QVERIFY(b.browser().line().text().isEmpty());
        QCOMPARE(b.found(), std::size_t(FeatureSample::latents));
        QSignalSpy told(&b.bench.session, &Session::told);
        b.goTo(4000);
        QCOMPARE(told.size(), 1);
        QVERIFY(told[0][0].toString().contains("0 to 399"));
        std::set<std::uint32_t> seen;
        for (int i = 0; i < 8; ++i) {
            QTest::mouseClick(&b.browser().randomWord(), Qt::LeftButton);
            QVERIFY(b.settled());
            seen.insert(b.shown());
        }
        QVERIFY(seen.size() > 4);
    }

    void thePageShowsWhatTheIndexHolds()
    {
        Bench b;
        b.goTo(FeatureSample::names);
        const FeatureIndex index(b.sample->files / "res.index");
        const ValueNumbers numbers = index.numbers(FeatureSample::names);
        const auto& values = static_cast<const HistogramPicture&>(*b.page().values().picture());
        double counted = 0;
        for (const double count : values.data().counts)
            counted += count;
        QCOMPARE(counted, double(numbers.count));
        QCOMPARE(float(values.data().high), numbers.max);
        QVERIFY(values.data().counts.back() >= 1);
        const FeatureEvidence& evidence = *b.page().evidence();
        const float strongest = evidence.strongest.examples.front().strength;
        QVERIFY(std::abs(strongest / numbers.max - 1) < 1e-3F); // kept with 11 bits
        std::map<std::uint64_t, float> fires;
        eachFiring(index.postings(FeatureSample::names),
            [&](std::uint32_t token, float value) { fires[token] = value; });
        for (const auto* group : {&evidence.strongest, &evidence.quantiles[3], &evidence.silent})
            for (const Example& example : group->examples)
                for (std::size_t i = 0; i < example.ids.size(); ++i) {
                    const auto found = fires.find(example.first + i);
                    QCOMPARE(example.values[i], found == fires.end() ? 0.0F : found->second);
                }
        for (const Example& example : evidence.silent.examples)
            QVERIFY(std::ranges::count(example.values, 0.0F) == std::ssize(example.values));
        for (const Example& example : evidence.strongest.examples) {
            QCOMPARE(example.values[example.peak], example.strength);
            QVERIFY(example.peak >= 20 || !example.cutBefore);
        }
        QCOMPARE(b.page().title(), QString("a name that received something"));
        QVERIFY(b.page().logits().picture()->table().rows.size() == 16);
    }

    void examplesSayTheirValuesUnderTheMouse()
    {
        Bench b;
        b.goTo(FeatureSample::names);
        ExamplesPanel& panel = b.page().examples();
        b.page().scroll().ensureWidgetVisible(&panel.canvas());
        const auto* picture = static_cast<const ExamplesPicture*>(panel.picture().get());
        const Cell peak{0, picture->line(0).peak};
        QTest::mouseMove(panel.canvas().viewport(), ViewBench::centreOf(panel, peak));
        QTRY_COMPARE(panel.canvas().hover(), std::optional(peak));
        QVERIFY(picture->describe(peak).startsWith("Mary  "));
        const double value = picture->describe(peak).section(' ', -1).toDouble();
        QVERIFY(std::abs(value - double(b.page().evidence()->strongest.to)) < 1e-3);
        std::set<int> lines;
        for (const char* group : {"Strongest", "Quantiles", "Ranges", "Silent"}) {
            QTest::mouseClick(wordNamed(panel, group), Qt::LeftButton);
            const auto* shown = static_cast<const ExamplesPicture*>(panel.picture().get());
            QVERIFY2(shown && shown->count() > 0, group);
            lines.insert(shown->count());
            QCOMPARE(panel.canvas().height() >= int(shown->heightFor(
                         panel.canvas().viewport()->width(), panel.canvas().look())),
                true); // nothing is cut off
        }
        QVERIFY(lines.size() > 1);
        const int before = panel.height();
        QTest::mouseClick(wordNamed(panel, "Whole"), Qt::LeftButton);
        QVERIFY(panel.height() > before);
        b.goTo(FeatureSample::ends);
        QTest::mouseClick(wordNamed(panel, "Strongest"), Qt::LeftButton);
        const auto* ends = static_cast<const ExamplesPicture*>(panel.picture().get());
        QVERIFY(ends->line(0).tokens[ends->line(0).peak].contains(QChar(0x23ce))); // seen
        b.goTo(FeatureSample::dead);
        QVERIFY(panel.sentence().contains("never fires"));
        QVERIFY(b.page().values().sentence().contains("never fires"));
    }

    void aClickOnANeighbourGoesThere()
    {
        Bench b;
        b.goTo(FeatureSample::names);
        NeighboursPanel& panel = b.page().neighbours();
        b.page().scroll().ensureWidgetVisible(&panel.canvas());
        const std::uint32_t there = panel.shown()[2];
        QVERIFY(ViewBench::click(panel, {2, 0}));
        QVERIFY(b.settled());
        QCOMPARE(b.shown(), there);
        QCOMPARE(b.latentAt(b.browser().view().currentIndex().row()), there);
        const auto by = panel.shown();
        b.page().scroll().ensureWidgetVisible(&panel);
        QTest::mouseClick(wordNamed(panel, "Encoder"), Qt::LeftButton);
        QVERIFY(panel.shown() != by);
        QVERIFY(!wordNamed(panel, "Together")->isEnabled()); // not computed here
    }

    void aLabelIsWrittenFoundAndRemoved()
    {
        Bench b;
        b.goTo(77);
        QLineEdit& line = b.page().labels().line();
        line.setFocus();
        QTest::keyClicks(&line, "walks into shops");
        QTest::keyClick(&line, Qt::Key_Return);
        QTRY_COMPARE(b.page().title(), QString("walks into shops"));
        QVERIFY(b.settled());
        QVERIFY(line.text().isEmpty());
        b.type("shops", false);
        QCOMPARE(b.found(), std::size_t(1));
        QCOMPARE(b.latentAt(0), 77U);
        QCOMPARE(b.cell(0, FeatureTable::Says), QString("walks into shops"));
        QTest::mouseClick(wordNamed(b.page().labels(), "Remove"), Qt::LeftButton);
        QTRY_VERIFY(b.page().title() != "walks into shops");
        QVERIFY(b.settled());
        QCOMPARE(b.found(), std::size_t(0));
        b.type("", false);
        b.goTo(FeatureSample::names);
        QVERIFY(!wordNamed(b.page().labels(), "Remove")); // a run's labels stay
    }

    void bookmarksListsAndTagsChoose()
    {
        Bench b;
        b.goTo(33);
        QTest::mouseClick(&b.page().bookmark(), Qt::LeftButton);
        QTRY_VERIFY(b.page().sight()->bookmark.has_value());
        QTest::keyClicks(&b.page().lists().line(), "to check");
        QTest::keyClick(&b.page().lists().line(), Qt::Key_Return);
        QTRY_COMPARE(b.page().sight()->detail.lists.size(), std::size_t(1));
        QTest::keyClicks(&b.page().tags().line(), "odd");
        QTest::keyClick(&b.page().tags().line(), Qt::Key_Return);
        QTRY_COMPARE(b.page().sight()->detail.tags, std::vector<std::string>{"odd"});
        QVERIFY(b.settled());
        QComboBox& shelf = b.browser().shelfBox();
        for (const char* entry : {"Bookmarked", "List: to check", "Tag: odd"}) {
            const int index = shelf.findText(entry);
            QVERIFY2(index >= 0, entry);
            shelf.setCurrentIndex(index);
            emit shelf.activated(index);
            QVERIFY(b.settled());
            QCOMPARE(b.found(), std::size_t(1));
            QCOMPARE(b.latentAt(0), 33U);
        }
        b.page().tags().actions().front()->trigger(); // off again
        QTRY_VERIFY(b.page().sight()->detail.tags.empty());
        QTest::mouseClick(&b.page().bookmark(), Qt::LeftButton);
        QTRY_VERIFY(!b.page().sight()->bookmark);
        QTest::mouseClick(&b.page().copyId(), Qt::LeftButton);
        QCOMPARE(QApplication::clipboard()->text(), QString("res-1/33"));
    }

    void severalSourcesAreSearchedTogether()
    {
        Bench b;
        QComboBox& box = b.browser().sourceBox();
        const auto choose = [&](const QString& text) {
            box.setCurrentIndex(box.findText(text));
            emit box.activated(box.currentIndex());
            b.settled();
        };
        choose("All sources");
        QCOMPARE(b.found(), std::size_t(FeatureSample::latents + 32));
        b.clickHead(FeatureTable::Name);
        QCOMPARE(b.cell(0, FeatureTable::Name), QString("res-1/0"));
        b.type("mlp-0 neurons/5");
        QCOMPARE(b.shown(), 5U);
        QCOMPARE(b.page().sight()->source.source.id, b.sample->unswept);
        QVERIFY(b.page().examples().sentence().contains("not swept"));
        choose("mlp-0 neurons");
        QCOMPARE(b.found(), std::size_t(32));
    }

    void whatIsGoneIsSaid()
    {
        Bench b;
        b.goTo(5);
        fs::rename(b.sample->files / "town.corpus", b.sample->files / "town.corpus.away");
        b.bench.session.setProject({});
        b.bench.session.setProject(std::make_shared<Project>(Project::open(b.sample->path)));
        QTest::qWait(5);
        QVERIFY(b.settled());
        b.goTo(6);
        QVERIFY(b.page().examples().sentence().contains("not in"));
        QVERIFY(b.page().values().picture()); // these are of the index alone
        fs::rename(b.sample->files / "res.index", b.sample->files / "res.away");
        b.bench.session.setProject({});
        b.bench.session.setProject(std::make_shared<Project>(Project::open(b.sample->path)));
        QTest::qWait(5);
        QVERIFY(b.settled());
        b.goTo(7);
        QVERIFY(b.page().values().sentence().contains("is gone"));
    }

    void theProjectIsLeftWhole()
    {
        Bench b;
        b.bench.session.setProject({});
        QTest::qWait(5);
        QVERIFY(!fs::exists(b.sample->path.string() + "-wal"));
        QCOMPARE(b.view->state(), View::State::Empty);
    }

    void aFigureAndTheStateComeBack()
    {
        Bench b;
        b.type("density > 1 %");
        b.goTo(FeatureSample::names);
        QTest::mouseClick(wordNamed(b.page().examples(), "Quantiles"), Qt::LeftButton);
        const auto figure = b.view->figure();
        QVERIFY(figure);
        QVERIFY(figure->title.contains("a name that received something"));
        QVERIFY(!b.view->table().rows.empty());
        const nlohmann::json state = b.view->viewState();
        Bench other;
        other.view->restore(nlohmann::json::parse(state.dump()));
        QVERIFY(other.settled());
        QCOMPARE(other.shown(), FeatureSample::names);
        QCOMPARE(other.found(), b.found());
        QVERIFY(other.view->viewState() == state);
        other.view->restore(nlohmann::json::parse(R"({"browser":{"query":7,"columns":[1]}})"));
        QVERIFY(other.settled());
    }

    void aNarrowPageCutsNothingAway()
    {
        Bench b;
        b.goTo(FeatureSample::names);
        b.view->resize(780, 600);
        QTest::qWait(20);
        QScrollArea& scroll = b.page().scroll();
        QVERIFY2(scroll.widget()->width() <= scroll.viewport()->width(),
            qPrintable(QString::number(scroll.widget()->width())));
        for (PicturePanel* panel : b.page().panels())
            if (panel->picture())
                QVERIFY(panel->canvas().width() <= scroll.viewport()->width());
    }

    void bothThemesAreDrawn()
    {
        const QString folder = qEnvironmentVariable("MICROTOME_PICTURES");
        Bench b;
        b.goTo(FeatureSample::names);
        for (const Theme& theme : {Theme::light(), Theme::night()}) {
            wear(theme);
            b.bench.session.setTheme(theme);
            QTest::qWait(20);
            QVERIFY(b.settled());
            const QImage image = b.view->grab().toImage();
            QCOMPARE(image.pixelColor(b.browser().mapTo(b.view, QPoint(2, 40))), theme.panel);
            QCOMPARE(image.pixelColor(b.page().mapTo(b.view, QPoint(3, 60))), theme.panel);
            if (!folder.isEmpty())
                image.save(folder + "/features-" + theme.name + ".png");
            if (folder.isEmpty())
                continue;
            b.page().scroll().ensureWidgetVisible(&b.page().neighbours());
            QTest::qWait(20);
            b.view->grab().save(folder + "/features-below-" + theme.name + ".png");
            b.page().scroll().verticalScrollBar()->setValue(0);
            for (const char* word : {"Quantiles", "Whole"})
                QTest::mouseClick(wordNamed(b.page().examples(), word), Qt::LeftButton);
            b.browser().line().setText("density < 5 %");
            QTest::keyClick(&b.browser().line(), Qt::Key_Return);
            b.view->resize(920, 600);
            QVERIFY(b.settled());
            b.page().scroll().verticalScrollBar()->setValue(300);
            QTest::qWait(20);
            b.view->grab().save(folder + "/features-whole-" + theme.name + ".png");
            b.view->resize(1100, 720);
            b.browser().chips().setFilters({});
            b.browser().search();
            for (const char* word : {"Strongest", "Whole"})
                QTest::mouseClick(wordNamed(b.page().examples(), word), Qt::LeftButton);
            QVERIFY(b.settled());
            b.page().scroll().verticalScrollBar()->setValue(0);
        }
    }
};

QTEST_MAIN(tst_FeaturesView)
#include "tst_featuresview.moc"
