#pragma once

#include "core/model/matrix.h"
#include "views/canvas/picture.h"
#include "views/figure/provenance.h"

#include <QStringList>

#include <memory>
#include <vector>

namespace microtome::samples {

/// A picture to be looked at and tested, with the area it is given.
struct Sample {
    QString name;
    std::shared_ptr<Picture> picture;
    QSizeF size;
};

/// Words of a text of `count` tokens as chips show them, BOS first; leading spaces as dots.
QStringList tokens(int count, bool dots = true);

/// "0" .. "count - 1".
QStringList numbers(int count);

/// An attention pattern: rows sum to 1, nothing right of the diagonal. `kind` chooses its shape.
Matrix attention(int count, int kind);

/// Smooth signed numbers about zero.
Matrix waves(int rows, int columns);

std::shared_ptr<Picture> lens(int tokenCount, int layers);
std::shared_ptr<Picture> pattern(int tokenCount);
std::shared_ptr<Picture> patching(int tokenCount, int layers);
std::shared_ptr<Picture> headGrid(int tokenCount, int layers, int heads);
std::shared_ptr<Picture> attentionLines(int tokenCount);
std::shared_ptr<Picture> ranks(int places, bool tokenNames);
std::shared_ptr<Picture> probabilities(int places, bool tokenNames);
std::shared_ptr<Picture> bars(int count);
std::shared_ptr<Picture> strip(int tokenCount, bool chips, bool coloured);

/// Every picture with short and long inputs.
std::vector<Sample> all();

/// A record with every field set.
Provenance provenance();

} // namespace microtome::samples
