#pragma once

#include "core/store/schema.h"

#include <filesystem>
#include <memory>
#include <span>

namespace microtome {

/// Whether the file (or, where it is absent, its folder) and its folder can be written: a project
/// that is open for writing keeps two side files.
bool canWrite(const std::filesystem::path& path);

/// Opens a project for writing: checks the stamp, gives an empty file the schema, brings an older
/// one up to date, and holds the file against every other writer. WAL while open.
std::unique_ptr<Database> openForWriting(const std::filesystem::path& path, bool create,
    std::span<const Migration> steps = migrations());

/// Opens a project to read only, on a medium that cannot be written too.
std::unique_ptr<Database> openForReading(const std::filesystem::path& path);

/// Folds the side files into the project before its connection closes: one file at rest. Keeps them
/// where that cannot be done now (disk full, a reader still open); nothing is lost then.
void leaveAtRest(Database& database);

/// Throws a sentence when another connection holds this project for writing.
void refuseWhileOpen(const std::filesystem::path& path);

/// Throws a sentence when the disk of `path` has less than `bytes` free.
void requireSpace(const std::filesystem::path& path, std::uint64_t bytes);

/// Puts a finished file in the place of `path`, without the side files that belonged to the old
/// one.
void replaceFile(const std::filesystem::path& finished, const std::filesystem::path& path);

/// `path` with a suffix behind its whole name: x.microtome-wal.
std::filesystem::path withSuffix(const std::filesystem::path& path, const std::string& suffix);

} // namespace microtome
