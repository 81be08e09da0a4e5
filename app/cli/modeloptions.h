#pragma once

#include "core/model/model.h"

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

namespace CLI {
class App;
}

namespace microtome::cli {

/// Which model, and how it is computed: `--model`, `--checkpoint`, `--device`, `--dtype`,
/// `--threads`; and the `--seed` of whatever is drawn.
struct ModelOptions {
    std::string model;
    std::string checkpoint;
    std::string device = "cpu";
    std::string dtype = "f32";
    int threads = 0;
    std::uint64_t seed = 0;

    void add(CLI::App&);

    /// The model's folder or file, or its checkpoint's. Throws Error when there is none.
    std::filesystem::path path() const;

    /// Opens it; what the engine has to say goes to standard error.
    std::unique_ptr<Model> open() const;
};

} // namespace microtome::cli
