#pragma once

#include "core/model/tokens.h"
#include "core/store/database.h"
#include "core/store/ids.h"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

namespace microtome {

/// A named set of prompts, with where it came from.
struct PromptGroup {
    GroupId id{};
    std::string name;
    std::string source;
    std::string notes;
};

/// A prompt as it was tokenized, with what belongs to it (answer, wrong answer, ...).
struct StoredPrompt {
    PromptId id{};
    std::optional<GroupId> group;
    Prompt prompt;
    std::string label;
    nlohmann::json extra = nlohmann::json::object();
    std::int64_t created = 0; ///< milliseconds since 1970; set by add
};

/// The prompts of a project and their groups.
class Prompts {
public:
    explicit Prompts(Database& database)
        : m_database(database)
    {
    }

    PromptId add(const StoredPrompt& prompt);

    /// All or none; ids in the order of `prompts`.
    std::vector<PromptId> add(const std::vector<StoredPrompt>& prompts);
    std::optional<StoredPrompt> get(PromptId id);

    /// The oldest prompt with this text and these ids: the same prompt is kept once.
    std::optional<PromptId> find(const Prompt& prompt);

    /// Of one group, or those in no group; oldest first.
    std::vector<StoredPrompt> list(std::optional<GroupId> group);
    void setLabel(PromptId id, const std::string& label);

    /// Removes the prompt with its runs.
    void remove(PromptId id);

    GroupId addGroup(const PromptGroup& group);
    std::vector<PromptGroup> groups();
    void update(const PromptGroup& group);

    /// Removes the group; its prompts stay, in no group.
    void remove(GroupId id);

private:
    Database& m_database;
};

} // namespace microtome
