#pragma once

#include "core/store/project.h"

namespace microtome::samples {

/// Seeded numbers, equal in every process.
Matrix matrix(std::size_t rows, std::size_t columns, std::uint64_t seed);

/// The key of sample run number `n`.
RunKey key(std::uint64_t n);

/// Begins, fills and commits sample run number `n`: several matrices, integers, a description, and
/// a sweep of a dictionary.
RunId commit(Project& project, std::uint64_t n);

/// Whether the project holds sample run `n` with exactly the contents that commit() gave it.
bool holds(ProjectAccess& project, std::uint64_t n);

/// A project with a model, a checkpoint, prompts, `runs` sample runs, notes, vectors and the rest.
void fill(Project& project, std::uint64_t runs);

} // namespace microtome::samples
