#include "views/style/apply.h"

#include "views/style/colour.h"
#include "views/style/style.h"

#include <QApplication>
#include <QStyleFactory>

namespace microtome {

namespace {

// %1 window, %2 panel, %3 line, %4 band, %5 text, %6 secondary, %7 faint, %8 accent,
// %9 accent background, %10 text on accent, %11 name.
const char* const sheet = R"(
QMainWindow, QDialog { background: %1; }
QToolTip { background: %2; color: %5; border: 1px solid %3; padding: 2px 4px; }
QMenuBar { background: %2; border-bottom: 1px solid %3; padding: 2px 6px; }
QMenuBar::item { padding: 4px 8px; background: transparent; }
QMenuBar::item:selected { background: %9; }
QMenu { background: %2; border: 1px solid %3; padding: 4px 0; }
QMenu::item { padding: 4px 24px 4px 12px; }
QMenu::item:selected { background: %9; color: %5; }
QMenu::item:disabled { color: %7; }
QMenu::separator { height: 1px; background: %3; margin: 4px 0; }
QPushButton, QComboBox, QLineEdit, QAbstractSpinBox {
    background: %2; color: %5; border: 1px solid %3; border-radius: 3px; min-height: 22px; padding: 0 8px; }
QPushButton:hover, QComboBox:hover { border-color: %7; }
QPushButton:pressed, QPushButton:checked { background: %9; border-color: %8; }
QPushButton:default { background: %8; border-color: %8; color: %10; }
QPushButton:disabled, QComboBox:disabled, QLineEdit:disabled, QAbstractSpinBox:disabled { color: %7; }
QPushButton:focus, QComboBox:focus, QLineEdit:focus, QAbstractSpinBox:focus { border-color: %8; }
QPushButton:default:focus { border-color: %5; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox::down-arrow { image: url(:/look/chevron-%11.svg); width: 10px; height: 10px; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { border: none; width: 0; }
QComboBox QAbstractItemView { background: %2; border: 1px solid %3; selection-background-color: %9; selection-color: %5; }
QToolButton { background: transparent; border: none; border-bottom: 2px solid transparent; padding: 3px 6px; color: %6; }
QToolButton:hover, QToolButton:checked { color: %5; }
QToolButton:checked { border-bottom-color: %8; }
QToolButton:focus { background: %9; }
QTabBar { background: %2; }
QTabBar::tab { background: transparent; color: %6; border: none; border-bottom: 2px solid transparent; padding: 5px 10px; }
QTabBar::tab:hover { color: %5; }
QTabBar::tab:selected { color: %5; border-bottom-color: %8; }
QTabWidget::pane { border: none; border-top: 1px solid %3; }
QHeaderView::section { background: %2; color: %6; border: none; border-bottom: 1px solid %3; padding: 4px 8px; }
QAbstractItemView { background: %2; border: none; outline: none; selection-background-color: %9; selection-color: %5; }
QTableView { gridline-color: %2; }
QScrollBar { background: transparent; border: none; }
QScrollBar:vertical { width: 10px; }
QScrollBar:horizontal { height: 10px; }
QScrollBar::handle { background: %3; border: 3px solid %2; }
QScrollBar::handle:hover { background: %7; }
QScrollBar::handle:vertical { min-height: 24px; }
QScrollBar::handle:horizontal { min-width: 24px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QSplitter::handle { background: %3; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QMainWindow::separator { background: %3; width: 1px; height: 1px; }
QDockWidget { titlebar-close-icon: none; }
QStatusBar { background: %1; color: %6; border-top: 1px solid %3; }
QStatusBar::item { border: none; }
QSlider::groove:horizontal { height: 2px; background: %3; }
QSlider::sub-page:horizontal { background: %8; }
QSlider::handle:horizontal { width: 6px; background: %8; border-radius: 1px; margin: -5px 0; }
QSlider::handle:horizontal:focus { background: %5; }
QProgressBar { background: %4; border: none; height: 2px; }
QProgressBar::chunk { background: %8; }
)";

} // namespace

QPalette paletteOf(const Theme& theme)
{
    QPalette p;
    p.setColor(QPalette::Window, theme.window);
    p.setColor(QPalette::WindowText, theme.text);
    p.setColor(QPalette::Base, theme.panel);
    p.setColor(QPalette::AlternateBase, theme.band);
    p.setColor(QPalette::Text, theme.text);
    p.setColor(QPalette::PlaceholderText, theme.faint);
    p.setColor(QPalette::Button, theme.panel);
    p.setColor(QPalette::ButtonText, theme.text);
    p.setColor(QPalette::BrightText, theme.warning);
    p.setColor(QPalette::ToolTipBase, theme.panel);
    p.setColor(QPalette::ToolTipText, theme.text);
    p.setColor(QPalette::Highlight, theme.accent);
    p.setColor(QPalette::HighlightedText, textOn(theme.accent, theme));
    p.setColor(QPalette::Link, theme.accent);
    p.setColor(QPalette::LinkVisited, theme.accent);
    p.setColor(QPalette::Light, theme.panel);
    p.setColor(QPalette::Midlight, theme.band);
    p.setColor(QPalette::Mid, theme.line);
    p.setColor(QPalette::Dark, theme.faint);
    p.setColor(QPalette::Shadow, theme.line);
    for (auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        p.setColor(QPalette::Disabled, role, theme.faint);
    return p;
}

QString styleSheetOf(const Style& style)
{
    const Theme& t = style.theme;
    return QString::fromUtf8(sheet)
        .arg(t.window.name(), t.panel.name(), t.line.name(), t.band.name(), t.text.name(),
            t.secondary.name(), t.faint.name(), t.accent.name(), t.accentBackground.name())
        .arg(textOn(t.accent, t).name(), t.name);
}

void applyStyle(QApplication& application, const Style& style)
{
    QApplication::setStyle(QStyleFactory::create(QStringLiteral("Fusion")));
    QApplication::setPalette(paletteOf(style.theme));
    QApplication::setFont(style.font(TextRole::Text));
    application.setStyleSheet(styleSheetOf(style));
}

} // namespace microtome
