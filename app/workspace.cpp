#include "app/workspace.h"

#include "views/session/view.h"

#include <QApplication>
#include <QLabel>
#include <QPointer>
#include <QSplitter>
#include <QStackedWidget>
#include <QTabBar>
#include <QToolButton>
#include <QVBoxLayout>

namespace microtome {

Workspace::Workspace(Session& session, ViewFactories factories, QWidget* parent)
    : QWidget(parent)
    , m_session(session)
    , m_factories(std::move(factories))
    , m_tabs(new QTabBar(this))
    , m_split(new QSplitter(Qt::Vertical, this))
    , m_stack(new QStackedWidget)
{
    setObjectName(QStringLiteral("workspace"));
    m_tabs->setAccessibleName(tr("Views"));
    m_tabs->setDrawBase(false);
    m_tabs->setExpanding(false);
    m_tabs->setFixedHeight(28);
    m_tabs->setUsesScrollButtons(true);
    auto* bar = new QWidget(this);
    bar->setAutoFillBackground(true);
    bar->setBackgroundRole(QPalette::Base);
    auto* barRow = new QHBoxLayout(bar);
    barRow->setContentsMargins(0, 0, 0, 0);
    barRow->addWidget(m_tabs);
    barRow->addStretch(1);
    auto* line = new QWidget(this);
    line->setFixedHeight(1);
    line->setAutoFillBackground(true);
    line->setBackgroundRole(QPalette::Mid);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(bar);
    column->addWidget(line);
    column->addWidget(m_split, 1);
    m_split->addWidget(m_stack);
    m_split->setChildrenCollapsible(false);
    m_split->setHandleWidth(1);
    for (const ViewFactory& factory : m_factories)
        m_tabs->addTab(factory.title);
    connect(m_tabs, &QTabBar::currentChanged, this, [this](int i) {
        if (i >= 0)
            showView(m_factories[static_cast<std::size_t>(i)].name);
    });
    connect(m_tabs, &QTabBar::tabBarDoubleClicked, this, [this](int i) {
        if (i >= 0)
            openInWindow(m_factories[static_cast<std::size_t>(i)].name);
    });
    m_tabs->setToolTip(tr("Double click: in a window of its own"));
    if (!m_factories.empty())
        showView(m_factories.front().name);
}

QStringList Workspace::names() const
{
    QStringList names;
    for (const ViewFactory& factory : m_factories)
        names << factory.name;
    return names;
}

const ViewFactory* Workspace::factory(const QString& name) const
{
    for (const ViewFactory& factory : m_factories)
        if (factory.name == name)
            return &factory;
    return nullptr;
}

View* Workspace::made(const QString& name)
{
    const auto known = m_views.find(name);
    if (known != m_views.end())
        return known->second;
    View* view = factory(name)->make(m_session, m_stack);
    m_stack->addWidget(view);
    m_views[name] = view;
    return view;
}

void Workspace::showView(const QString& name)
{
    if (!factory(name))
        return;
    m_current = made(name);
    m_stack->setCurrentWidget(m_current);
    m_tabs->setCurrentIndex(static_cast<int>(names().indexOf(name)));
    if (m_below)
        m_below->setVisible(m_below->name() != name);
    emit currentChanged();
}

void Workspace::showNext(int step)
{
    const int count = m_tabs->count();
    if (count > 0)
        m_tabs->setCurrentIndex((m_tabs->currentIndex() + step + count) % count);
}

void Workspace::showBelow(const QString& name)
{
    if (m_below && m_below->name() == name)
        return;
    delete m_below;
    m_below = nullptr;
    if (const ViewFactory* made = factory(name)) {
        m_below = made->make(m_session, m_split);
        m_split->addWidget(m_below);
        m_split->setSizes({1000, 1000});
        m_below->setVisible(!m_current || m_current->name() != name);
    }
    emit currentChanged();
}

View* Workspace::openInWindow(const QString& name)
{
    const ViewFactory* wanted = factory(name);
    if (!wanted)
        return nullptr;
    View* view = wanted->make(m_session, this);
    view->setWindowFlag(Qt::Window);
    view->setAttribute(Qt::WA_DeleteOnClose);
    view->setWindowTitle(tr("%1 – Microtome").arg(wanted->title));
    view->resize(900, 640);
    view->show();
    return view;
}

std::vector<View*> Workspace::shown() const
{
    std::vector<View*> views;
    for (View* view : findChildren<View*>())
        if (view->isVisible())
            views.push_back(view);
    return views;
}

} // namespace microtome
