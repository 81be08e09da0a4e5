#pragma once

#include "core/model/edit.h"
#include "views/session/change.h"

#include <QObject>
#include <QUndoStack>

namespace microtome {

/// The one list of edits that every view adds to. Each change is one step of undo; a slider's drag
/// is one step, too.
class EditList : public QObject {
    Q_OBJECT
public:
    EditList(Announcer&, QUndoStack&, QObject* parent = nullptr);

    const Edits& edits() const { return m_edits; }
    int size() const { return static_cast<int>(m_edits.size()); }
    const Edit& at(int i) const { return m_edits.at(static_cast<std::size_t>(i)); }

    void add(const Edit&);
    void remove(int);
    void move(int from, int to); ///< `to`: index after the move
    void setEnabled(int, bool);
    void setStrength(int, double); ///< consecutive calls for one line merge into one step
    void setNumber(int, double); ///< likewise
    void endDrag(); ///< what follows is another step
    void setPositions(int, const EditPositions&);
    void replaceAll(const Edits&, const QString& what);
    void clear();
    void forget(); ///< empties the list without a step (another model is open)

    int current() const { return m_current; } ///< the line that is marked, -1: none
    void setCurrent(int);

private:
    friend class EditStep;
    void apply(const Edits&);
    void step(Edits, const QString& what, int merge = -1);

    Announcer& m_announcer;
    QUndoStack& m_undo;
    Edits m_edits;
    int m_current = -1;
    int m_drag = 0;
};

} // namespace microtome
