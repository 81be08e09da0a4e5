#pragma once

#include "views/session/viewfactory.h"

#include <QWidget>

#include <map>

class QSplitter;
class QStackedWidget;
class QTabBar;

namespace microtome {

class Session;
class View;

/// Every view there is, in the order of the tabs.
ViewFactories allViews();

/// The views as tabs, one large and at most one below it, and any of them in a window of its own.
/// Views are made when they are first shown.
class Workspace : public QWidget {
    Q_OBJECT
public:
    Workspace(Session&, ViewFactories, QWidget* parent = nullptr);

    const ViewFactories& factories() const { return m_factories; }
    QStringList names() const;

    /// The view under the active tab; null while there are none.
    View* current() const { return m_current; }
    View* below() const { return m_below; }
    void showView(const QString& name);
    void showNext(int step);

    void showBelow(const QString& name); ///< empty: nothing below
    View* openInWindow(const QString& name);

    /// Every view that is on screen: the tab's, the one below, those in windows.
    std::vector<View*> shown() const;
    QTabBar* tabs() const { return m_tabs; }

signals:
    void currentChanged();

private:
    const ViewFactory* factory(const QString& name) const;
    View* made(const QString& name);

    Session& m_session;
    ViewFactories m_factories;
    QTabBar* m_tabs;
    QSplitter* m_split;
    QStackedWidget* m_stack;
    std::map<QString, View*> m_views;
    View* m_current = nullptr;
    View* m_below = nullptr;
};

} // namespace microtome
