#pragma once

#include "core/store/database.h"
#include "core/store/ids.h"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

namespace microtome {

/// A model that the project's runs were made with. `hash` is of the weights' content.
struct StoredModel {
    ModelId id{};
    std::string name;
    std::string path;
    std::string family;
    std::string hash;
    std::string tokenizerHash;
    nlohmann::json description = nlohmann::json::object();
};

/// One saved state of a model in training.
struct StoredCheckpoint {
    CheckpointId id{};
    ModelId model{};
    std::string name;
    std::string path;
    std::string hash;
    std::optional<std::int64_t> step;
};

/// The models and checkpoints of a project.
class Models {
public:
    explicit Models(Database& database)
        : m_database(database)
    {
    }

    /// Adds a model, or brings the one with this hash and path up to date. `id` is not looked at.
    ModelId add(const StoredModel& model);
    std::optional<StoredModel> get(ModelId id);

    /// The model with these weights, wherever they lie; the newest entry first.
    std::optional<StoredModel> withHash(const std::string& hash);
    std::vector<StoredModel> list();

    /// The model lies elsewhere now.
    void setPath(ModelId id, const std::string& path);

    /// Removes the model with its checkpoints and runs.
    void remove(ModelId id);

    CheckpointId addCheckpoint(const StoredCheckpoint& checkpoint);
    std::optional<StoredCheckpoint> checkpoint(CheckpointId id);

    /// In the order of training steps; those without a step last, by name.
    std::vector<StoredCheckpoint> checkpoints(ModelId model);

    /// Removes the checkpoint with its runs.
    void remove(CheckpointId id);

private:
    Database& m_database;
};

} // namespace microtome
