#pragma once

#include "core/features/index/firing.h"
#include "core/work/filebeside.h"
#include "core/work/progress.h"

#include <filesystem>

namespace microtome {

/// Joins the runs 0 ... runs - 1 of a folder, which follow one another in tokens, into an index
/// file: latent by latent, the pieces of all runs in a row. What is written depends on the firings
/// alone, not on how they are divided into runs. Memory: a record for each latent.
void mergeRuns(FileBeside& out, const IndexSource&, const std::filesystem::path& folder,
    std::size_t runs, const Progress&);

} // namespace microtome
