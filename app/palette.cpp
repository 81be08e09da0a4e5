#include "app/palette.h"

#include "app/fuzzy.h"

#include <QKeyEvent>
#include <QLineEdit>
#include <QListWidget>
#include <QPainter>
#include <QStyledItemDelegate>
#include <QVBoxLayout>

#include <algorithm>

namespace microtome {

namespace {

constexpr int mostShown = 10;
constexpr int lineHeight = 28;

/// A title at the left, its kind in secondary text at the right.
class ItemDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const override
    {
        return {200, lineHeight};
    }

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
        const QModelIndex& index) const override
    {
        const bool selected = option.state & QStyle::State_Selected;
        if (selected)
            painter->fillRect(option.rect, option.palette.color(QPalette::AlternateBase));
        const QRect line = option.rect.adjusted(12, 0, -12, 0);
        painter->setPen(option.palette.color(QPalette::Text));
        painter->drawText(line, Qt::AlignLeft | Qt::AlignVCenter, index.data().toString());
        painter->setPen(option.palette.color(QPalette::Dark));
        painter->drawText(
            line, Qt::AlignRight | Qt::AlignVCenter, index.data(Qt::UserRole).toString());
    }
};

} // namespace

Palette::Palette(Source source, QWidget* parent)
    : QFrame(parent)
    , m_source(std::move(source))
    , m_line(new QLineEdit(this))
    , m_list(new QListWidget(this))
{
    setObjectName(QStringLiteral("palette"));
    setStyleSheet(QStringLiteral("#palette { border: 1px solid palette(mid); border-radius: 3px; "
                                 "background: palette(base); }"
                                 "#palette QLineEdit { border: none; min-height: 32px; }"));
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(1, 1, 1, 4);
    column->setSpacing(0);
    column->addWidget(m_line);
    column->addWidget(m_list);
    m_line->setPlaceholderText(tr("A command, a view, a head (3.1), a token, a hook name…"));
    m_line->setAccessibleName(tr("Command palette"));
    m_list->setAccessibleName(tr("What it may mean"));
    m_list->setItemDelegate(new ItemDelegate(m_list));
    m_list->setFocusPolicy(Qt::NoFocus);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_line->installEventFilter(this);
    connect(m_line, &QLineEdit::textChanged, this, &Palette::search);
    connect(m_list, &QListWidget::itemClicked, this, &Palette::take);
    hide();
}

void Palette::open()
{
    m_line->clear();
    search({});
    show();
    raise();
    m_line->setFocus(Qt::PopupFocusReason);
}

void Palette::search(const QString& query)
{
    std::vector<std::pair<int, PaletteItem>> scored;
    for (PaletteItem& item : m_source(query)) {
        const int score = item.bonus > 0 ? item.bonus : fuzzyScore(query, item.title);
        if (score > 0)
            scored.emplace_back(score, std::move(item));
    }
    std::ranges::stable_sort(scored, std::greater(), &std::pair<int, PaletteItem>::first);
    m_found.clear();
    m_list->clear();
    for (auto& [score, item] : scored) {
        if (m_list->count() >= mostShown)
            break;
        auto* line = new QListWidgetItem(item.title, m_list);
        line->setData(Qt::UserRole, item.detail);
        m_found.push_back(std::move(item));
    }
    m_list->setCurrentRow(0);
    place();
}

void Palette::place()
{
    const int width = std::min(560, parentWidget()->width() - 40);
    const int height = 40 + std::max(1, m_list->count()) * lineHeight;
    setGeometry((parentWidget()->width() - width) / 2, 84, width, height);
}

QStringList Palette::titles() const
{
    QStringList titles;
    for (const PaletteItem& item : m_found)
        titles << item.title;
    return titles;
}

void Palette::take()
{
    const int row = m_list->currentRow();
    hide();
    parentWidget()->setFocus();
    if (row >= 0 && row < static_cast<int>(m_found.size())) {
        const auto run = m_found[static_cast<std::size_t>(row)].run;
        run();
    }
}

bool Palette::eventFilter(QObject* object, QEvent* event)
{
    if (event->type() == QEvent::FocusOut) {
        hide();
    } else if (event->type() == QEvent::KeyPress) {
        const int key = static_cast<QKeyEvent*>(event)->key();
        const int rows = m_list->count();
        if (key == Qt::Key_Escape) {
            hide();
            parentWidget()->setFocus();
            return true;
        }
        if (key == Qt::Key_Return || key == Qt::Key_Enter) {
            take();
            return true;
        }
        if ((key == Qt::Key_Down || key == Qt::Key_Up) && rows > 0) {
            const int step = key == Qt::Key_Down ? 1 : rows - 1;
            m_list->setCurrentRow((m_list->currentRow() + step) % rows);
            return true;
        }
    }
    return QFrame::eventFilter(object, event);
}

} // namespace microtome
