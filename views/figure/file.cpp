#include "views/figure/file.h"

#include "core/work/error.h"

#include <QSaveFile>

namespace microtome {

void writeWhole(const QString& path, const QByteArray& bytes)
{
    QSaveFile file(path);
    if (file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() && file.commit())
        return;
    throw Error("The file " + path.toStdString() + " cannot be written ("
        + file.errorString().toStdString() + "); choose another folder or name.");
}

} // namespace microtome
