#include "app/memory.h"

#include <QFile>

#include <unistd.h>

namespace microtome {

Memory memoryNow()
{
    Memory memory;
    const long page = sysconf(_SC_PAGESIZE);
    const long pages = sysconf(_SC_PHYS_PAGES);
    if (page <= 0 || pages <= 0)
        return memory;
    memory.total = static_cast<std::uint64_t>(page) * static_cast<std::uint64_t>(pages);
    QFile statm(QStringLiteral("/proc/self/statm"));
    if (statm.open(QIODevice::ReadOnly)) {
        const QList<QByteArray> fields = statm.readAll().split(' ');
        if (fields.size() > 1)
            memory.used = fields[1].toULongLong() * static_cast<std::uint64_t>(page);
    }
    return memory;
}

} // namespace microtome
