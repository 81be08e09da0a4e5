#pragma once

#include "core/model/edit.h"

#include <QString>

namespace microtome {

class Session;

/// How the lines of the edit list put an edit into words.
QString editLabel(const Edit&); ///< its label, or its site
QString operationText(Operation); ///< "zero", "scale", "add", ...
QString positionsText(const EditPositions&, const Session&); ///< "all tokens", "token 14 ·to", ...
QString amountText(const Edit&); ///< what the slider stands at, with its unit

/// What the slider of an edit moves, and from where to where.
struct EditScale {
    bool number = false; ///< the edit's number; else its strength
    double low = 0;
    double high = 1;
    double home = 1;
};
EditScale scaleOf(const Edit&);

} // namespace microtome
