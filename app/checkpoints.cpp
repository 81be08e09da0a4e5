#include "app/checkpoints.h"

#include <QDir>
#include <QFileInfo>
#include <QRegularExpression>

#include <algorithm>

namespace microtome {

namespace {

qint64 stepOf(const QString& name)
{
    static const QRegularExpression form(
        QStringLiteral("^(?:step|checkpoint|ckpt|iter)[-_]?(\\d{1,15})$"),
        QRegularExpression::CaseInsensitiveOption);
    const auto match = form.match(name);
    return match.hasMatch() ? match.captured(1).toLongLong() : -1;
}

} // namespace

std::vector<CheckpointFolder> checkpointsBeside(const QString& modelPath)
{
    const QFileInfo model(modelPath);
    std::vector<CheckpointFolder> found;
    if (stepOf(model.fileName()) < 0)
        return found;
    for (const QFileInfo& entry : model.dir().entryInfoList(QDir::Dirs | QDir::NoDotAndDotDot))
        if (const qint64 step = stepOf(entry.fileName()); step >= 0)
            found.push_back({entry.fileName(), entry.filePath(), step});
    std::ranges::sort(found, {}, &CheckpointFolder::step);
    return found;
}

} // namespace microtome
