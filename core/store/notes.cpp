#include "core/store/notes.h"

#include "core/store/clock.h"
#include "core/store/json.h"

namespace microtome {

namespace {

std::vector<Note> notesFrom(Statement row)
{
    std::vector<Note> notes;
    while (row.step())
        notes.push_back({.id = row.id<NoteId>(0),
            .targetKind = row.text(1),
            .target = row.integer(2),
            .text = row.text(3),
            .created = row.integer(4)});
    return notes;
}

const std::string noteQuery = "SELECT id, target_kind, target_id, text, created FROM note ";

} // namespace

NoteId Notes::add(const Note& note)
{
    m_database
        .prepare("INSERT INTO note (target_kind, target_id, text, created) VALUES (?1, ?2, ?3, ?4)")
        .bind(note.targetKind, note.target, note.text, millisecondsNow())
        .run();
    return static_cast<NoteId>(m_database.lastId());
}

std::vector<Note> Notes::list()
{
    return notesFrom(m_database.prepare(noteQuery + "ORDER BY id"));
}

std::vector<Note> Notes::about(const std::string& targetKind, std::int64_t target)
{
    return notesFrom(
        m_database.prepare(noteQuery + "WHERE target_kind = ?1 AND target_id = ?2 ORDER BY id")
            .bind(targetKind, target));
}

void Notes::setText(NoteId id, const std::string& text)
{
    m_database.prepare("UPDATE note SET text = ?2 WHERE id = ?1").bind(id, text).run();
}

void Notes::remove(NoteId id)
{
    m_database.prepare("DELETE FROM note WHERE id = ?1").bind(id).run();
}

BookmarkId Notes::addBookmark(const Bookmark& bookmark)
{
    m_database.prepare("INSERT INTO bookmark (label, focus) VALUES (?1, ?2)")
        .bind(bookmark.label, jsonText(bookmark.focus))
        .run();
    return static_cast<BookmarkId>(m_database.lastId());
}

std::vector<Bookmark> Notes::bookmarks()
{
    std::vector<Bookmark> bookmarks;
    Statement row = m_database.prepare("SELECT id, label, focus FROM bookmark ORDER BY id");
    while (row.step())
        bookmarks.push_back(
            {.id = row.id<BookmarkId>(0), .label = row.text(1), .focus = jsonFrom(row.text(2))});
    return bookmarks;
}

void Notes::setLabel(BookmarkId id, const std::string& label)
{
    m_database.prepare("UPDATE bookmark SET label = ?2 WHERE id = ?1").bind(id, label).run();
}

void Notes::remove(BookmarkId id)
{
    m_database.prepare("DELETE FROM bookmark WHERE id = ?1").bind(id).run();
}

} // namespace microtome
