#pragma once

#include "core/model/edit.h"

#include <string>

namespace CLI {
class App;
}

namespace microtome::cli {

/// `--edits FILE.json`: what is changed during a run.
struct EditOptions {
    std::string file;

    void add(CLI::App&);

    /// None without a file. Values are read from safetensors files, whose names count from the
    /// edits file's folder.
    Edits read() const;
};

/// The matrix that `file.safetensors#name` stands for.
Matrix readReference(const std::string& reference, const std::string& folder);

} // namespace microtome::cli
