#pragma once

#include <QString>

#include <functional>
#include <vector>

class QWidget;

namespace microtome {

class Session;
class View;

/// One line of the list of views in app/workspace.cpp: a stable name for files and commands, a
/// title for people, and how to make one.
struct ViewFactory {
    QString name;
    QString title;
    std::function<View*(Session&, QWidget* parent)> make;
};

using ViewFactories = std::vector<ViewFactory>;

} // namespace microtome
