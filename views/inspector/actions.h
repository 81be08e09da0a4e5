#pragma once

#include "core/model/edit.h"
#include "views/session/focus.h"

#include <optional>

namespace microtome {

class Session;

/// The edit that an action of the inspector makes of the focus; nothing where it has none.
std::optional<Edit> editOf(const Session&, const Focus&, Operation);

/// Takes the focus's value in the reference's run as a patch and adds it to the edits.
void patchFromReference(Session&, const Focus&);

} // namespace microtome
