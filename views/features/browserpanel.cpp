#include "views/features/browserpanel.h"

#include "views/features/filterchips.h"
#include "views/features/rowdelegate.h"
#include "views/panel/plainword.h"
#include "views/session/tone.h"
#include "views/session/words.h"

#include <QComboBox>
#include <QEvent>
#include <QHeaderView>
#include <QKeyEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QRandomGenerator>
#include <QScrollBar>
#include <QStackedWidget>
#include <QTableView>
#include <QToolButton>
#include <QVBoxLayout>

#include <algorithm>

namespace microtome {

namespace {

constexpr int pauseAfter = 150; ///< ms without a key
constexpr std::size_t beyond = 48; ///< rows read beside those in sight
constexpr int rowHeight = 24;

/// A table of a million rows must not be searched by its text when a letter is typed.
class RowsView : public QTableView {
public:
    void keyboardSearch(const QString&) override { }
};

} // namespace

BrowserPanel::BrowserPanel(Session& session, FeatureDesk& desk, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_desk(desk)
    , m_table(new FeatureTable(this))
    , m_source(new QComboBox)
    , m_shelf(new QComboBox)
    , m_line(new QLineEdit)
    , m_where(new Words(tr("Words in"), {tr("In labels"), tr("In contexts")}))
    , m_chips(new FilterChips)
    , m_add(actionWord(tr("Filter"), tr("Add a condition on a number")))
    , m_columns(actionWord(tr("Columns"), tr("Choose the columns")))
    , m_random(actionWord(tr("Random"), tr("Open a feature by chance")))
    , m_addMenu(new QMenu(this))
    , m_columnsMenu(new QMenu(this))
    , m_view(new RowsView)
    , m_sentence(new QLabel)
    , m_stack(new QStackedWidget)
{
    setAccessibleName(tr("Features"));
    build();
    fillShelf({}, {});
    fillMenus();
    m_table->setNames(names(), tokens());
    m_table->setSort(m_sort, m_descending);
    m_pause.setSingleShot(true);
    m_pause.setInterval(pauseAfter);
    connect(&m_pause, &QTimer::timeout, this, &BrowserPanel::search);
    connect(m_line, &QLineEdit::textEdited, &m_pause, qOverload<>(&QTimer::start));
    connect(m_line, &QLineEdit::returnPressed, this, &BrowserPanel::enter);
    connect(m_where, &Words::chosen, this, &BrowserPanel::search);
    connect(m_chips, &FilterChips::changed, this, &BrowserPanel::search);
    connect(m_source, &QComboBox::activated, this, &BrowserPanel::search);
    connect(m_shelf, &QComboBox::activated, this, &BrowserPanel::search);
    connect(m_random, &QToolButton::clicked, this, &BrowserPanel::goToRandom);
    connect(m_view->horizontalHeader(), &QHeaderView::sectionClicked, this, &BrowserPanel::sortBy);
    connect(m_view->verticalScrollBar(), &QScrollBar::valueChanged, this, &BrowserPanel::readRows);
    connect(m_view->selectionModel(), &QItemSelectionModel::currentRowChanged, this,
        [this](const QModelIndex& row) {
            if (!row.isValid() || m_marking)
                return;
            m_chosen = m_table->keys()[static_cast<std::size_t>(row.row())];
            emit opened(*m_chosen);
        });
    connect(&m_desk, &FeatureDesk::failed, this, [this](const QString& tag, const QString& why) {
        if (tag != QStringLiteral("find"))
            return;
        m_sentence->setText(why);
        m_stack->setCurrentWidget(m_sentence);
    });
}

void BrowserPanel::build()
{
    m_source->setAccessibleName(tr("Source"));
    m_source->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_source->setMinimumContentsLength(12);
    m_shelf->setAccessibleName(tr("Which features"));
    m_shelf->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_shelf->setMinimumContentsLength(9);
    m_line->setAccessibleName(tr("Words, conditions or a latent's number"));
    m_line->setPlaceholderText(tr("words, density < 1 %, or a number"));
    m_line->setToolTip(
        tr("Words are searched in labels or contexts. \u201cdensity < 1 %\u201d and the "
           "like become conditions with Enter. A latent's number and Enter go there."));
    m_line->setClearButtonEnabled(true);
    m_line->installEventFilter(this);
    m_sentence->setAlignment(Qt::AlignCenter);
    m_sentence->setWordWrap(true);
    m_sentence->setMargin(24);
    setTone(m_sentence, Tone::Secondary);

    m_view->setModel(m_table);
    m_view->setItemDelegate(new RowDelegate(*m_table, m_view));
    m_view->setMouseTracking(true);
    m_view->setAccessibleName(tr("Features"));
    m_view->setShowGrid(false);
    m_view->setWordWrap(false);
    m_view->setFrameShape(QFrame::NoFrame);
    m_view->setSelectionBehavior(QAbstractItemView::SelectRows);
    m_view->setSelectionMode(QAbstractItemView::SingleSelection);
    m_view->setTabKeyNavigation(false);
    m_view->setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    m_view->verticalHeader()->hide();
    m_view->verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    m_view->verticalHeader()->setMinimumSectionSize(rowHeight);
    m_view->verticalHeader()->setDefaultSectionSize(rowHeight);
    m_view->horizontalHeader()->setSectionsClickable(true);
    m_view->horizontalHeader()->setHighlightSections(false);
    m_view->horizontalHeader()->setMinimumSectionSize(32);
    m_view->viewport()->installEventFilter(this);
    m_stack->addWidget(m_view);
    m_stack->addWidget(m_sentence);

    auto* first = new QHBoxLayout;
    first->setContentsMargins(10, 8, 10, 0);
    first->setSpacing(8);
    first->addWidget(m_source);
    first->addWidget(m_shelf);
    first->addWidget(m_line, 1);
    auto* second = new QHBoxLayout;
    second->setContentsMargins(4, 4, 10, 4);
    second->setSpacing(0);
    second->addWidget(m_where);
    second->addStretch(1);
    second->addWidget(m_add);
    second->addWidget(m_columns);
    second->addWidget(m_random);
    auto* third = new QHBoxLayout;
    third->setContentsMargins(10, 0, 10, 0);
    third->addWidget(m_chips);
    m_chips->setFilters({});
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addLayout(first);
    column->addLayout(second);
    column->addLayout(third);
    column->addWidget(m_stack, 1);
    const auto popup = [](QToolButton* word, QMenu* menu) {
        connect(word, &QToolButton::clicked, menu,
            [word, menu] { menu->popup(word->mapToGlobal(QPoint(0, word->height()))); });
    };
    popup(m_add, m_addMenu);
    popup(m_columns, m_columnsMenu);
}

// --- searching

void BrowserPanel::search()
{
    m_pause.stop();
    m_table->setSort(m_sort, m_descending);
    m_desk.read<std::vector<FeatureKey>>(
        QStringLiteral("find"),
        [wish = wish()](FeatureReading& reading) { return reading.find(wish); },
        [this](std::vector<FeatureKey> keys) { show(std::move(keys)); });
}

void BrowserPanel::show(std::vector<FeatureKey> keys)
{
    m_found = true;
    const bool other = keys != m_table->keys();
    m_table->setKeys(std::move(keys));
    if (m_table->keys().empty())
        explainNothing();
    else
        m_stack->setCurrentWidget(m_view);
    mark();
    if (other)
        m_view->scrollToTop();
    readRows();
    emit found();
}

void BrowserPanel::explainNothing()
{
    const FeatureWish w = wish();
    if (w.bookmarked)
        m_sentence->setText(tr("No feature here has a bookmark yet."));
    else if (!w.query.labelWords.empty())
        m_sentence->setText(
            tr("No label has these words. Search in contexts, or write fewer words."));
    else if (!w.query.contextWords.empty())
        m_sentence->setText(tr("No context has these words. Write fewer of them."));
    else if (!w.query.filters.empty())
        m_sentence->setText(tr("No feature meets these conditions. Click one to remove it."));
    else
        m_sentence->setText(tr("There is no such feature here yet."));
    m_stack->setCurrentWidget(m_sentence);
}

void BrowserPanel::sortBy(int column)
{
    if (column == FeatureTable::Says)
        return;
    if (column == FeatureTable::Name) {
        m_sort.reset();
    } else {
        const FeatureNumber number
            = m_table->numbers()[static_cast<std::size_t>(column - FeatureTable::FirstNumber)];
        m_descending = m_sort != number || !m_descending;
        m_sort = number;
    }
    search();
}

void BrowserPanel::goToRandom()
{
    const auto& keys = m_table->keys();
    if (keys.empty())
        return;
    const std::size_t place = randomPlace(keys.size(), QRandomGenerator::global()->generate64());
    const QModelIndex row = m_table->index(static_cast<int>(place), 0);
    m_view->setCurrentIndex(row);
    m_view->scrollTo(row, QAbstractItemView::PositionAtCenter);
}

void BrowserPanel::select(std::optional<FeatureKey> key)
{
    m_chosen = key;
    if (const QModelIndex row = mark(); row.isValid())
        m_view->scrollTo(row);
}

/// The chosen feature's row; invalid where it has none.
QModelIndex BrowserPanel::mark()
{
    m_marking = true;
    const auto place = m_chosen ? positionOf(m_table->keys(), *m_chosen) : std::nullopt;
    QModelIndex row;
    if (place)
        row = m_table->index(static_cast<int>(*place), 0);
    m_view->selectionModel()->setCurrentIndex(
        row, QItemSelectionModel::ClearAndSelect | QItemSelectionModel::Rows);
    m_marking = false;
    return row;
}

// --- rows

void BrowserPanel::readAgain()
{
    m_table->forget();
    readRows();
}

void BrowserPanel::readRows()
{
    if (m_table->keys().empty())
        return;
    const int top = std::max(m_view->rowAt(0), 0);
    const auto first = static_cast<std::size_t>(top);
    const auto seen = static_cast<std::size_t>(m_view->viewport()->height() / rowHeight + 2);
    auto [begin, end] = m_table->missing(first, first + seen);
    if (begin >= end)
        return;
    begin -= std::min(begin, beyond);
    end = std::min(end + beyond, m_table->keys().size());
    const auto& keys = m_table->keys();
    std::vector<FeatureKey> wanted(keys.begin() + static_cast<std::ptrdiff_t>(begin),
        keys.begin() + static_cast<std::ptrdiff_t>(end));
    m_desk.read<std::vector<FeatureRow>>(
        QStringLiteral("rows"),
        [wanted, numbers = m_table->wanted(), wish = wish()](
            FeatureReading& reading) { return reading.rows(wanted, numbers, wish); },
        [this, begin = begin](
            const std::vector<FeatureRow>& rows) { m_table->supply(begin, rows); });
}

bool BrowserPanel::eventFilter(QObject* watched, QEvent* event)
{
    if (watched == m_view->viewport() && event->type() == QEvent::Resize) {
        widen();
        readRows();
    }
    if (watched == m_line && event->type() == QEvent::KeyPress
        && static_cast<QKeyEvent*>(event)->key() == Qt::Key_Down) {
        m_view->setFocus(Qt::TabFocusReason);
        if (!m_view->currentIndex().isValid() && m_table->rowCount() > 0)
            m_view->setCurrentIndex(m_table->index(0, 0));
        return true;
    }
    return QWidget::eventFilter(watched, event);
}

void BrowserPanel::setLook(const Style& look)
{
    m_table->setLook(look);
    widen();
    m_view->viewport()->update();
}

/// Columns as wide as their heads and numbers, the label with what is left.
void BrowserPanel::widen()
{
    QHeaderView& header = *m_view->horizontalHeader();
    const QFontMetrics text(m_view->font());
    const QFontMetrics mono(m_table->look().font(TextRole::Token));
    constexpr int around = 2 * RowDelegate::padding + 2;
    std::uint64_t most = 0;
    int prefix = 0;
    for (const SourceLine& line : m_sources) {
        most = std::max(most, line.source.latents);
        if (m_source->currentData().toInt() <= 0)
            prefix = std::max(
                prefix, mono.horizontalAdvance(QString::fromStdString(line.source.name) + u'/'));
    }
    int left = m_view->viewport()->width();
    for (int i = 0; i < m_table->columnCount(); ++i) {
        if (i == FeatureTable::Says)
            continue;
        QString head = m_table->headerData(i, Qt::Horizontal, Qt::DisplayRole).toString();
        int width = text.horizontalAdvance(head + QStringLiteral(" \u25be"));
        if (i == FeatureTable::Name)
            width = std::max(width, prefix + mono.horizontalAdvance(QString::number(most)));
        else
            width = std::max(width, text.horizontalAdvance(QStringLiteral("000.00")));
        header.resizeSection(i, width + around);
        left -= width + around;
    }
    header.resizeSection(FeatureTable::Says, std::max(left, 140));
}

} // namespace microtome
