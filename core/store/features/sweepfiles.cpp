#include "core/store/features/sweepfiles.h"

#include "core/work/error.h"

namespace microtome {

namespace fs = std::filesystem;

namespace {

/// Null where it is gone; what is no corpus is passed over.
std::unique_ptr<Corpus> corpusWith(const std::string& hash, const fs::path& folder)
{
    std::error_code error;
    for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error)) {
        if (it->path().extension() != ".corpus")
            continue;
        try {
            auto corpus = std::make_unique<Corpus>(it->path());
            if (corpus->hash() == hash)
                return corpus;
        } catch (const Error&) {
            continue;
        }
    }
    return {};
}

} // namespace

SweepFiles openSweepFiles(const fs::path& project, const FeatureSweep& sweep)
{
    SweepFiles files;
    if (sweep.indexPath.empty()) {
        files.missing = "This sweep was kept without its index, so there are no examples.";
        return files;
    }
    const fs::path path = project.parent_path() / sweep.indexPath;
    std::error_code error;
    if (!fs::exists(path, error)) {
        files.missing = "The index " + path.string()
            + " is gone, and with it the examples; put it back or sweep again.";
        return files;
    }
    files.index = std::make_unique<FeatureIndex>(path);
    files.corpus = corpusWith(sweep.corpusHash, path.parent_path());
    if (files.corpus)
        checkMadeOver(*files.index, *files.corpus);
    else
        files.missing = "The text that was swept is not in " + path.parent_path().string()
            + " any more; put it back or sweep again.";
    return files;
}

} // namespace microtome
