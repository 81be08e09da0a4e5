#pragma once

#include <filesystem>
#include <string>

namespace microtome {

/// A file's name in a sentence: “name”.
std::string quoted(const std::filesystem::path& path);

/// The sentence for a result code of SQLite about the project file at `path`.
std::string faultSentence(int code, const std::filesystem::path& path);

} // namespace microtome
