#include "app/datadir.h"

#include <QCoreApplication>
#include <QDir>
#include <QFileInfo>

namespace microtome {

QString dataFolder()
{
    const QString program = QCoreApplication::applicationDirPath();
    for (const QString& folder :
        {program + QStringLiteral("/../share/microtome/data"), QStringLiteral(MICROTOME_DATA)})
        if (QFileInfo(folder + QStringLiteral("/models")).isDir())
            return QDir::cleanPath(folder);
    return {};
}

QString bundledModel()
{
    const QString data = dataFolder();
    return data.isEmpty() ? QString() : data + QStringLiteral("/models/induction");
}

QString bundledPrompt()
{
    return QStringLiteral("Clara bought lemon and David found anchor and Clara");
}

} // namespace microtome
