#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace microtome {

/// Copies every row that can still be read of a project into a new file, drops what is not whole
/// (interrupted runs, runs with damaged results, references to nothing), and puts it in the place
/// of the old one, which stays beside as `name.damaged`. Says what was lost; leaves a sound project
/// alone.
std::vector<std::string> salvage(const std::filesystem::path& path);

} // namespace microtome
