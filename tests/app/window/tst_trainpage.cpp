#include "app/mainwindow.h"
#include "app/traindialog.h"
#include "app/trainform.h"
#include "tests/app/window/probe.h"
#include "tests/views/session/fakesession.h"
#include "views/session/words.h"

#include <nlohmann/json.hpp>

#include <QFile>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QSpinBox>
#include <QTemporaryDir>

using namespace microtome;

namespace {

const QString standIn = QStringLiteral(MICROTOME_SOURCE "/tests/app/window/standin.sh");

struct Page {
    Page()
        : session(openFake())
        , window(session, preferences, probeViews())
    {
        window.show();
        start(session);
        QFile text(folder.filePath("text.txt"));
        if (text.open(QIODevice::WriteOnly))
            text.write("When Mary and John\n");
        text.close();
        window.command("train")->trigger();
        dialog().process().setProgram("/bin/sh", {standIn});
        dialog().form().field("train")->setText(text.fileName());
        dialog().form().field("out")->setText(out());
    }

    TrainDialog& dialog() { return *window.trainDialog(); }
    QString out() const { return folder.filePath("new"); }
    QPushButton* button(const char* text)
    {
        for (QPushButton* each : dialog().findChildren<QPushButton*>())
            if (each->text() == QLatin1String(text) && each->isVisible())
                return each;
        return nullptr;
    }
    void press(const char* text)
    {
        QVERIFY2(button(text), text);
        QTest::mouseClick(button(text), Qt::LeftButton);
    }

    QTemporaryDir folder;
    MemoryPreferences preferences;
    Session session;
    MainWindow window;
};

} // namespace

class tst_Train : public QObject {
    Q_OBJECT

private slots:
    void fineTuningRunsStopsResumesAndOpens()
    {
        Page p;
        QVERIFY(p.dialog().isVisible());
        p.dialog().form().number("steps")->setValue(40);
        p.press("Start");
        QVERIFY(!p.button("Start"));
        QTRY_VERIFY(p.dialog().process().steps().size() > 5);
        QVERIFY2(p.dialog().sentence().contains("of 40"), qPrintable(p.dialog().sentence()));
        p.press("Stop");
        QTRY_VERIFY(!p.dialog().process().running());
        QTRY_VERIFY(p.dialog().sentence().startsWith("Stopped after step"));
        const auto stopped = p.dialog().process().steps().size();
        QVERIFY(stopped < 40);
        QVERIFY(!p.button("Open the model"));
        p.press("Resume");
        QTRY_VERIFY(!p.dialog().process().running());
        QTRY_VERIFY2(p.dialog().sentence().startsWith("Done."), qPrintable(p.dialog().sentence()));
        const auto& steps = p.dialog().process().steps();
        QCOMPARE(steps.size(), std::size_t(40)); // none twice, none left out
        for (std::size_t i = 0; i < steps.size(); ++i)
            QCOMPARE(steps[i].step, double(i + 1));
        QCOMPARE(*steps[9].heldout, 2.5);
        QVERIFY(!p.button("Resume"));
        QSignalSpy asked(&p.dialog(), &TrainDialog::openAsked);
        p.press("Open the model");
        QCOMPARE(asked.size(), 1);
        QCOMPARE(asked[0][0].toString(), p.out());
        settle(p.session);
    }

