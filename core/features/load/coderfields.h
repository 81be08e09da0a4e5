#pragma once

#include "core/features/coder/coder.h"
#include "core/features/load/coderfolder.h"

#include <nlohmann/json_fwd.hpp>

#include <initializer_list>
#include <optional>
#include <string>

namespace microtome {

/// Fields of a description in JSON: nothing when absent, null or of another kind.
std::optional<std::string> textField(const nlohmann::json&, const char* name);
std::optional<double> numberField(const nlohmann::json&, const char* name);
std::optional<bool> boolField(const nlohmann::json&, const char* name);

/// A whole number from 1 to 2^31 - 1; nothing when absent or null. Throws Error when it is anything
/// else; `file` is named in the sentence.
std::optional<int> countField(const nlohmann::json&, const char* name, const std::string& file);

/// The object that a field holds, or an empty one.
const nlohmann::json& objectField(const nlohmann::json&, const char* name);

bool hasFields(const nlohmann::json&, std::initializer_list<const char*> names);

/// Keeps the plain fields of a description in declared.other, as text.
void keepFields(CoderDeclaration&, const nlohmann::json&);

/// Whether a folder has this file and it is JSON with these fields: what formats are told by.
bool describes(
    const CoderFolder&, const std::string& file, std::initializer_list<const char*> fields);

} // namespace microtome
