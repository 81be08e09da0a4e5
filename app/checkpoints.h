#pragma once

#include <QString>

#include <vector>

namespace microtome {

/// A saved state of a model in training: a folder beside the open one, named by its step.
struct CheckpointFolder {
    QString name;
    QString path;
    qint64 step = -1;
};

/// The checkpoints that lie beside a model's folder (`step1000`, `checkpoint-2000`, ...), in order
/// of their steps; empty when the folder is none itself.
std::vector<CheckpointFolder> checkpointsBeside(const QString& modelPath);

} // namespace microtome