    void theConfigurationSaysWhatTheFormSays()
    {
        Page p;
        TrainForm& form = p.dialog().form();
        form.number("steps")->setValue(400);
        form.number("sequence")->setValue(64);
        form.number("batch")->setValue(2048);
        form.field("rate")->setText("1e-4");
        form.field("heldout")->setText(p.folder.filePath("text.txt"));
        const auto config = form.config();
        QCOMPARE(config.at("model").at("from").get<std::string>(), p.session.info().path);
        QCOMPARE(config.at("data").at("train").get<std::string>(),
            p.folder.filePath("text.txt").toStdString());
        QVERIFY(config.at("data").contains("heldout"));
        QCOMPARE(config.at("data").at("packing").get<std::string>(), std::string("packed"));
        form.setModel("/a/model", 128, false); // without a token that ends a text
        QCOMPARE(form.config().at("data").at("packing").get<std::string>(), std::string("padded"));
        form.setModel(QString::fromStdString(p.session.info().path), 128, true);
        QCOMPARE(config.at("steps").get<int>(), 400);
        QCOMPARE(config.at("sequence").get<int>(), 64);
        QCOMPARE(config.at("batch_tokens").get<int>(), 2048);
        QCOMPARE(config.at("optimizer").at("learning_rate").get<double>(), 1e-4);
        const auto checkpoints = config.at("checkpoints").get<std::vector<std::int64_t>>();
        QVERIFY(checkpoints.size() >= 5);
        QVERIFY(std::ranges::is_sorted(checkpoints) && checkpoints.back() < 400);
        p.press("Start");
        QTRY_VERIFY(p.dialog().process().steps().size() > 1);
        QFile written(p.out() + ".train.json");
        QVERIFY(written.open(QIODevice::ReadOnly));
        QVERIFY(nlohmann::json::parse(written.readAll().toStdString()) == config);
    }

    void whatIsMissingIsASentence()
    {
        Page p;
        TrainForm& form = p.dialog().form();
        const auto said = [&] {
            p.press("Start");
            return p.dialog().sentence();
        };
        form.field("rate")->setText("fast");
        QVERIFY(said().contains("learning rate"));
        form.field("rate")->setText("0.1");
        form.field("out")->clear();
        QVERIFY(said().contains("new folder"));
        form.field("out")->setText(p.out());
        form.field("train")->setText("/nowhere/at/all");
        QVERIFY(said().contains("no file"));
        form.startWords().setActive(1);
        QVERIFY(said().contains("configuration file"));
        QVERIFY(!p.dialog().process().running());
    }

    void errorsOfTheProgramAreItsSentence()
    {
        Page p;
        QFile bad(p.folder.filePath("bad.json"));
        QVERIFY(bad.open(QIODevice::WriteOnly));
        bad.write("{\"bad\": 1}");
        bad.close();
        p.dialog().form().startWords().setActive(1);
        p.dialog().form().field("config")->setText(bad.fileName());
        p.press("Start");
        QTRY_COMPARE(p.dialog().sentence(), QString("The recipe does not say data.train."));
        QVERIFY(p.button("Start"));
        p.dialog().process().setProgram("/nowhere/microtome-cli");
        p.press("Start");
        QTRY_VERIFY(p.dialog().sentence().contains("could not be started"));
        QVERIFY(p.button("Start"));
    }

    void everyControlHasAName()
    {
        Page p;
        for (const QWidget* widget : p.dialog().findChildren<QWidget*>()) {
            const auto* button = qobject_cast<const QAbstractButton*>(widget);
            if (!button && !qobject_cast<const QSpinBox*>(widget)
                && !(qobject_cast<const QLineEdit*>(widget)
                    && widget->objectName() != "qt_spinbox_lineedit"))
                continue;
            QVERIFY2(!widget->accessibleName().isEmpty() || (button && button->text().size() > 1),
                qPrintable(widget->metaObject()->className() + widget->objectName()));
        }
    }

    void theWindowsEndSavesTheState()
    {
        QTemporaryDir keep;
        const QString out = keep.filePath("new");
        {
            Page p;
            p.dialog().form().field("out")->setText(out);
            p.press("Start");
            QTRY_VERIFY(p.dialog().process().steps().size() > 3);
        }
        QVERIFY(QFile::exists(out + "/state/step"));
        QVERIFY(!QFile::exists(out + "/model.safetensors"));
    }
};

QTEST_MAIN(tst_Train)
#include "tst_trainpage.moc"
