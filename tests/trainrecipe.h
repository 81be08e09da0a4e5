#pragma once

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>

namespace microtome::test {

/// A tiny recipe and what it names, in a folder: text of a language whose words follow each other
/// round a circle of eight from a random first one, its word tokenizer, held-out text, and a task.
/// A GPT-2 of one layer learns it within seconds.
struct TinyRecipe {
    /// ln 8 nats for the first of 8 words, nothing for the others and the EOS: for each token.
    static constexpr double entropy = 2.0794415416798357 / 9;

    std::filesystem::path folder;
    nlohmann::json form;

    explicit TinyRecipe(const std::filesystem::path& folder);

    /// Writes the recipe with some settings replaced (JSON merge patch), and returns its path.
    std::filesystem::path write(
        const std::string& name = "recipe.json", const nlohmann::json& patch = {}) const;
};

std::string bytesOf(const std::filesystem::path&);

} // namespace microtome::test
