#pragma once

#include "core/features/load/storedbytes.h"
#include "core/work/mappedfile.h"

#include <map>
#include <memory>
#include <string>

namespace microtome {

/// The members of a zip archive (APPNOTE 6.3, with zip64), checked as a whole before any is read:
/// each lies inside the file, none overlaps another, no name comes twice or climbs out of a folder.
// An own reader of the directory, with zlib for what is deflated: stored members of many gigabytes
// are used where they lie in the mapped file, which libzip does not offer, and the checks above are
// not its business.
class ZipArchive {
public:
    /// Throws Unreadable.
    explicit ZipArchive(const std::shared_ptr<const MappedFile>&);

    const std::map<std::string, StoredBytes>& members() const { return m_members; }

    /// Null when there is none of that name.
    const StoredBytes* find(const std::string& name) const;

private:
    std::map<std::string, StoredBytes> m_members;
};

} // namespace microtome
