#pragma once

#include "core/store/database.h"
#include "core/store/ids.h"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <vector>

namespace microtome {

/// A person's words about something: target is a kind ("run", "prompt", "feature", ...) and its id.
struct Note {
    NoteId id{};
    std::string targetKind;
    std::int64_t target = 0;
    std::string text;
    std::int64_t created = 0; ///< milliseconds since 1970; set by add
};

/// A place to come back to: a focus, as json.
struct Bookmark {
    BookmarkId id{};
    std::string label;
    nlohmann::json focus = nlohmann::json::object();
};

/// The notes and bookmarks of a project.
class Notes {
public:
    explicit Notes(Database& database)
        : m_database(database)
    {
    }

    NoteId add(const Note& note);
    std::vector<Note> list();
    std::vector<Note> about(const std::string& targetKind, std::int64_t target);
    void setText(NoteId id, const std::string& text);
    void remove(NoteId id);

    BookmarkId addBookmark(const Bookmark& bookmark);
    std::vector<Bookmark> bookmarks();
    void setLabel(BookmarkId id, const std::string& label);
    void remove(BookmarkId id);

private:
    Database& m_database;
};

} // namespace microtome
