#pragma once

#include "core/model/edit.h"

#include <functional>
#include <string>
#include <string_view>

namespace microtome {

/// Gives the matrix that a `file.safetensors#name` stands for.
using EditValuesLoader = std::function<Matrix(const std::string& reference)>;

/// Keeps the values of the edit with this index in the list and gives the `file.safetensors#name`
/// they can be found by.
using EditValuesSaver = std::function<std::string(const Edit&, std::size_t index)>;

/// Reads an edits file (the terminal program's contract): `{"edits": [...]}`. Throws Error with a
/// sentence that names the edit and the field for anything that is wrong, and for operations that
/// this version does not know.
Edits readEdits(std::string_view json, const EditValuesLoader& = {});

/// Writes what readEdits reads. Edits with values need a saver.
std::string writeEdits(const Edits&, const EditValuesSaver& = {});

} // namespace microtome
