#pragma once

#include "core/store/features/importreport.h"
#include "core/store/project.h"
#include "core/text/tokenizer.h"
#include "core/work/progress.h"

#include <filesystem>
#include <optional>
#include <string>

namespace microtome {

/// Where imported features go, and what their files do not say.
struct ImportSettings {
    ModelId model{}; ///< of the project
    std::string modelName;
    const Tokenizer* tokenizer = nullptr; ///< none: tokens stay text
    std::uint32_t vocabulary = 0; ///< of the model
    std::optional<SourceId> into; ///< one that the project has, e.g. swept; else by name
    std::optional<std::uint64_t> latents; ///< of the dictionary; else the largest index says
    std::string readSite; ///< where it reads; else what the files say
    std::string name; ///< of the source, where there is one only; else what the files say
};

/// Imports SAEDashboard's batches, Neuronpedia's exports and delphi's results from a file or folder
/// into the tables that a sweep fills, as one run: all of it or nothing. Windows become a corpus
/// with an inverted index beside the project, in NAME.features/. Files are read once to name the
/// run by their content and once to take it; time is linear. Memory: a record, about 3 KB for each
/// feature, explanations, and while they are stored a column of all latents at a time. Throws Error
/// with a sentence, and Cancelled.
ImportReport importFeatures(
    Project&, const std::filesystem::path& from, const ImportSettings&, const Progress& = {});

} // namespace microtome
