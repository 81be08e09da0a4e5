#pragma once

#include "core/store/check.h"

namespace microtome {

/// Checks the tables of features: columns against the latents of their sources, latents that are
/// named against those there are, the indexes of words against the texts.
void checkFeatures(Database& database, Problems& problems);

/// Takes out what names latents that there are not.
void dropStrayFeatures(Database& database, std::vector<std::string>& lost);

} // namespace microtome
