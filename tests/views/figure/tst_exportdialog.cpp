#include "tests/views/samples.h"

#include "views/figure/exportdialog.h"
#include "views/style/apply.h"

#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFileInfo>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace microtome;

/// The dialog that writes figures, as a person uses it.
class ExportDialogTest : public QObject {
    Q_OBJECT

private slots:
    void everyControlHasAName();
    void presetsSetTheWidth();
    void endingFollowsTheFormat();
    void writesWhatIsChosen();
    void problemsAreShownInPlace();

private:
    static FigureScene scene() { return {samples::lens(15, 6), samples::provenance()}; }

    template <typename Widget> static Widget* control(const QWidget& dialog, const char* name)
    {
        for (Widget* widget : dialog.findChildren<Widget*>()) {
            if (widget->accessibleName() == QLatin1String(name))
                return widget;
        }
        return nullptr;
    }

    QTemporaryDir m_folder;
};

void ExportDialogTest::everyControlHasAName()
{
    ExportDialog dialog(scene(), m_folder.path(), QStringLiteral("lens"));
    for (QWidget* widget : dialog.findChildren<QWidget*>()) {
        const bool isControl
            = widget->focusPolicy() != Qt::NoFocus && widget->parentWidget() == &dialog;
        const auto* button = qobject_cast<QAbstractButton*>(widget);
        if (isControl && !(button && !button->text().isEmpty()))
            QVERIFY2(!widget->accessibleName().isEmpty(), widget->metaObject()->className());
    }
    const QString folder = qEnvironmentVariable("MICROTOME_GALLERY");
    auto* app = qobject_cast<QApplication*>(QCoreApplication::instance());
    for (const Theme& theme : {Theme::night(), Theme::light()}) {
        applyStyle(*app, Style::screen(theme));
        dialog.ensurePolished();
        dialog.adjustSize();
        QVERIFY(dialog.width() < 640);
        if (!folder.isEmpty())
            QVERIFY(dialog.grab().save(folder + "/dialog-" + theme.name + ".png"));
    }
}

void ExportDialogTest::presetsSetTheWidth()
{
    ExportDialog dialog(scene(), m_folder.path(), QStringLiteral("lens"));
    auto* preset = control<QComboBox>(dialog, "Width preset");
    auto* width = control<QDoubleSpinBox>(dialog, "Width in inches");
    QVERIFY(preset && width);
    QCOMPARE(dialog.format().widthInches, 5.5);
    QCOMPARE(dialog.format().theme.name, QStringLiteral("light"));
    const double expected[] = {3.25, 3.03, 5.5, 6.75};
    preset->setFocus();
    for (int i = 0; i < 4; ++i) {
        preset->setCurrentIndex(i);
        emit preset->activated(i);
        QCOMPARE(dialog.format().widthInches, expected[i]);
        QCOMPARE(preset->currentIndex(), i);
    }
    width->setValue(4);
    QCOMPARE(preset->currentIndex(), 4);
    QCOMPARE(dialog.format().widthInches, 4.0);
}

void ExportDialogTest::endingFollowsTheFormat()
{
    ExportDialog dialog(scene(), m_folder.path(), QStringLiteral("lens.v2"));
    auto* kind = control<QComboBox>(dialog, "File format");
    auto* path = control<QLineEdit>(dialog, "File name");
    QVERIFY(path->text().endsWith(QLatin1String("lens.v2.pdf")));
    kind->setCurrentText(QStringLiteral("SVG"));
    QVERIFY(path->text().endsWith(QLatin1String("lens.v2.svg")));
    kind->setCurrentText(QStringLiteral("PNG"));
    QVERIFY(path->text().endsWith(QLatin1String("lens.v2.png")));
    QCOMPARE(dialog.files().size(), 3);
}

void ExportDialogTest::writesWhatIsChosen()
{
    ExportDialog dialog(scene(), m_folder.path(), QStringLiteral("chosen"));
    QSignalSpy written(&dialog, &ExportDialog::written);
    control<QCheckBox>(dialog, "Write the numbers as CSV")->setChecked(false);
    for (QPushButton* button : dialog.findChildren<QPushButton*>()) {
        if (button->text() == QLatin1String("Export"))
            QTest::mouseClick(button, Qt::LeftButton);
    }
    QCOMPARE(written.count(), 1);
    QVERIFY(QFileInfo(m_folder.filePath(QStringLiteral("chosen.pdf"))).size() > 1000);
    QVERIFY(QFileInfo::exists(m_folder.filePath(QStringLiteral("chosen.json"))));
    QVERIFY(!QFileInfo::exists(m_folder.filePath(QStringLiteral("chosen.csv"))));
    QCOMPARE(Provenance::read(m_folder.filePath(QStringLiteral("chosen.json"))).view,
        std::string("lens"));
    QCOMPARE(dialog.result(), static_cast<int>(QDialog::Accepted));
}

void ExportDialogTest::problemsAreShownInPlace()
{
    ExportDialog dialog(scene(), m_folder.filePath(QStringLiteral("no/such")), QStringLiteral("x"));
    QVERIFY(!dialog.write());
    auto* problem = control<QLabel>(dialog, "Problem");
    QVERIFY(!problem->isHidden());
    QVERIFY(problem->text().contains(QLatin1String("cannot be written")));
    for (const char* name :
        {"Write the figure", "Write the numbers as CSV", "Write the record that reopens the view"})
        control<QCheckBox>(dialog, name)->setChecked(false);
    QVERIFY(!dialog.write());
    QVERIFY(problem->text().contains(QLatin1String("Nothing is chosen")));
}

QTEST_MAIN(ExportDialogTest)
#include "tst_exportdialog.moc"
