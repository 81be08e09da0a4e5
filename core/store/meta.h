#pragma once

#include "core/store/database.h"

#include <optional>
#include <string>

namespace microtome {

/// Small facts and recent things that belong to a project, by key.
class Meta {
public:
    explicit Meta(Database& database)
        : m_database(database)
    {
    }

    std::optional<std::string> get(const std::string& key);
    void set(const std::string& key, const std::string& value);
    void remove(const std::string& key);

private:
    Database& m_database;
};

} // namespace microtome
