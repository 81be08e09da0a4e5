#pragma once

#include "app/cli/command.h"

namespace microtome::cli {

/// Adds `train` to the command `dictionary`.
void addDictionaryTrain(CLI::App& dictionary, Work& work);

} // namespace microtome::cli
