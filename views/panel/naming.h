#pragma once

#include "views/canvas/axis.h"
#include "views/session/session.h"

namespace microtome {

/// A token as it is written into a cell: without the dot that stands for its leading space, unless
/// nothing else is left of it.
QString cellText(const Session&, TokenId);

/// Columns or rows keyed by position and named by the tokens there.
Axis tokenAxis(const Session&, const std::vector<TokenId>& ids);
Axis tokenAxis(
    const Session&, const std::vector<TokenId>& ids, const std::vector<Position>& positions);

/// 0 ... count - 1.
Axis numberAxis(int count, const QString& title = {});

/// A token with its position, for a line of text: `14 “·to”`.
QString tokenAt(const Session&, const std::vector<TokenId>& ids, Position);

/// A name nobody has to read twice: `head 3.1`.
QString headName(Layer, Head);

} // namespace microtome
