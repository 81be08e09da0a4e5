#pragma once

#include <QWidget>

#include <vector>

class QGridLayout;

namespace microtome {

/// A name and what is measured under it.
struct NamedNumber {
    QString name;
    QString value;
    bool wide = false; ///< tokens, in a line of their own
};

/// Numbers with their names in three columns, read from left to right.
class FactGrid : public QWidget {
    Q_OBJECT
public:
    explicit FactGrid(QWidget* parent = nullptr);

    void setFacts(const std::vector<NamedNumber>&);

private:
    QGridLayout* m_grid;
};

} // namespace microtome
