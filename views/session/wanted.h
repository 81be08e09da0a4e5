#pragma once

#include "views/session/session.h"

namespace microtome {

/// What the runs on screen should be of, and what of it is there already.
struct Session::Wanted {
    Prompt prompt;
    Prompt referencePrompt;
    Edits edits;
    TokenId target = -1;
    double autoSeconds = 0;
    bool evenIfSlow = false;
    RunPointer unedited;
    RunPointer reference;
    RunPointer edited;
    std::shared_ptr<std::atomic<std::uint64_t>> serials;

    bool complete() const
    {
        return unedited && edited && (reference || referencePrompt.size() == 0);
    }
};

} // namespace microtome
