#include "app/traindialog.h"
#include "app/trainform.h"
#include "tests/app/desk/desk.h"
#include "views/panel/picturepanel.h"
#include "views/session/words.h"
#include "views/training/checkpointslider.h"
#include "views/training/trainingview.h"

#include <nlohmann/json.hpp>

#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QTemporaryDir>

#include <fstream>

using namespace microtome;
namespace fs = std::filesystem;

class tst_Trained : public QObject {
    Q_OBJECT

    QTemporaryDir m_folder;

    static void press(TrainDialog& page, const char* text)
    {
        for (QPushButton* button : page.findChildren<QPushButton*>())
            if (button->text() == QLatin1String(text) && button->isVisible())
                return QTest::mouseClick(button, Qt::LeftButton);
        QFAIL(text);
    }

    static void end(TrainDialog& page, const char* sentence)
    {
        QTRY_VERIFY_WITH_TIMEOUT(!page.process().running(), 300'000);
        QTRY_VERIFY2(page.sentence().startsWith(sentence), qPrintable(page.sentence()));
    }

private slots:
    void aConfigurationAndThenAFineTuning()
    {
        const fs::path top = m_folder.path().toStdString();
        std::ofstream text(top / "text.txt");
        static const char* words[]
            = {"Clara", "bought", "lemon", "and", "David", "found", "anchor"};
        for (unsigned line = 0, n = 1; line < 300; ++line, text << '\n')
            for (int i = 0; i < 12; ++i, n = n * 1103515245U + 12345U)
                text << (i > 0 ? " " : "") << words[(n >> 16) % 7];
        text.close();
        std::ofstream(top / "recipe.json") << nlohmann::json{
            {"model",
                {{"config",
                     {{"model_type", "gpt2"}, {"n_layer", 2}, {"n_head", 2}, {"n_embd", 16},
                         {"n_positions", 64}, {"vocab_size", 110},
                         {"activation_function", "gelu_new"}, {"bos_token_id", 0},
                         {"eos_token_id", 0}}},
                    {"tokenizer", (dataOfSource + "/models/induction").toStdString()}}},
            {"data", {{"train", "text.txt"}, {"heldout", "text.txt"}}}, {"steps", 40},
            {"sequence", 16}, {"batch_tokens", 64}, {"checkpoints", {0, 5, 20}},
            {"evaluate", {{"every", 5}}}, {"save_every", 10}};

        Desk desk;
        TrainDialog& page = *desk.window.trainDialog();
        page.show();
        page.process().setProgram(MICROTOME_CLI);
        const QString out = m_folder.filePath("made");
        page.form().startWords().setActive(1);
        page.form().field("config")->setText(m_folder.filePath("recipe.json"));
        page.form().field("out")->setText(out);
        press(page, "Start");
        QTRY_VERIFY_WITH_TIMEOUT(
            page.process().steps().size() > 3 || !page.process().running(), 120'000);
        if (page.process().running()) {
            press(page, "Stop");
            end(page, page.process().steps().back().step < 40 ? "Stopped after step" : "Done.");
            if (page.sentence().startsWith("Stopped"))
                press(page, "Resume");
        }
        end(page, "Done.");
        press(page, "Open the model");
        QVERIFY(waitUntilDone(desk.session));
        QCOMPARE(desk.session.info().path, out.toStdString());
        QCOMPARE(desk.session.history().states.size(), std::size_t(4));

        desk.session.setPromptText("Clara bought lemon");
        desk.window.workspace()->showView("training");
        QVERIFY(waitUntilDone(desk.session));
        auto* view = dynamic_cast<TrainingView*>(desk.window.workspace()->current());
        QCOMPARE(view->state(), View::State::Content);
        QVERIFY(view->loss().picture());
        QVERIFY(view->heads().picture());
        const Matrix last = desk.session.edited()->logits;
        QTest::keyClick(&view->slider(), Qt::Key_Home);
        QVERIFY(waitUntilDone(desk.session));
        QVERIFY(desk.session.edited()->logits(0, 1) != last(0, 1));
        QTest::keyClick(&view->slider(), Qt::Key_End);
        QVERIFY(waitUntilDone(desk.session));

        page.form().startWords().setActive(0);
        page.form().field("train")->setText(m_folder.filePath("text.txt"));
        page.form().field("out")->setText(m_folder.filePath("tuned"));
        page.form().number("steps")->setValue(12);
        page.form().number("sequence")->setValue(16);
        page.form().number("batch")->setValue(64);
        press(page, "Start");
        end(page, "Done.");
        QVERIFY(fs::exists(top / "tuned/model.safetensors"));
        QVERIFY(TrainingHistory::of(top / "tuned").record);
    }
};

QTEST_MAIN(tst_Trained)
#include "tst_trained.moc"
