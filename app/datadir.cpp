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
    return data.isEmpty() ? QString() : data + QStringLiteral("/models/town-gpt");
}

QString bundledPrompt()
{
    return QStringLiteral("When Clara and Hugo went to the mill, Hugo gave a red lamp to");
}

} // namespace microtome
