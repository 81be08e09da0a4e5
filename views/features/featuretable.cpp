#include "views/features/featuretable.h"

#include "views/features/numbertext.h"

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

constexpr std::size_t mostRows = 4096; ///< that are kept

} // namespace

FeatureTable::FeatureTable(QObject* parent)
    : QAbstractTableModel(parent)
    , m_numbers{FeatureNumber::Density, FeatureNumber::Max, FeatureNumber::Mean,
          FeatureNumber::TopToken}
    , m_look(Style::screen(Theme::light()))
{
}

void FeatureTable::setKeys(std::vector<FeatureKey> keys)
{
    if (keys == m_keys)
        return forget();
    beginResetModel();
    m_keys = std::move(keys);
    m_rows.clear();
    endResetModel();
}

void FeatureTable::setNumbers(std::vector<FeatureNumber> numbers)
{
    if (numbers == m_numbers)
        return;
    beginResetModel();
    m_numbers = std::move(numbers);
    m_rows.clear();
    endResetModel();
}

std::vector<FeatureNumber> FeatureTable::wanted() const
{
    std::vector<FeatureNumber> all = m_numbers;
    all.push_back(FeatureNumber::TopToken);
    return all;
}

void FeatureTable::setNames(FeatureName name, TokenName token)
{
    m_name = std::move(name);
    m_token = std::move(token);
}

void FeatureTable::setLook(const Style& look)
{
    m_look = look;
}

void FeatureTable::setSort(std::optional<FeatureNumber> number, bool descending)
{
    m_sort = number;
    m_descending = descending;
    emit headerDataChanged(Qt::Horizontal, 0, columnCount() - 1);
}

std::pair<std::size_t, std::size_t> FeatureTable::missing(std::size_t first, std::size_t end) const
{
    end = std::min(end, m_keys.size());
    const auto known = [&](std::size_t row) {
        const auto found = m_rows.find(static_cast<int>(row));
        return found != m_rows.end() && found->second.age == m_age;
    };
    while (first < end && known(first))
        ++first;
    while (end > first && known(end - 1))
        --end;
    return {first, std::max(first, end)};
}

void FeatureTable::supply(std::size_t first, const std::vector<FeatureRow>& rows)
{
    if (m_rows.size() + rows.size() > mostRows)
        m_rows.clear();
    for (std::size_t i = 0; i < rows.size(); ++i)
        if (first + i < m_keys.size() && m_keys[first + i] == rows[i].key)
            m_rows.insert_or_assign(static_cast<int>(first + i), Supplied{rows[i], m_age});
    if (!rows.empty())
        emit dataChanged(index(static_cast<int>(first), 0),
            index(static_cast<int>(first + rows.size()) - 1, columnCount() - 1));
}

void FeatureTable::forget()
{
    ++m_age;
}

const FeatureRow* FeatureTable::row(int row) const
{
    const auto found = m_rows.find(row);
    return found == m_rows.end() ? nullptr : &found->second.row;
}

int FeatureTable::rowCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_keys.size());
}

int FeatureTable::columnCount(const QModelIndex& parent) const
{
    return parent.isValid() ? 0 : FirstNumber + static_cast<int>(m_numbers.size());
}

bool FeatureTable::isTokenColumn(int column) const
{
    return column >= FirstNumber
        && m_numbers[static_cast<std::size_t>(column - FirstNumber)] == FeatureNumber::TopToken;
}

QString FeatureTable::says(int at) const
{
    const FeatureRow* known = row(at);
    if (!known)
        return {};
    if (!known->label.empty())
        return QString::fromStdString(known->label);
    const double token = known->numbers.empty() ? -1 : known->numbers.back();
    return std::isnan(token) || token < 0
        ? tr("never fires")
        : tr("mostly %1").arg(m_token(known->key.source, static_cast<TokenId>(token)));
}

QVariant FeatureTable::text(const QModelIndex& index) const
{
    if (index.column() == Name)
        return m_name ? m_name(m_keys[static_cast<std::size_t>(index.row())]) : QString();
    if (index.column() == Says)
        return says(index.row());
    const FeatureRow* known = row(index.row());
    const auto column = static_cast<std::size_t>(index.column() - FirstNumber);
    if (!known || column >= known->numbers.size())
        return {};
    const double value = known->numbers[column];
    if (isTokenColumn(index.column()) && !std::isnan(value) && value >= 0)
        return m_token(known->key.source, static_cast<TokenId>(value));
    return numberText(m_numbers[column], value);
}

QVariant FeatureTable::data(const QModelIndex& index, int role) const
{
    if (!index.isValid() || index.row() >= rowCount())
        return {};
    const int column = index.column();
    switch (role) {
    case Qt::DisplayRole:
        return text(index);
    case Qt::ToolTipRole:
        return column == Says ? QVariant(says(index.row())) : QVariant();
    case Qt::TextAlignmentRole:
        return column >= FirstNumber && !isTokenColumn(column)
            ? QVariant::fromValue(Qt::Alignment(Qt::AlignRight | Qt::AlignVCenter))
            : QVariant::fromValue(Qt::Alignment(Qt::AlignLeft | Qt::AlignVCenter));
    case Qt::FontRole:
        return column == Name || isTokenColumn(column) ? QVariant(m_look.font(TextRole::Token))
                                                       : QVariant();
    case Qt::ForegroundRole: {
        const FeatureRow* known = row(index.row());
        return column == Says && known && known->label.empty() ? QVariant(m_look.theme.secondary)
                                                               : QVariant();
    }
    default:
        return {};
    }
}

QVariant FeatureTable::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section >= columnCount())
        return {};
    if (role == Qt::TextAlignmentRole)
        return QVariant::fromValue(Qt::Alignment(Qt::AlignVCenter
            | (section >= FirstNumber && !isTokenColumn(section) ? Qt::AlignRight
                                                                 : Qt::AlignLeft)));
    if (role == Qt::ToolTipRole && section != Says)
        return tr("Sort by this");
    if (role != Qt::DisplayRole)
        return {};
    if (section == Says)
        return tr("label");
    const QString arrow = m_descending ? QStringLiteral(" \u25be") : QStringLiteral(" \u25b4");
    if (section == Name)
        return m_sort ? tr("latent") : tr("latent") + arrow;
    const FeatureNumber number = m_numbers[static_cast<std::size_t>(section - FirstNumber)];
    return m_sort == number ? columnTitle(number) + arrow : columnTitle(number);
}

} // namespace microtome
