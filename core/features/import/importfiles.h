#pragma once

#include "core/features/import/imported.h"
#include "core/work/progress.h"

#include <filesystem>
#include <string>
#include <vector>

namespace microtome {

/// What was read of files that hold features.
struct ImportedFiles {
    std::size_t read = 0; ///< files with something in them that is known
    std::vector<std::string> formats; ///< "SAEDashboard", ...
    std::vector<std::string> skipped; ///< files with nothing that is known
    LeftOut leftOut;
};

/// The files of a folder with all below it (at most 2^20), or the one file, in the order of their
/// names. Throws Error.
std::vector<std::filesystem::path> filesToImport(const std::filesystem::path&);

/// SHA-256 of their names below `root` and their bytes.
std::string contentHash(
    const std::filesystem::path& root, const std::vector<std::filesystem::path>&, const Progress&);

/// Reads files of any known form, told by what is in them: SAEDashboard's batches, Neuronpedia's
/// exports, delphi's results, gzipped or not. Memory: a record, see eachRecord. Throws Error with a
/// sentence that begins with the file's name, and Cancelled.
ImportedFiles readImported(
    const std::vector<std::filesystem::path>&, ImportSink&, const Progress& = {});

} // namespace microtome
