#pragma once

#include <QFrame>

#include <functional>
#include <vector>

class QLineEdit;
class QListWidget;

namespace microtome {

/// One thing the palette can do or go to.
struct PaletteItem {
    QString title;
    QString detail; ///< kind or shortcut, at the right
    std::function<void()> run;
    int bonus = 0; ///< an exact reading of what was typed stands above what merely resembles it
};

/// Ctrl+K: one line to type into, and what it may mean, best first. Enter does the first.
class Palette : public QFrame {
    Q_OBJECT
public:
    using Source = std::function<std::vector<PaletteItem>(const QString& query)>;

    Palette(Source, QWidget* parent);

    void open();
    QLineEdit* line() const { return m_line; }
    QStringList titles() const;

protected:
    bool eventFilter(QObject*, QEvent*) override;

private:
    void search(const QString&);
    void take();
    void place();

    Source m_source;
    std::vector<PaletteItem> m_found;
    QLineEdit* m_line;
    QListWidget* m_list;
};

} // namespace microtome
