#include "views/figure/exportdialog.h"

#include "core/work/error.h"

#include <QCheckBox>
#include <QComboBox>
#include <QDialogButtonBox>
#include <QDir>
#include <QDoubleSpinBox>
#include <QFileDialog>
#include <QFileInfo>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>

#include <array>

namespace microtome {

namespace {

struct Preset {
    const char* name;
    double width;
};

constexpr std::array<Preset, 5> presets{{{"ICML column", 3.25}, {"ACL column", 3.03},
    {"NeurIPS, ICLR text", 5.5}, {"full width", 6.75}, {"own width", 0}}};

QDoubleSpinBox* lengthBox(double value, const QString& name)
{
    auto* box = new QDoubleSpinBox;
    box->setRange(0.5, 60);
    box->setSingleStep(0.25);
    box->setValue(value);
    box->setSuffix(QStringLiteral(" in"));
    box->setAccessibleName(name);
    return box;
}

template <typename Widget> Widget* named(Widget* widget, const QString& name)
{
    widget->setAccessibleName(name);
    return widget;
}

QHBoxLayout* line(std::initializer_list<QWidget*> widgets)
{
    auto* layout = new QHBoxLayout;
    layout->setSpacing(8);
    for (QWidget* widget : widgets)
        layout->addWidget(widget);
    return layout;
}

} // namespace

ExportDialog::ExportDialog(
    FigureScene scene, const QString& folder, const QString& name, QWidget* parent)
    : QDialog(parent)
    , m_scene(std::move(scene))
{
    setWindowTitle(tr("Export figure"));
    m_kind = named(new QComboBox, tr("File format"));
    m_kind->addItem(tr("PDF"), QStringLiteral("pdf"));
    m_kind->addItem(tr("SVG"), QStringLiteral("svg"));
    m_kind->addItem(tr("PNG"), QStringLiteral("png"));
    m_preset = named(new QComboBox, tr("Width preset"));
    for (const Preset& preset : presets)
        m_preset->addItem(preset.width > 0
                ? QStringLiteral("%1, %2 in").arg(QLatin1String(preset.name)).arg(preset.width)
                : QLatin1String(preset.name));
    m_width = lengthBox(presets[2].width, tr("Width in inches"));
    m_height = lengthBox(3, tr("Height in inches"));
    m_dpi = named(new QSpinBox, tr("Dots per inch"));
    m_dpi->setRange(36, 2400);
    m_dpi->setValue(300);
    m_dpi->setSuffix(QStringLiteral(" dpi"));
    m_theme = named(new QComboBox, tr("Colours"));
    m_theme->addItems({tr("light"), tr("dark")});
    m_font = named(new QDoubleSpinBox, tr("Letters in points"));
    m_font->setRange(7, 9);
    m_font->setSingleStep(0.5);
    m_font->setDecimals(1);
    m_font->setSuffix(QStringLiteral(" pt"));
    m_title = named(new QLineEdit(m_scene.title), tr("Title"));
    m_caption = named(new QLineEdit(m_scene.caption), tr("Caption"));
    m_figure = named(new QCheckBox(tr("figure")), tr("Write the figure"));
    m_numbers = named(new QCheckBox(tr("numbers (CSV)")), tr("Write the numbers as CSV"));
    m_record
        = named(new QCheckBox(tr("record (JSON)")), tr("Write the record that reopens the view"));
    for (QCheckBox* box : {m_figure, m_numbers, m_record})
        box->setChecked(true);
    m_path = named(
        new QLineEdit(QDir(folder).filePath(name + QStringLiteral(".pdf"))), tr("File name"));
    m_path->setMinimumWidth(320);
    auto* choose = named(new QPushButton(tr("Choose\u2026")), tr("Choose the file"));
    choose->setAutoDefault(false);
    m_problem = named(new QLabel, tr("Problem"));
    m_problem->setWordWrap(true);
    m_problem->hide();

    auto* form = new QFormLayout;
    form->setVerticalSpacing(8);
    form->setHorizontalSpacing(12);
    form->setLabelAlignment(Qt::AlignLeft);
    form->addRow(tr("Format"), m_kind);
    form->addRow(tr("Width"), line({m_preset, m_width}));
    form->addRow(tr("Height"), m_height);
    form->addRow(tr("Resolution"), m_dpi);
    form->addRow(tr("Letters"), m_font);
    form->addRow(tr("Colours"), m_theme);
    form->addRow(tr("Title"), m_title);
    form->addRow(tr("Caption"), m_caption);
    form->addRow(tr("Write"), line({m_figure, m_numbers, m_record}));
    form->addRow(tr("File"), line({m_path, choose}));

    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Cancel);
    auto* save = buttons->addButton(tr("Export"), QDialogButtonBox::AcceptRole);
    save->setDefault(true);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(16, 16, 16, 12);
    layout->setSpacing(12);
    layout->addLayout(form);
    layout->addWidget(m_problem);
    layout->addWidget(buttons);

