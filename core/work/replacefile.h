#pragma once

#include <filesystem>
#include <string_view>

namespace microtome {

/// Writes beside, then renames: the file is there whole or as it was before, and its bytes are on
/// the disk when it returns. Throws Error with a sentence.
void replaceFile(const std::filesystem::path&, std::string_view content);

/// The bytes of a file or of a folder's list of names are on the disk when it returns.
void settle(const std::filesystem::path&);

} // namespace microtome
