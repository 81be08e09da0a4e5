#include "app/tabledialog.h"

#include "views/session/amount.h"
#include "views/session/tone.h"

#include <QAbstractTableModel>
#include <QApplication>
#include <QClipboard>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QPushButton>
#include <QShortcut>
#include <QTableView>
#include <QVBoxLayout>

#include <algorithm>

namespace microtome {

namespace {

/// A Table as Qt's views read it; numbers right-aligned in the fewest digits that read back.
class TableModel : public QAbstractTableModel {
public:
    TableModel(Table table, QObject* parent)
        : QAbstractTableModel(parent)
        , m_table(std::move(table))
    {
    }
    int rowCount(const QModelIndex& parent) const override
    {
        return parent.isValid() ? 0 : static_cast<int>(m_table.rows.size());
    }
    int columnCount(const QModelIndex& parent) const override
    {
        return parent.isValid() ? 0 : static_cast<int>(m_table.columns.size());
    }
    QVariant data(const QModelIndex& index, int role) const override
    {
        const auto& row = m_table.rows[static_cast<std::size_t>(index.row())];
        const auto column = static_cast<std::size_t>(index.column());
        if (column >= row.size())
            return {};
        const auto* text = std::get_if<QString>(&row[column]);
        if (role == Qt::TextAlignmentRole && !text)
            return QVariant::fromValue(Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter));
        if (role != Qt::DisplayRole)
            return {};
        return text
            ? *text
            : QString::number(std::get<double>(row[column]), 'g', QLocale::FloatingPointShortest);
    }
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override
    {
        if (role != Qt::DisplayRole)
            return {};
        return orientation == Qt::Horizontal ? QVariant(m_table.columns[section])
                                             : QVariant(section + 1);
    }

private:
    Table m_table;
};

} // namespace

TableDialog::TableDialog(const QString& title, const Table& table, QWidget* parent)
    : QDialog(parent)
{
    setWindowTitle(tr("%1 – numbers").arg(title));
    setAttribute(Qt::WA_DeleteOnClose);
    resize(720, 480);
    auto* view = new QTableView(this);
    view->setAccessibleName(title);
    view->setModel(new TableModel(table, view));
    view->verticalHeader()->setDefaultSectionSize(24);
    view->setAlternatingRowColors(true);
    auto* copy = new QPushButton(tr("Copy"), this);
    copy->setToolTip(tr("The selected cells, or all of them, with tabs between"));
    auto* count = new ToneLabel(Tone::Secondary,
        counted(static_cast<qint64>(table.rows.size()), tr("row"), tr("rows")), this);
    auto* foot = new QHBoxLayout;
    foot->addWidget(count, 1);
    foot->addWidget(copy);
    auto* column = new QVBoxLayout(this);
    column->addWidget(view, 1);
    column->addLayout(foot);
    auto copyCells = [view, table] {
        QModelIndexList cells = view->selectionModel()->selectedIndexes();
        QStringList lines;
        if (cells.empty()) {
            lines << table.columns.join(u'\t');
            for (int row = 0; row < view->model()->rowCount(); ++row)
                for (int c = 0; c < view->model()->columnCount(); ++c)
                    cells << view->model()->index(row, c);
        }
        std::sort(cells.begin(), cells.end());
        int row = -1;
        for (const QModelIndex& cell : cells) {
            if (cell.row() != row)
                lines << cell.data().toString();
            else
                lines.back() += u'\t' + cell.data().toString();
            row = cell.row();
        }
        QApplication::clipboard()->setText(lines.join(u'\n'));
    };
    connect(copy, &QPushButton::clicked, view, copyCells);
    connect(new QShortcut(QKeySequence::Copy, this), &QShortcut::activated, view, copyCells);
}

} // namespace microtome
