#include "views/features/labelspanel.h"

#include "views/panel/plainword.h"
#include "views/session/tone.h"
#include "views/style/number.h"

#include <QHBoxLayout>
#include <QLineEdit>
#include <QToolButton>
#include <QVBoxLayout>

namespace microtome {

namespace {

constexpr std::size_t mostRows = 6;

QString originOf(const FeatureLabel& label)
{
    const QString method = QString::fromStdString(label.method);
    const QString author = QString::fromStdString(label.model.empty() ? label.author : label.model);
    if (method.isEmpty() || author.isEmpty())
        return method + author;
    return method + QStringLiteral(", ") + author;
}

} // namespace

QString scoreText(const LabelScore& score)
{
    QString text = QString::fromStdString(score.scorer) + u' ';
    if (!score.value)
        return text + LabelsPanel::tr("missing");
    text += formatNumber(*score.value, 2);
    if (score.low && score.high)
        text += QStringLiteral(" (%1 \u2013 %2, n %3)")
                    .arg(formatNumber(*score.low, 2), formatNumber(*score.high, 2))
                    .arg(score.n);
    return text;
}

LabelsPanel::LabelsPanel(QWidget* parent)
    : QWidget(parent)
    , m_rows(new QVBoxLayout)
    , m_line(new QLineEdit)
{
    setAccessibleName(tr("Labels"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(10, 0, 10, 0);
    column->setSpacing(4);
    m_rows->setSpacing(0);
    column->addLayout(m_rows);
    column->addWidget(m_line);
    m_line->setAccessibleName(tr("Write a label"));
    connect(m_line, &QLineEdit::returnPressed, this, [this] {
        if (const QString text = m_line->text().trimmed(); !text.isEmpty())
            emit written(text);
    });
}

QWidget* LabelsPanel::rowOf(
    const FeatureLabel& label, const std::vector<LabelScore>& scores, bool writable)
{
    auto* row = new QWidget;
    auto* line = new QHBoxLayout(row);
    line->setContentsMargins(0, 0, 0, 0);
    line->setSpacing(8);
    auto* text = new ToneLabel(Tone::Text, QString::fromStdString(label.text));
    text->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    line->addWidget(text, 1);
    QStringList said;
    for (const LabelScore& score : scores)
        if (score.label == label.id)
            said << scoreText(score);
    if (const QString origin = originOf(label); !origin.isEmpty())
        said << origin;
    auto* about = new ToneLabel(Tone::Secondary, said.join(QStringLiteral(" \u00b7 ")));
    line->addWidget(about);
    if (writable && !label.run) {
        QToolButton* remove
            = actionWord(tr("Remove"), tr("Remove the label %1").arg(text->fullText()));
        connect(remove, &QToolButton::clicked, this,
            [this, id = static_cast<qint64>(label.id)] { emit removed(id); });
        line->addWidget(remove);
    }
    row->setFixedHeight(24);
    return row;
}

void LabelsPanel::setLabels(
    const std::vector<FeatureLabel>& labels, const std::vector<LabelScore>& scores, bool writable)
{
    while (QLayoutItem* item = m_rows->takeAt(0)) {
        if (QWidget* widget = item->widget()) {
            widget->hide();
            widget->deleteLater();
        }
        delete item;
    }
    for (std::size_t i = 0; i < std::min(labels.size(), mostRows); ++i)
        m_rows->addWidget(rowOf(labels[i], scores, writable));
    m_line->setEnabled(writable);
    m_line->setPlaceholderText(!writable ? tr("This project can only be read")
            : labels.empty()             ? tr("No label yet. Write what it is")
                                         : tr("Write another label"));
}

} // namespace microtome
