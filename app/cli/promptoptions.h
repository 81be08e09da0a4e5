#pragma once

#include "core/model/model.h"

#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
} // namespace CLI

namespace microtome::cli {

/// A prompt: `--text`, `--file` or `--ids`, and `--no-bos`.
struct PromptOptions {
    std::string text;
    std::string file;
    std::string ids;
    bool noBos = false;

    void add(CLI::App&);
    void addNoBos(CLI::App&);

    /// Whether any of the three is given.
    bool given() const;

    /// Throws UsageError unless exactly one of the three is given.
    void require() const;

    Prompt prompt(const Model&) const;

    /// One prompt for each line of the file.
    std::vector<Prompt> lines(const Model&) const;

    CLI::Option* textOption = nullptr;
    CLI::Option* fileOption = nullptr;
    CLI::Option* idsOption = nullptr;
};

/// The text as the model sees it. Throws Error that names `--ids` for a model without a tokenizer.
Prompt promptOf(const Model&, const std::string& text, bool noBos);

/// `1,2,3`; throws UsageError naming the option for anything else.
std::vector<TokenId> parseIds(const std::string& text, const std::string& option);

/// A whole file, or standard input for `-`. Throws Error when it cannot be read or is larger than
/// 64 MB.
std::string readText(const std::string& path);

/// Lines without their ends; the last one counts only when it is not empty.
std::vector<std::string> splitLines(const std::string& text);

} // namespace microtome::cli
