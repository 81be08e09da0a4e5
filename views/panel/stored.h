#pragma once

#include "core/analysis/bundle.h"
#include "core/model/edit.h"
#include "core/model/tokens.h"

#include <nlohmann/json.hpp>

#include <QString>

#include <optional>

namespace microtome {

class Session;

/// What a costly result was made from: the same request finds it again in the project.
struct StoredRequest {
    std::string kind; ///< patch, atlas, ...
    std::string title; ///< for the list of runs
    Prompt prompt; ///< empty: none
    Prompt second; ///< empty: none
    Edits edits;
    nlohmann::json settings = nlohmann::json::object();
    std::uint64_t seed = 0;
    bool ofModel = true; ///< of the open one; else the settings say what it is of
};

/// The result of an earlier computation of exactly this, if the project has one.
std::optional<Bundle> findStored(Session&, const StoredRequest&);

/// Puts a result into the project as a run; does nothing without a project, or one that is only
/// read. Gives the sentence of what went wrong, empty when all is well.
QString keepStored(Session&, const StoredRequest&, const Bundle&);

} // namespace microtome
