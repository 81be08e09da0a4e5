#pragma once

/// The fixed parts of the Python scripts that script.h writes.
namespace microtome::script {

extern const char* const opening; ///< imports
extern const char* const machinery; ///< opens the model; `run(ids, edits)` with edits as hooks
extern const char* const lens;
extern const char* const attention;
extern const char* const heads;
extern const char* const dla;
extern const char* const patching;

} // namespace microtome::script
