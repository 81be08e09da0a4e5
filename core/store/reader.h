#pragma once

#include "core/store/access.h"
#include "core/store/file.h"

namespace microtome {

/// A second, reading connection to a project, for another thread than the writer's: make it, use it
/// and destroy it on that thread, before the project closes. It sees what was committed.
class ProjectReader : public ProjectAccess {
public:
    explicit ProjectReader(const std::filesystem::path& path)
        : ProjectAccess(openForReading(path))
    {
    }
};

} // namespace microtome
