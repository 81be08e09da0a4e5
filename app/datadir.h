#pragma once

#include <QString>

namespace microtome {

/// Where the bundled models and prompts are: beside an installed program, or in the source tree of
/// a built one. Empty when they are nowhere.
QString dataFolder();

/// The model that the first start opens, and the prompt it opens on.
QString bundledModel();
QString bundledPrompt();

} // namespace microtome
