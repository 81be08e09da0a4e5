#pragma once

#include "views/features/featuredesk.h"
#include "views/features/featuretable.h"
#include "views/features/numbertext.h"

#include <QTimer>
#include <QWidget>

#include <nlohmann/json_fwd.hpp>

class QComboBox;
class QLabel;
class QLineEdit;
class QMenu;
class QStackedWidget;
class QTableView;
class QToolButton;

namespace microtome {

class FilterChips;
class Words;

/// The features of a project as a table: which ones by source, list, words and conditions on
/// numbers, in the order of any number. What is in sight is read when it comes into sight.
class BrowserPanel : public QWidget {
    Q_OBJECT
public:
    BrowserPanel(Session&, FeatureDesk&, QWidget* parent = nullptr);

    /// What can be chosen; keeps what is chosen, as far as it is still there.
    void setSources(std::vector<SourceLine>, const std::vector<FeatureList>& lists,
        const std::vector<std::string>& tags);
    const std::vector<SourceLine>& sources() const { return m_sources; }

    FeatureWish wish() const;
    void search(); ///< at once, with what is chosen now

    /// The rows in sight may say something else now.
    void readAgain();
    void setLook(const Style&);

    /// Marks a feature as the one that is open, and goes to its row where it has one.
    void select(std::optional<FeatureKey>);
    std::optional<FeatureKey> chosen() const { return m_chosen; }
    void goToRandom();

    FeatureTable& table() const { return *m_table; }
    FeatureName names() const;
    TokenName tokens() const;
    bool hasFound() const { return m_found; }
    std::uint64_t outOf() const; ///< features of the sources that are searched

    nlohmann::json state() const;
    void restore(const nlohmann::json&);

    QTableView& view() const { return *m_view; }
    QLineEdit& line() const { return *m_line; }
    QComboBox& sourceBox() const { return *m_source; }
    QComboBox& shelfBox() const { return *m_shelf; }
    FilterChips& chips() const { return *m_chips; }
    Words& whereWords() const { return *m_where; }
    QToolButton& randomWord() const { return *m_random; }
    QLabel& sentence() const { return *m_sentence; }

signals:
    void opened(microtome::FeatureKey);
    void found(); ///< an order is there, the first time or another

protected:
    bool eventFilter(QObject*, QEvent*) override;

private:
    void build();
    void fillShelf(const std::vector<FeatureList>&, const std::vector<std::string>& tags);
    void fillMenus();
    void enter();
    bool jump(const QString& text);
    void sortBy(int column);
    void show(std::vector<FeatureKey>);
    void explainNothing();
    QModelIndex mark();
    void readRows();
    void widen();
    const SourceLine* lineOf(SourceId) const;

    Session& m_session;
    FeatureDesk& m_desk;
    std::vector<SourceLine> m_sources;
    FeatureTable* m_table;
    QComboBox* m_source;
    QComboBox* m_shelf;
    QLineEdit* m_line;
    Words* m_where;
    FilterChips* m_chips;
    QToolButton* m_add;
    QToolButton* m_columns;
    QToolButton* m_random;
    QMenu* m_addMenu;
    QMenu* m_columnsMenu;
    QTableView* m_view;
    QLabel* m_sentence;
    QStackedWidget* m_stack;
    QTimer m_pause; ///< after typing
    std::optional<FeatureNumber> m_sort = FeatureNumber::Max;
    bool m_descending = true;
    bool m_found = false;
    bool m_marking = false;
    std::optional<FeatureKey> m_chosen;
};

} // namespace microtome
