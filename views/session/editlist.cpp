#include "views/session/editlist.h"

#include <QUndoCommand>

#include <algorithm>

namespace microtome {

/// One step of undo: the whole list before and after. Values are shared, so this is cheap.
class EditStep : public QUndoCommand {
public:
    EditStep(EditList& list, Edits after, const QString& what, int merge)
        : QUndoCommand(what)
        , m_list(list)
        , m_before(list.m_edits)
        , m_after(std::move(after))
        , m_merge(merge)
    {
    }

    int id() const override { return m_merge < 0 ? -1 : 100 + m_merge; }
    void undo() override { m_list.apply(m_before); }
    void redo() override { m_list.apply(m_after); }

    bool mergeWith(const QUndoCommand* next) override
    {
        m_after = static_cast<const EditStep*>(next)->m_after;
        setObsolete(m_after == m_before);
        return true;
    }

private:
    EditList& m_list;
    Edits m_before;
    Edits m_after;
    int m_merge;
};

EditList::EditList(Announcer& announcer, QUndoStack& undo, QObject* parent)
    : QObject(parent)
    , m_announcer(announcer)
    , m_undo(undo)
{
}

void EditList::apply(const Edits& edits)
{
    m_edits = edits;
    m_current = std::min(m_current, size() - 1);
    m_announcer.note(Change::EditLines);
}

void EditList::step(Edits edits, const QString& what, int merge)
{
    m_undo.push(new EditStep(*this, std::move(edits), what, merge));
}

void EditList::add(const Edit& edit)
{
    Edits edits = m_edits;
    edits.push_back(edit);
    m_current = static_cast<int>(edits.size()) - 1;
    step(std::move(edits), tr("add %1").arg(QString::fromStdString(edit.label)));
}

void EditList::remove(int i)
{
    if (i < 0 || i >= size())
        return;
    Edits edits = m_edits;
    edits.erase(edits.begin() + i);
    step(std::move(edits), tr("remove %1").arg(QString::fromStdString(at(i).label)));
}

void EditList::move(int from, int to)
{
    if (from == to || from < 0 || to < 0 || from >= size() || to >= size())
        return;
    Edits edits = m_edits;
    const Edit edit = at(from);
    edits.erase(edits.begin() + from);
    edits.insert(edits.begin() + to, edit);
    m_current = to;
    step(std::move(edits), tr("reorder edits"));
}

void EditList::setEnabled(int i, bool on)
{
    if (at(i).enabled == on)
        return;
    Edits edits = m_edits;
    edits[static_cast<std::size_t>(i)].enabled = on;
    step(std::move(edits), on ? tr("switch an edit on") : tr("switch an edit off"));
}

void EditList::setStrength(int i, double strength)
{
    if (at(i).strength == strength)
        return;
    Edits edits = m_edits;
    edits[static_cast<std::size_t>(i)].strength = strength;
    step(std::move(edits), tr("change a strength"), 4096 * m_drag + 2 * i);
}

void EditList::setNumber(int i, double number)
{
    if (at(i).number == number)
        return;
    Edits edits = m_edits;
    edits[static_cast<std::size_t>(i)].number = number;
    step(std::move(edits), tr("change a value"), 4096 * m_drag + 2 * i + 1);
}

void EditList::endDrag()
{
    m_drag = (m_drag + 1) % 1024;
}

void EditList::setPositions(int i, const EditPositions& positions)
{
    if (at(i).positions == positions)
        return;
    Edits edits = m_edits;
    edits[static_cast<std::size_t>(i)].positions = positions;
    step(std::move(edits), tr("change an edit's positions"));
}

void EditList::replaceAll(const Edits& edits, const QString& what)
{
    if (edits != m_edits)
        step(edits, what);
}

void EditList::clear()
{
    replaceAll({}, tr("remove all edits"));
}

void EditList::forget()
{
    m_current = -1;
    apply({});
}

void EditList::setCurrent(int i)
{
    const int current = std::clamp(i, -1, size() - 1);
    if (current == m_current)
        return;
    m_current = current;
    m_announcer.note(Change::EditLines);
}

} // namespace microtome
