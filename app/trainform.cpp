#include "app/trainform.h"

#include "core/work/error.h"
#include "views/session/tone.h"
#include "views/session/words.h"

#include <nlohmann/json.hpp>

#include <QFileDialog>
#include <QFileInfo>
#include <QGridLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSpinBox>
#include <QStandardPaths>

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

constexpr int mostCheckpoints = 8;

/// About so many checkpoints, by the logarithm of the step.
std::vector<std::int64_t> checkpointsOf(std::int64_t steps)
{
    std::vector<std::int64_t> at{0};
    const double last = std::log10(static_cast<double>(steps));
    for (int i = 1; i < mostCheckpoints; ++i) {
        const auto step
            = static_cast<std::int64_t>(std::llround(std::pow(10, last * i / mostCheckpoints)));
        if (step > at.back() && step < steps)
            at.push_back(step);
    }
    return at;
}

} // namespace

TrainForm::TrainForm(QWidget* parent)
    : QWidget(parent)
    , m_grid(new QGridLayout(this))
    , m_start(new Words(tr("Start from"), {tr("The open model"), tr("A configuration file")}))
{
    m_grid->setContentsMargins(0, 0, 0, 0);
    m_grid->setHorizontalSpacing(8);
    m_grid->setVerticalSpacing(8);
    m_grid->setColumnStretch(1, 1);
    auto* label = new QLabel(tr("Start from"));
    m_grid->addWidget(label, 0, 0);
    m_grid->addWidget(m_start, 0, 1, 1, 2, Qt::AlignLeft);

    addFile("train", tr("Text"), tr("one document a line"), false);
    addFile("heldout", tr("Held-out text"), tr("measured, not trained on"), false);
    auto* numbers = new QWidget;
    auto* row = new QHBoxLayout(numbers);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(8);
    const auto spin = [&](const char* name, const QString& text, int low, int high, int value) {
        auto* box = new QSpinBox;
        box->setObjectName(QLatin1String(name));
        box->setAccessibleName(text);
        box->setRange(low, high);
        box->setValue(value);
        box->setGroupSeparatorShown(true);
        box->setButtonSymbols(QSpinBox::NoButtons);
        box->setFixedWidth(84);
        auto* caption = new QLabel(text);
        setTone(caption, Tone::Secondary);
        caption->setBuddy(box);
        row->addWidget(box);
        row->addWidget(caption);
        row->addSpacing(8);
        connect(box, &QSpinBox::valueChanged, this, &TrainForm::changed);
    };
    spin("steps", tr("steps"), 1, 100000000, 1000);
    spin("sequence", tr("tokens a row"), 2, 1 << 20, 128);
    spin("batch", tr("tokens a step"), 2, 1 << 24, 4096);
    row->addStretch(1);
    auto* amounts = new QLabel(tr("Amounts"));
    m_grid->addWidget(amounts, 3, 0);
    m_grid->addWidget(numbers, 3, 1, 1, 2);
    auto* rateLabel = new QLabel(tr("Learning rate"));
    auto* rate = new QLineEdit(QStringLiteral("0.0003"));
    rate->setObjectName(QStringLiteral("rate"));
    rate->setAccessibleName(tr("Learning rate"));
    rate->setFixedWidth(84);
    m_grid->addWidget(rateLabel, 4, 0);
    m_grid->addWidget(rate, 4, 1);
    connect(rate, &QLineEdit::textChanged, this, &TrainForm::changed);
    m_own.insert(m_own.end(), {amounts, numbers, rateLabel, rate});
    addFile(
        "config", tr("Configuration"), tr("microtome-cli train --help tells its fields"), false);
    addFile("out", tr("New folder"), tr("of the model that is made"), true);
    connect(m_start, &Words::chosen, this, &TrainForm::show);
    show();
}

