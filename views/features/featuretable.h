#pragma once

#include "core/store/features/browser.h"
#include "views/session/session.h"
#include "views/style/style.h"

#include <QAbstractTableModel>

#include <functional>
#include <unordered_map>

namespace microtome {

/// A token of a source's vocabulary as people read it; by number where its tokenizer is not open.
using TokenName = std::function<QString(SourceId, TokenId)>;

/// A feature's name where several sources may be meant: `817`, or `res-2/817`.
using FeatureName = std::function<QString(FeatureKey)>;

/// Features in an order, a row each: of most only their keys are known, 8 bytes, and what is shown
/// of those in sight is supplied when it arrives. Columns: name, label or commonest token, numbers.
class FeatureTable : public QAbstractTableModel {
    Q_OBJECT
public:
    enum Column { Name, Says, FirstNumber };

    explicit FeatureTable(QObject* parent = nullptr);

    void setKeys(std::vector<FeatureKey>);
    const std::vector<FeatureKey>& keys() const { return m_keys; }
    void setNumbers(std::vector<FeatureNumber>);
    const std::vector<FeatureNumber>& numbers() const { return m_numbers; }

    /// What is read for a row: the columns' numbers and the commonest token.
    std::vector<FeatureNumber> wanted() const;
    void setNames(FeatureName, TokenName);
    void setLook(const Style&);
    const Style& look() const { return m_look; }
    void setSort(std::optional<FeatureNumber>, bool descending);

    /// Rows that are in [first, end) and were not supplied yet, as a range; empty: none.
    std::pair<std::size_t, std::size_t> missing(std::size_t first, std::size_t end) const;
    void supply(std::size_t first, const std::vector<FeatureRow>&);
    void forget(); ///< what was supplied may have changed
    const FeatureRow* row(int) const; ///< null: not supplied

    QString says(int row) const; ///< label, else commonest token

    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex&, int role) const override;
    QVariant headerData(int section, Qt::Orientation, int role) const override;

private:
    /// A row, and when it was supplied: one from before the last forget() is shown until it is
    /// supplied again.
    struct Supplied {
        FeatureRow row;
        unsigned age = 0;
    };

    QVariant text(const QModelIndex&) const;
    bool isTokenColumn(int column) const;

    std::vector<FeatureKey> m_keys;
    std::vector<FeatureNumber> m_numbers;
    std::unordered_map<int, Supplied> m_rows;
    unsigned m_age = 0;
    FeatureName m_name;
    TokenName m_token;
    Style m_look;
    std::optional<FeatureNumber> m_sort;
    bool m_descending = false;
};

} // namespace microtome
