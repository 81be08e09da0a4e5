#include "app/firststart.h"

#include "app/mainwindow.h"
#include "core/store/project.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>

namespace microtome {

namespace {

const QString bundled = QStringLiteral("/town.microtome");

/// A copy that can be written to, never half of one. Empty when it cannot be made.
QString copyOf(const QString& from, const QString& folder)
{
    const QString to = folder + bundled;
    const QString part = to + QStringLiteral(".part");
    QFile::remove(part);
    const bool done = QDir().mkpath(folder) && QFile::copy(from, part)
        && QFile::setPermissions(part, QFile::permissions(part) | QFile::WriteOwner)
        && QFile::rename(part, to);
    return done ? to : QString();
}

} // namespace

QString projectToOpen(const Preferences& preferences, const QString& data, const QString& folder)
{
    for (const QString& recent : preferences.recentProjects())
        if (QFileInfo(recent).isFile())
            return recent;
    if (QFileInfo(folder + bundled).isFile())
        return folder + bundled;
    const QString shipped = data + bundled;
    if (data.isEmpty() || !QFileInfo(shipped).isFile())
        return {};
    const QString own = copyOf(shipped, folder);
    return own.isEmpty() ? shipped : own; // where nothing can be written it is read as it is
}

void openFirst(
    MainWindow& window, const Preferences& preferences, const QString& data, const QString& folder)
{
    const QString project = projectToOpen(preferences, data, folder);
    if (project.isEmpty())
        return;
    window.openProject(project);
    if (preferences.value(QStringLiteral("walkSeen")).toBool() || !window.session().project())
        return;
    if (const auto walk = window.session().project()->meta().get("walk"))
        window.startWalk(QString::fromStdString(*walk));
}

} // namespace microtome
