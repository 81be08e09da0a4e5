#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace microtome {

/// One cell of a prompt set: a text, or token ids where the column holds ids.
struct PromptField {
    std::string text;
    std::vector<std::int32_t> ids;
    bool byIds = false;

    bool empty() const { return text.empty() && ids.empty(); }
};

struct PromptItem {
    PromptField clean;
    PromptField corrupted; ///< empty where the set has no such column
    PromptField answer;
    PromptField wrong;
    std::size_t line = 0; ///< in the file, from 1
};

/// Which column holds what; `byIds`: token ids instead of text.
struct PromptColumns {
    struct Column {
        std::string name;
        bool byIds = false;
    };
    Column clean{"clean", false};
    Column corrupted{"corrupted", false};
    Column answer{"answer", false};
    Column wrong{"wrong", false};

    /// Reads `clean=prompt,answer=target:id`; what is not named keeps its default. Throws Error.
    static PromptColumns parse(std::string_view);
};

/// Prompts to average over or to patch between. Further columns of the file are ignored.
struct PromptSet {
    std::vector<PromptItem> items;
    bool hasCorrupted = false;
    bool hasAnswer = false;
    bool hasWrong = false;
    bool truncated = false; ///< the file held more than `PromptSetLimits::items`
};

struct PromptSetLimits {
    std::size_t items = 100000;
    std::size_t cellBytes = std::size_t{1} << 20;
    std::uint64_t fileBytes = std::uint64_t{1} << 30;
};

/// Reads CSV (RFC 4180, header row, UTF-8) or JSON lines, by content: a file whose first character
/// is
/// `{` is JSON lines. Throws Error naming the line for anything that is wrong.
PromptSet readPromptSet(
    const std::filesystem::path&, const PromptColumns& = {}, const PromptSetLimits& = {});

/// The same from memory; `name` is for sentences.
PromptSet parsePromptSet(std::string_view content, const std::string& name,
    const PromptColumns& = {}, const PromptSetLimits& = {});

} // namespace microtome
