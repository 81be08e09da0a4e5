#include "core/store/meta.h"

namespace microtome {

std::optional<std::string> Meta::get(const std::string& key)
{
    Statement row = m_database.prepare("SELECT value FROM meta WHERE key = ?1").bind(key);
    return row.step() ? std::optional(row.text(0)) : std::nullopt;
}

void Meta::set(const std::string& key, const std::string& value)
{
    m_database
        .prepare("INSERT INTO meta (key, value) VALUES (?1, ?2)"
                 " ON CONFLICT (key) DO UPDATE SET value = excluded.value")
        .bind(key, value)
        .run();
}

void Meta::remove(const std::string& key)
{
    m_database.prepare("DELETE FROM meta WHERE key = ?1").bind(key).run();
}

} // namespace microtome
