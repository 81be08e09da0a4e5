#include "views/session/change.h"

#include <QMetaObject>

namespace microtome {

void Announcer::note(Changes changes)
{
    m_noted |= changes;
    if (m_posted || !m_noted)
        return;
    m_posted = true;
    QMetaObject::invokeMethod(this, &Announcer::flush, Qt::QueuedConnection);
}

void Announcer::flush()
{
    m_posted = false;
    const Changes told = m_noted;
    m_noted = {};
    if (told)
        emit changed(told);
}

} // namespace microtome
