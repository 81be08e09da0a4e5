#pragma once

#include "core/work/progress.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace CLI {
class App;
}

namespace microtome::cli {

/// Where a result goes: `--json`, `--out`.
struct OutputOptions {
    bool json = false;
    std::filesystem::path out;

    void add(CLI::App&, const std::string& outHelp = "Also write the JSON document to FILE");

    /// Throws Error when `out` cannot be written there; asked before anything long begins.
    void check() const;

    /// The document to `out` where one is named, then the document (with `json`) or the table to
    /// standard output.
    void write(const nlohmann::json& document, const std::function<std::string()>& table) const;
};

/// Throws Error with a sentence when no file can be written at `path`.
void checkWritable(const std::filesystem::path& path);

/// Writes beside, then renames: there is never a partial file.
void writeFile(const std::filesystem::path& path, std::string_view content);

/// All of it to standard output; throws Error when nobody takes it.
void print(std::string_view text);

/// A sentence to standard error that is not a failure.
void warn(const std::string& sentence);

/// Shows how far a long computation is on standard error, when that is a terminal.
Progress terminalProgress(const std::string& what);

} // namespace microtome::cli
