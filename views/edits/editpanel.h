#pragma once

#include "views/session/session.h"

#include <QWidget>

#include <vector>

class QLabel;
class QPushButton;
class QScrollArea;
class QToolButton;

namespace microtome {

class EditRow;
class TitleLine;
class Words;

/// The edit list: every edit as a line, what all of them do together, and which of the runs the
/// views show. Lines are reordered by dragging them, or by Alt and an arrow.
class EditPanel : public QWidget {
    Q_OBJECT
public:
    explicit EditPanel(Session&, QWidget* parent = nullptr);

    EditRow* row(int i) const { return m_rows.at(static_cast<std::size_t>(i)); }
    int rows() const { return static_cast<int>(m_rows.size()); }
    QString summary() const;

    QSize sizeHint() const override;

private:
    void follow(Changes);
    void rebuild();
    void showRows();
    void showSummary();
    int lineAt(int y) const;

    Session& m_session;
    TitleLine* m_title;
    Words* m_shown;
    QToolButton* m_clear;
    QPushButton* m_measure;
    QScrollArea* m_scroll;
    QWidget* m_lines;
    QWidget* m_mark; ///< where a dragged line would come to lie
    QLabel* m_empty;
    std::vector<EditRow*> m_rows;
};

} // namespace microtome
