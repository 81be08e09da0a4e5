#include "core/analysis/script.h"

#include <QProcess>
#include <QStandardPaths>
#include <QtTest>

using namespace microtome;

class TestScript : public QObject {
    Q_OBJECT

private slots:
    void settings()
    {
        ScriptRequest r;
        r.kind = ScriptRequest::Kind::Patching;
        r.modelPath = "/models/a \"b\"\\c";
        r.ids = {1, 2};
        r.corrupted = {1, 3};
        r.answers = {7};
        r.sweep = Point::Z;
        r.byPosition = false;
        const QString text = QString::fromStdString(transformerLensScript(r));
        QVERIFY(text.contains("MODEL = \"/models/a \\\"b\\\"\\\\c\"\n"));
        QVERIFY(text.contains("IDS = [1, 2]\n"));
        QVERIFY(text.contains("CORRUPTED = [1, 3]\n"));
        QVERIFY(text.contains("SITE = \"attn.hook_z\"\n"));
        QVERIFY(text.contains("BY_POSITION = False\n"));
        QVERIFY(!text.contains("load_file"));
    }

    void edits()
    {
        ScriptRequest r;
        r.ids = {1};
        Edit add;
        add.site = {Point::ResidPost, Layer(3), {}};
        add.operation = Operation::Add;
        add.values = Matrix(1, 2, {0.5f, -1});
        Edit off = add;
        off.enabled = false;
        Edit large = add;
        large.values = Matrix::filled(100, 100, 1);
        r.edits = {add, off, large};
        const QString text = QString::fromStdString(transformerLensScript(r));
        QVERIFY(text.contains("torch.tensor([[0.5, -1.0]])"));
        QCOMPARE(text.count("blocks.3.hook_resid_post"), 2);
        QVERIFY(text.contains("load_file(\"edits.safetensors\")[\"edit_2\"]"));
    }

    /// Python can read every script.
    void syntax()
    {
        const QString python = QStandardPaths::findExecutable("python3");
        if (python.isEmpty())
            QSKIP("There is no python3 here to read the scripts.");
        for (int kind = 0; kind < 5; ++kind) {
            ScriptRequest r;
            r.kind = static_cast<ScriptRequest::Kind>(kind);
            r.modelPath = "gpt2";
            r.ids = {1, 2, 3};
            r.layer = Layer(1);
            Edit edit;
            edit.site = {Point::Pattern, Layer(1), Head(2)};
            edit.unit = Unit(1);
            edit.label = "π \"quoted\"";
            r.edits = {edit};
            QProcess process;
            process.start(python, {"-c", "import ast, sys; ast.parse(sys.stdin.read())"});
            process.write(QByteArray::fromStdString(transformerLensScript(r)));
            process.closeWriteChannel();
            QVERIFY(process.waitForFinished(60000));
            QVERIFY2(process.exitCode() == 0, process.readAllStandardError().constData());
        }
    }
};

QTEST_GUILESS_MAIN(TestScript)
#include "tst_script.moc"
