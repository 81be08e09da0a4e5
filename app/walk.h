#pragma once

#include "core/model/edit.h"
#include "views/session/session.h"

#include <nlohmann/json.hpp>

#include <filesystem>

namespace microtome {

/// A place in a prompt as a walk's file names it: a position, "last", or a token's text, of which
/// the last occurrence is meant.
struct WalkPlace {
    int position = -1;
    std::string token; ///< empty: the position counts

    /// Throws Error with a sentence when the prompt has no such place.
    Position in(const Session&) const;
};

/// A thing to look at as a walk's file names it.
struct WalkFocus {
    Focus::Kind kind = Focus::Kind::Token;
    Layer layer;
    Head head;
    Unit unit;
    std::optional<WalkPlace> place;
    std::optional<WalkPlace> key;

    /// Throws Error when the open model or its prompt has no such thing.
    Focus in(const Session&) const;
};

/// One step of a walk: two sentences, and the whole state of the window they speak of.
struct WalkStep {
    std::string title;
    std::string text;
    std::string checkpoint; ///< a folder's name in the model's `checkpoints`; empty: the model
    std::string prompt;
    std::string second; ///< the prompt to compare with; empty: none
    std::string view; ///< as in the view's factory
    nlohmann::json viewState; ///< null: as it is
    std::optional<WalkFocus> focus;
    std::vector<WalkFocus> pins;
    Edits edits;
};

/// A guided walk through a model that comes with the program: a file `data/walks/NAME.json`. What a
/// step does not name is as in the step before it; the first one names prompt and view.
struct Walk {
    std::string name; ///< of the file
    std::string title;
    std::string about; ///< one sentence
    std::string model; ///< a folder in the folder of models
    std::vector<WalkStep> steps;

    /// Throws Error with a sentence that names the file, the step and the field.
    static Walk read(const std::filesystem::path& file);
};

/// The walks of a folder in the order of their files' names, and one sentence for each file that is
/// none.
struct WalkShelf {
    std::vector<Walk> walks;
    std::vector<std::string> problems;

    static WalkShelf read(const std::filesystem::path& folder);
    const Walk* find(const std::string& name) const;
};

} // namespace microtome
