#include "core/store/fault.h"

#include <sqlite3.h>

namespace microtome {

std::string quoted(const std::filesystem::path& path)
{
    return "“" + path.filename().string() + "”";
}

std::string faultSentence(int code, const std::filesystem::path& path)
{
    const std::string file = quoted(path);
    switch (code & 0xff) {
    case SQLITE_FULL:
        return "The disk is full: " + file
            + " could not take more; free some space and try again, what was saved before is "
              "there.";
    case SQLITE_NOTADB:
        return file + " is not a Microtome project; choose another file.";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return file + " is open in another Microtome; close it there, or open it to read only.";
    case SQLITE_READONLY:
        return file + " can only be read here; save it under another name to change it.";
    case SQLITE_CORRUPT:
    case SQLITE_FORMAT:
        return file + " is damaged; “microtome-cli project repair” saves what can be read.";
    case SQLITE_SCHEMA:
    case SQLITE_ERROR:
    case SQLITE_MISMATCH:
        return file
            + " is not laid out as a project of this version; “microtome-cli project repair” "
              "saves what can be read.";
    case SQLITE_CONSTRAINT:
        return "What was to be stored contradicts what is in " + file
            + "; reopen the project and try again.";
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN:
        return file + " could not be opened; check that it exists and that you may read it.";
    case SQLITE_NOMEM:
        return "Not enough memory to work with " + file + "; close what is not needed.";
    case SQLITE_TOOBIG:
        return "A single value is too large for " + file + "; ask for less at once.";
    case SQLITE_IOERR:
        return "Reading or writing " + file
            + " failed; check that its disk is still connected and sound.";
    default:
        return file + " could not be read or written; the details are in the log.";
    }
}

} // namespace microtome
