#pragma once

#include "core/model/edit.h"
#include "core/model/model.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace microtome {

/// Which of the session's runs a view shows. Difference: edited minus reference, where the two have
/// the same number of tokens.
enum class Shown { Edited, Reference, Difference };

/// One finished forward pass from which views draw. Views ask for more of it with a RunRequest that
/// continues from `base` (see Session::request).
struct RunState {
    std::uint64_t serial = 0; ///< differs for any two runs: the key of what a view keeps
    Prompt prompt;
    Edits edits; ///< those that act; empty for a reference
    std::shared_ptr<const Base> base; ///< of the same ids without edits
    ReadOut next; ///< read-out after the last position, top 10; `logits` of the target first
    Matrix logits; ///< [1, vocabulary], after the last position
    double seconds = 0;
    std::int64_t stored = 0; ///< its number in the project, 0: not stored
};

using RunPointer = std::shared_ptr<const RunState>;

/// What an edit does to the prediction after the last position, measured by a run of its own.
struct Effect {
    double kl = 0; ///< KL(reference ‖ edited), nats
    double target = 0; ///< change of the target's logit
    bool known = false;
};

} // namespace microtome
