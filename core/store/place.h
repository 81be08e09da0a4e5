#pragma once

#include <filesystem>
#include <string>

namespace microtome {

/// A place in the folder of data that comes with the program, wherever that is installed: written
/// "data:models/induction". Projects that are shipped name their models so.
bool isInData(const std::string& place);

/// How a project keeps a path: what lies in the folder of data, by its place there; all else whole.
std::string placeOf(const std::filesystem::path& path, const std::filesystem::path& data);

/// The path that a project's place stands for: in the folder of data, as it is written, or beside
/// the project where it was moved together with its models. Empty when nothing is at any of them.
std::filesystem::path resolvePlace(const std::string& place, const std::filesystem::path& data,
    const std::filesystem::path& project);

} // namespace microtome
