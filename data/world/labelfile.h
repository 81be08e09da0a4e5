#pragma once

#include "data/world/document.h"

#include <string>

namespace microtome::world {

/// A labelled document as one line of JSON; README.md of this folder tells the form.
std::string labelLine(const Document&);

} // namespace microtome::world
