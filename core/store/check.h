#pragma once

#include "core/store/database.h"
#include "core/store/ids.h"

#include <set>
#include <span>
#include <string>
#include <vector>

namespace microtome {

/// What a check of a project found.
struct Problems {
    std::vector<std::string> sentences;
    std::set<RunId> runs; ///< that cannot be trusted any more
    std::set<PromptId> prompts;
};

/// A column that holds json.
struct JsonColumn {
    const char* table;
    const char* column;
};

/// The json columns outside the tables of runs and prompts, which are checked row by row.
std::span<const JsonColumn> jsonColumns();

/// Checks the whole file: SQLite's own structure, the references between tables, the shape of every
/// result against its blobs and its summary, settings against their hash, prompts, json, features,
/// and runs left behind by an interruption (those in `active` are still being made). A damaged part
/// does not end the check.
Problems findProblems(Database& database, const std::set<RunId>& active);

} // namespace microtome
