#pragma once

#include "views/style/theme.h"

#include <QColor>
#include <QWidget>

#include <functional>
#include <vector>

namespace microtome {

/// One line of the project panel: what it is, a number or place at its right, and what a click
/// does.
struct ProjectLine {
    QString text;
    QString detail;
    std::function<void()> open;
    std::function<void()> remove = {}; ///< offered by the context menu
    bool current = false;
    bool faint = false;
    QColor dot = {}; ///< a pin's colour
    bool token = false;
    QString tip = {}; ///< besides the text
};

/// A caption and its lines; arrows walk them, Enter opens, Delete removes.
class ProjectLines : public QWidget {
    Q_OBJECT
public:
    explicit ProjectLines(const QString& caption, QWidget* parent = nullptr);

    void setTheme(const Theme&);
    void setLines(std::vector<ProjectLine>, const QString& sentence = {});
    int count() const { return static_cast<int>(m_lines.size()); }
    const ProjectLine& line(int i) const { return m_lines.at(static_cast<std::size_t>(i)); }
    QRect lineRect(int) const;

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return {0, sizeHint().height()}; }

protected:
    void paintEvent(QPaintEvent*) override;
    void mousePressEvent(QMouseEvent*) override;
    void mouseMoveEvent(QMouseEvent*) override;
    void leaveEvent(QEvent*) override;
    void keyPressEvent(QKeyEvent*) override;
    void contextMenuEvent(QContextMenuEvent*) override;

private:
    int lineAt(QPoint) const;

    Theme m_theme = Theme::light();
    QString m_caption;
    QString m_sentence;
    std::vector<ProjectLine> m_lines;
    int m_hover = -1;
    int m_walked = -1;
};

} // namespace microtome
