#pragma once

#include <QFlags>
#include <QObject>

namespace microtome {

/// What kind of thing changed in a session. Views are told a mask of these and refresh only for
/// those they draw from.
enum class Change : unsigned {
    Model = 1u << 0, ///< another model (or none) is open
    Prompt = 1u << 1, ///< text or tokens of the prompt or of the reference prompt
    EditLines = 1u << 2, ///< the list of edits
    Run = 1u << 3, ///< a finished run: reference, edited, or both
    Effects = 1u << 4, ///< measured effects of the edits
    Shown = 1u << 5, ///< reference | edited | difference
    Focus = 1u << 6, ///< what is looked at
    Pins = 1u << 7, ///< what is kept in sight
    Project = 1u << 8, ///< the project: its runs, notes, prompts
    Theme = 1u << 9, ///< light | dark
    Settings = 1u << 10, ///< BOS, seed, target, thresholds
    State = 1u << 11, ///< stale, working, failed: what the session is doing
};
Q_DECLARE_FLAGS(Changes, Change)
Q_DECLARE_OPERATORS_FOR_FLAGS(Changes)

inline constexpr unsigned everythingBits = (1u << 12) - 1;
inline Changes everything()
{
    return Changes::fromInt(everythingBits);
}

/// Collects what changed and tells it once per turn of the event loop: setters only note.
class Announcer : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

    void note(Changes);

    /// Tells at once what was noted so far.
    void flush();

signals:
    void changed(microtome::Changes);

private:
    Changes m_noted;
    bool m_posted = false;
};

} // namespace microtome