QLineEdit* TrainForm::addFile(
    const char* name, const QString& label, const QString& hint, bool folder)
{
    const int row = m_grid->rowCount();
    auto* caption = new QLabel(label);
    auto* line = new QLineEdit;
    line->setObjectName(QLatin1String(name));
    line->setAccessibleName(label);
    line->setPlaceholderText(hint);
    auto* choose = new QPushButton(tr("Choose…"));
    choose->setAccessibleName(tr("Choose: %1").arg(label));
    choose->setAutoDefault(false);
    m_grid->addWidget(caption, row, 0);
    m_grid->addWidget(line, row, 1);
    m_grid->addWidget(choose, row, 2);
    connect(line, &QLineEdit::textChanged, this, &TrainForm::changed);
    connect(choose, &QPushButton::clicked, this, [this, line, label, folder] {
        const QString path = folder
            ? QFileDialog::getSaveFileName(this, label, line->text(), {}, nullptr,
                QFileDialog::ShowDirsOnly | QFileDialog::DontConfirmOverwrite)
            : QFileDialog::getOpenFileName(this, label, line->text());
        if (!path.isEmpty())
            line->setText(path);
    });
    const QString of = QLatin1String(name);
    if (of == QStringLiteral("config"))
        m_given.insert(m_given.end(), {caption, line, choose});
    else if (!folder)
        m_own.insert(m_own.end(), {caption, line, choose});
    return line;
}

void TrainForm::setModel(const QString& folder, int context, bool ends)
{
    const bool other = folder != m_model;
    m_model = folder;
    m_ends = ends;
    m_start->setWordEnabled(0, !folder.isEmpty(), tr("Open a model first"));
    if (folder.isEmpty())
        m_start->setActive(1);
    number("sequence")->setMaximum(std::max(context, 2));
    if (other && field("out")->text().isEmpty() && !folder.isEmpty())
        field("out")->setText(QStandardPaths::writableLocation(QStandardPaths::DocumentsLocation)
            + u'/' + QFileInfo(folder).fileName() + QStringLiteral("-tuned"));
}

void TrainForm::show()
{
    for (QWidget* widget : m_own)
        widget->setVisible(start() == Start::FineTune);
    for (QWidget* widget : m_given)
        widget->setVisible(start() == Start::Configuration);
    emit changed();
}

TrainForm::Start TrainForm::start() const
{
    return static_cast<Start>(m_start->active());
}

QLineEdit* TrainForm::field(const char* name) const
{
    return findChild<QLineEdit*>(QLatin1String(name));
}

QSpinBox* TrainForm::number(const char* name) const
{
    return findChild<QSpinBox*>(QLatin1String(name));
}

QString TrainForm::out() const
{
    return field("out")->text().trimmed();
}

QString TrainForm::configFile() const
{
    return field("config")->text().trimmed();
}

void TrainForm::check() const
{
    const auto need = [](const QString& path, const char* what, bool optional) {
        if (path.isEmpty() && optional)
            return;
        if (!QFileInfo(path).isFile())
            throw Error(path.isEmpty() ? std::string("Choose ") + what + "."
                                       : "There is no file " + path.toStdString() + ".");
    };
    if (start() == Start::Configuration) {
        need(configFile(), "a configuration file", false);
    } else {
        if (m_model.isEmpty())
            throw Error("Open a model to fine-tune, or choose a configuration file.");
        need(field("train")->text().trimmed(), "a text to train on", false);
        need(field("heldout")->text().trimmed(), "a held-out text", true);
        bool ok = false;
        const double rate = field("rate")->text().toDouble(&ok);
        if (!ok || !(rate > 0) || !std::isfinite(rate))
            throw Error("The learning rate is a number above 0, such as 0.0003.");
    }
    if (out().isEmpty())
        throw Error("Name the new folder that the model is written to.");
    if (QFileInfo(out()).isFile())
        throw Error("The new folder " + out().toStdString() + " is a file; choose another name.");
}

nlohmann::json TrainForm::config() const
{
    check();
    const std::int64_t steps = number("steps")->value();
    const auto whole = [this](const char* name) {
        return QFileInfo(field(name)->text().trimmed()).absoluteFilePath().toStdString();
    };
    nlohmann::json config{{"model", {{"from", m_model.toStdString()}}},
        {"data",
            {{"train", whole("train")}, {"documents", "lines"},
                {"packing", m_ends ? "packed" : "padded"}}},
        {"steps", steps}, {"sequence", number("sequence")->value()},
        {"batch_tokens", number("batch")->value()},
        {"optimizer", {{"learning_rate", field("rate")->text().toDouble()}}},
        {"evaluate", {{"every", std::max<std::int64_t>(steps / 40, 1)}}},
        {"checkpoints", checkpointsOf(steps)},
        {"save_every", std::clamp<std::int64_t>(steps / 10, 1, 200)}};
    if (!field("heldout")->text().trimmed().isEmpty())
        config["data"]["heldout"] = whole("heldout");
    return config;
}

} // namespace microtome
