#include "views/edits/editrow.h"

#include "views/edits/editslider.h"
#include "views/edits/edittext.h"
#include "views/session/tone.h"
#include "views/style/number.h"

#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QHBoxLayout>
#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolButton>

#include <algorithm>

Q_DECLARE_METATYPE(microtome::EditPositions)

namespace microtome {

namespace {

ToneLabel* numberLabel(QWidget* parent, int width, const QString& tip)
{
    auto* label = new ToneLabel(Tone::Text, {}, parent);
    label->setAlignment(Qt::AlignRight);
    label->setFixedWidth(width);
    label->setStatusTip(tip);
    return label;
}

} // namespace

EditRow::EditRow(Session& session, int index, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_index(index)
    , m_switch(new QCheckBox(this))
    , m_label(new ToneLabel(Tone::Text, {}, this))
    , m_operation(new ToneLabel(Tone::Secondary, {}, this))
    , m_positions(new QComboBox(this))
    , m_slider(new EditSlider(this))
    , m_value(numberLabel(this, 64, tr("strength")))
    , m_kl(numberLabel(this, 64, tr("KL divergence from the unedited prediction, nats")))
    , m_target(numberLabel(this, 52, tr("change of the target's logit")))
    , m_remove(new QToolButton(this))
{
    setObjectName(QStringLiteral("edit%1").arg(index));
    setFixedHeight(rowHeight);
    setFocusPolicy(Qt::StrongFocus);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(10, 0, 6, 0);
    row->setSpacing(8);
    m_label->setFixedWidth(132);
    m_operation->setFixedWidth(48);
    m_positions->setFixedWidth(120);
    m_positions->setProperty("flat", true);
    m_positions->setAccessibleName(tr("Positions"));
    m_slider->setAccessibleName(tr("Strength"));
    m_remove->setText(QStringLiteral("×"));
    m_remove->setAccessibleName(tr("Remove this edit"));
    m_remove->setToolTip(tr("Remove this edit"));
    setTone(m_kl, Tone::Secondary);
    for (QWidget* widget :
        std::initializer_list<QWidget*>{m_switch, m_label, m_operation, m_positions})
        row->addWidget(widget);
    row->addWidget(m_slider, 1);
    for (QWidget* widget : std::initializer_list<QWidget*>{m_value, m_kl, m_target, m_remove})
        row->addWidget(widget);

    connect(m_switch, &QCheckBox::clicked, this,
        [this](bool on) { m_session.editList().setEnabled(m_index, on); });
    connect(m_slider, &EditSlider::slidTo, this, &EditRow::slide);
    connect(m_slider, &QSlider::sliderReleased, this, [this] { m_session.editList().endDrag(); });
    connect(m_positions, &QComboBox::activated, this, &EditRow::choosePositions);
    connect(
        m_remove, &QToolButton::clicked, this, [this] { m_session.editList().remove(m_index); });
}

void EditRow::show(const Edit& edit, const Effect* effect, bool current)
{
    m_current = current;
    const QString label = editLabel(edit);
    setAccessibleName(label);
    m_switch->setChecked(edit.enabled);
    m_switch->setAccessibleName(tr("%1 on").arg(label));
    m_label->setFullText(label);
    if (!edit.source.empty())
        m_label->setToolTip(QString::fromStdString(edit.source));
    m_operation->setFullText(operationText(edit.operation));
    showPositions(edit.positions);
    const EditScale scale = scaleOf(edit);
    m_slider->setScale(scale.low, scale.high, scale.home);
    if (!m_slider->isSliderDown())
        m_slider->setNumber(scale.number ? edit.number : edit.strength);
    m_value->setFullText(amountText(edit));
    const bool known = effect && effect->known;
    m_kl->setFullText(tr("KL %1").arg(known ? formatNumber(effect->kl, 2) : QStringLiteral("–")));
    m_target->setFullText(known ? formatNumber(effect->target, 2, true) : QStringLiteral("–"));
    for (ToneLabel* text : {m_label, m_value, m_target})
        setTone(text, edit.enabled ? Tone::Text : Tone::Faint);
    update();
}

void EditRow::showPositions(const EditPositions& positions)
{
    const QSignalBlocker quiet(m_positions);
    m_positions->clear();
    using Kind = EditPositions::Kind;
    std::vector<EditPositions> offered;
    for (const Kind kind : {Kind::All, Kind::Prompt, Kind::Generated, Kind::Last})
        offered.push_back({kind, 0, 0, 0, {}});
    if (const Position focus = m_session.selection().focus().position; focus.valid())
        offered.push_back(EditPositions::at(focus));
    if (std::ranges::find(offered, positions) == offered.end())
        offered.push_back(positions);
    for (const EditPositions& p : offered) {
        m_positions->addItem(positionsText(p, m_session), QVariant::fromValue(p));
        if (p == positions)
            m_positions->setCurrentIndex(m_positions->count() - 1);
    }
}

void EditRow::choosePositions(int item)
{
    m_session.editList().setPositions(m_index, m_positions->itemData(item).value<EditPositions>());
}

void EditRow::slide(double number)
{
    if (scaleOf(m_session.editList().at(m_index)).number)
        m_session.editList().setNumber(m_index, number);
    else
        m_session.editList().setStrength(m_index, number);
}

void EditRow::paintEvent(QPaintEvent*)
{
    QPainter painter(this);
    if (m_current || hasFocus())
        painter.fillRect(rect(), m_session.theme().accentBackground);
}

void EditRow::mousePressEvent(QMouseEvent* event)
{
    m_pressed = event->pos();
    m_session.editList().setCurrent(m_index);
    const Edit& edit = m_session.editList().at(m_index);
    if (edit.site.layer.valid() && edit.site.head.valid())
        m_session.selection().focusHead(edit.site.layer, edit.site.head);
}

void EditRow::mouseMoveEvent(QMouseEvent* event)
{
    if (!(event->buttons() & Qt::LeftButton))
        return;
    m_dragging = m_dragging
        || (event->pos() - m_pressed).manhattanLength() >= QApplication::startDragDistance();
    if (m_dragging)
        emit dragged(m_index, mapToParent(event->pos()).y());
}

void EditRow::mouseReleaseEvent(QMouseEvent* event)
{
    if (m_dragging)
        emit dropped(m_index, mapToParent(event->pos()).y());
    m_dragging = false;
}

void EditRow::keyPressEvent(QKeyEvent* event)
{
    EditList& list = m_session.editList();
    const bool alt = event->modifiers() & Qt::AltModifier;
    if (event->key() == Qt::Key_Delete)
        list.remove(m_index);
    else if (event->key() == Qt::Key_Space)
        list.setEnabled(m_index, !list.at(m_index).enabled);
    else if (alt && event->key() == Qt::Key_Up)
        list.move(m_index, m_index - 1);
    else if (alt && event->key() == Qt::Key_Down)
        list.move(m_index, m_index + 1);
    else
        QWidget::keyPressEvent(event);
}

} // namespace microtome