    m_preset->setCurrentIndex(2);
    m_height->setValue(m_scene.fittingHeight(format()));
    connect(m_preset, &QComboBox::activated, this, &ExportDialog::choosePreset);
    connect(m_width, &QDoubleSpinBox::valueChanged, this, [this](double width) {
        const Preset& chosen = presets[static_cast<std::size_t>(m_preset->currentIndex())];
        if (chosen.width > 0 && chosen.width != width)
            m_preset->setCurrentIndex(static_cast<int>(presets.size()) - 1);
    });
    connect(m_kind, &QComboBox::currentIndexChanged, this, &ExportDialog::followFormat);
    connect(choose, &QPushButton::clicked, this, &ExportDialog::chooseFile);
    connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
    connect(buttons, &QDialogButtonBox::accepted, this, [this] {
        if (write())
            accept();
    });
    followFormat();
}

void ExportDialog::choosePreset(int index)
{
    const Preset& preset = presets[static_cast<std::size_t>(index)];
    if (preset.width > 0)
        m_width->setValue(preset.width);
    m_height->setValue(m_scene.fittingHeight(format()));
}

/// The file's ending follows the format; pixels are only asked for where there are any.
void ExportDialog::followFormat()
{
    m_path->setText(stem() + QLatin1Char('.') + m_kind->currentData().toString());
    m_dpi->setEnabled(m_kind->currentData().toString() == QLatin1String("png"));
}

void ExportDialog::chooseFile()
{
    const QString path = QFileDialog::getSaveFileName(this, tr("Export figure"), m_path->text(),
        QStringLiteral("%1 (*.%2)").arg(m_kind->currentText(), m_kind->currentData().toString()));
    if (!path.isEmpty())
        m_path->setText(path);
}

QString ExportDialog::stem() const
{
    const QFileInfo info(m_path->text());
    static const QStringList endings{QStringLiteral("pdf"), QStringLiteral("svg"),
        QStringLiteral("png"), QStringLiteral("csv"), QStringLiteral("json")};
    if (!endings.contains(info.suffix().toLower()))
        return m_path->text();
    return m_path->text().chopped(info.suffix().size() + 1);
}

FigureFormat ExportDialog::format() const
{
    FigureFormat format;
    format.widthInches = m_width->value();
    format.heightInches = m_height->value();
    format.fontPoints = m_font->value();
    format.dpi = m_dpi->value();
    format.theme = m_theme->currentIndex() == 0 ? Theme::light() : Theme::night();
    return format;
}

QStringList ExportDialog::files() const
{
    QStringList files;
    if (m_figure->isChecked())
        files << stem() + QLatin1Char('.') + m_kind->currentData().toString();
    if (m_numbers->isChecked())
        files << stem() + QStringLiteral(".csv");
    if (m_record->isChecked())
        files << stem() + QStringLiteral(".json");
    return files;
}

bool ExportDialog::write()
{
    m_scene.title = m_title->text();
    m_scene.caption = m_caption->text();
    try {
        if (files().isEmpty())
            throw Error(
                "Nothing is chosen to be written; tick the figure, the numbers or the record.");
        for (const QString& file : files()) {
            if (file.endsWith(QLatin1String(".csv")))
                writeCsv(m_scene, file);
            else if (file.endsWith(QLatin1String(".json")))
                writeSidecar(m_scene, file);
            else if (file.endsWith(QLatin1String(".svg")))
                writeSvg(m_scene, format(), file);
            else if (file.endsWith(QLatin1String(".png")))
                writePng(m_scene, format(), file);
            else
                writePdf(m_scene, format(), file);
        }
    } catch (const Error& error) {
        m_problem->setText(QString::fromStdString(error.what()));
        m_problem->show();
        return false;
    }
    m_problem->hide();
    emit written(files());
    return true;
}

} // namespace microtome
