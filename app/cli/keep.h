#pragma once

#include "core/model/model.h"
#include "core/store/project.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <functional>

namespace CLI {
class App;
}

namespace microtome::cli {

/// What a result is computed from, besides the model.
struct Question {
    std::string kind; ///< the command's name
    nlohmann::json settings = nlohmann::json::object();
    Prompt prompt; ///< none: empty
    Prompt second;
    Edits edits;
    std::uint64_t seed = 0;
};

/// `--project FILE`: where results are kept as runs and found again instead of computed.
struct ProjectOptions {
    std::filesystem::path file;

    void add(CLI::App&);

    /// The document of the run in the project that answers this question; else what `compute`
    /// gives, kept as a run. A project that does not exist is made. Without a file just computes.
    /// The document says where it is kept: `"project": {"run", "found"}`.
    nlohmann::json keep(const Model&, const std::string& checkpoint, const Question&,
        const std::function<nlohmann::json()>& compute) const;
};

/// Opens a project, or makes one where there is no file yet or an empty one.
Project openOrMake(const std::filesystem::path&);

} // namespace microtome::cli
