#pragma once

#include "core/model/model.h"
#include "core/store/access.h"

namespace microtome {

/// The project's entry for these weights, wherever they lie; made when there is none. One that
/// tells a place where nothing is any more is brought up to date.
ModelId keepModel(ProjectAccess&, const ModelInfo&);

/// The project's prompt with this text and these ids; made when there is none.
PromptId keepPrompt(ProjectAccess&, const Prompt&);

/// The edits that act, as a run's key holds them: the numbers of a value stand in it by their hash.
nlohmann::json editsOfKey(const Edits&);

} // namespace microtome
