#pragma once

#include "views/session/focus.h"

#include <nlohmann/json_fwd.hpp>

namespace microtome {

/// A focus as a view's state keeps it.
nlohmann::json focusToJson(const Focus&);

/// What focusToJson wrote; nothing looked at for anything else.
Focus focusFromJson(const nlohmann::json&);

} // namespace microtome
