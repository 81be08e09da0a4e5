#include "core/features/load/ziparchive.h"

#include "core/features/load/bytecursor.h"
#include "core/text/clip.h"

#include <algorithm>
#include <vector>

namespace microtome {

namespace {

constexpr std::uint32_t localSignature = 0x04034b50, entrySignature = 0x02014b50,
                        endSignature = 0x06054b50, end64Signature = 0x06064b50,
                        locatorSignature = 0x07064b50;
constexpr std::size_t endLength = 22, locatorLength = 20, longestComment = 65535;
constexpr std::uint16_t stored = 0, deflated = 8;
constexpr std::uint32_t in64 = 0xFFFFFFFF; // the value stands in the zip64 field

[[noreturn]] void damaged(const std::string& why)
{
    throw Unreadable("is a damaged zip archive: " + why + "; download or save it again");
}

/// Where the central directory lies.
struct Directory {
    std::uint64_t begin = 0, size = 0, entries = 0;
    std::uint64_t end = 0; ///< where the records behind it begin
};

/// One member as the central directory tells it, and the bytes it takes with its local header.
struct Entry {
    std::string name;
    std::uint16_t flags = 0, method = 0;
    std::uint32_t crc = 0;
    std::uint64_t packed = 0, size = 0;
    std::uint64_t begin = 0, data = 0, end = 0;
};

std::size_t findEnd(std::span<const std::byte> file)
{
    if (file.size() >= endLength)
        for (std::size_t back = 0; back <= longestComment && back + endLength <= file.size();
             ++back) {
            ByteCursor at(file, "end record", file.size() - endLength - back);
            if (at.number<std::uint32_t>() != endSignature)
                continue;
            at.take(16);
            if (at.number<std::uint16_t>() == back)
                return file.size() - endLength - back;
        }
    damaged("its directory is missing, so it may be cut short");
}

Directory findDirectory(std::span<const std::byte> file)
{
    Directory directory;
    directory.end = findEnd(file);
    ByteCursor end(file, "end record", static_cast<std::size_t>(directory.end) + 4);
    const auto disks = end.number<std::uint32_t>();
    end.take(2);
    directory.entries = end.number<std::uint16_t>();
    directory.size = end.number<std::uint32_t>();
    directory.begin = end.number<std::uint32_t>();
    if (disks != 0 && disks != in64)
        damaged("it has several parts");
    if (directory.entries == 0xFFFF || directory.size == in64 || directory.begin == in64) {
        if (directory.end < locatorLength)
            damaged("its zip64 record is missing");
        ByteCursor locator(
            file, "zip64 locator", static_cast<std::size_t>(directory.end) - locatorLength);
        if (locator.number<std::uint32_t>() != locatorSignature)
            damaged("its zip64 record is missing");
        locator.take(4);
        directory.end = locator.number<std::uint64_t>();
        if (directory.end > file.size())
            damaged("its zip64 record lies outside of it");
        ByteCursor end64(file, "zip64 record", static_cast<std::size_t>(directory.end));
        if (end64.number<std::uint32_t>() != end64Signature)
            damaged("its zip64 record is missing");
        end64.take(28);
        directory.entries = end64.number<std::uint64_t>();
        directory.size = end64.number<std::uint64_t>();
        directory.begin = end64.number<std::uint64_t>();
    }
    if (directory.begin > directory.end || directory.size > directory.end - directory.begin)
        damaged("its directory lies outside of it");
    return directory;
}

/// Fills what the zip64 field of an entry holds for the values that do not fit.
void readWide(Entry& entry, std::span<const std::byte> extra)
{
    ByteCursor fields(extra, "directory");
    while (fields.left() >= 4) {
        const auto id = fields.number<std::uint16_t>();
        const auto content = fields.take(fields.number<std::uint16_t>());
        if (id != 1)
            continue;
        ByteCursor wide(content, "zip64 field");
        for (std::uint64_t* value : {&entry.size, &entry.packed, &entry.begin})
            if (*value == in64)
                *value = wide.number<std::uint64_t>();
        return;
    }
}

void checkName(const std::string& name)
{
    const std::string around = "/" + name + "/";
    if (name.empty() || name.front() == '/' || name.find('\\') != std::string::npos
        || name.find('\0') != std::string::npos || around.find("/../") != std::string::npos)
        damaged("the name " + text::clip(name) + " in it is no plain path");
}

Entry readEntry(ByteCursor& directory)
{
    if (directory.number<std::uint32_t>() != entrySignature)
        damaged("its directory does not hold what it should");
    directory.take(4);
    Entry entry;
    entry.flags = directory.number<std::uint16_t>();
    entry.method = directory.number<std::uint16_t>();
    directory.take(4);
    entry.crc = directory.number<std::uint32_t>();
    entry.packed = directory.number<std::uint32_t>();
    entry.size = directory.number<std::uint32_t>();
    const auto nameLength = directory.number<std::uint16_t>();
    const auto extraLength = directory.number<std::uint16_t>();
    const auto commentLength = directory.number<std::uint16_t>();
    directory.take(8);
    entry.begin = directory.number<std::uint32_t>();
    entry.name = directory.text(nameLength);
    readWide(entry, directory.take(extraLength));
    directory.take(commentLength);
    checkName(entry.name);
    return entry;
}

/// Finds a member's bytes behind its local header; sizes there may be 0 and told behind the data,
/// so the directory's count.
void locate(Entry& entry, std::span<const std::byte> file, std::uint64_t limit)
{
    const std::string name = "the part " + text::clip(entry.name);
    if (entry.flags & 1)
        throw Unreadable("is encrypted; decrypt it first");
    if (entry.method != stored && entry.method != deflated)
        throw Unreadable("holds " + name + " packed in another way than stored or deflated");
    if (entry.begin > limit)
        damaged(name + " lies outside of it");
    ByteCursor local(file.first(static_cast<std::size_t>(limit)), "archive",
        static_cast<std::size_t>(entry.begin));
    if (local.number<std::uint32_t>() != localSignature)
        damaged(name + " does not begin where its directory says");
    local.take(4);
    const auto method = local.number<std::uint16_t>();
    local.take(16);
    const auto nameLength = local.number<std::uint16_t>();
    const auto extraLength = local.number<std::uint16_t>();
    if (local.text(nameLength) != entry.name || method != entry.method)
        damaged(name + " differs from its directory");
    local.take(extraLength);
    entry.data = local.position();
    if (entry.packed > local.left())
        damaged(name + " reaches outside of it");
    entry.end = entry.data + entry.packed;
    if (entry.method == stored && entry.size != entry.packed)
        damaged(name + " has two sizes");
}

} // namespace

ZipArchive::ZipArchive(const std::shared_ptr<const MappedFile>& file)
{
    const auto bytes = file->bytes();
    const Directory directory = findDirectory(bytes);
    ByteCursor cursor(bytes.subspan(static_cast<std::size_t>(directory.begin),
                          static_cast<std::size_t>(directory.size)),
        "directory");
    std::vector<Entry> entries;
    while (entries.size() < directory.entries) {
        entries.push_back(readEntry(cursor));
        locate(entries.back(), bytes, directory.begin);
    }
    std::sort(entries.begin(), entries.end(),
        [](const Entry& a, const Entry& b) { return a.begin < b.begin; });
    for (std::size_t i = 1; i < entries.size(); ++i)
        if (entries[i].begin < entries[i - 1].end)
            damaged("the part " + text::clip(entries[i].name) + " overlaps another");
    for (const Entry& entry : entries) {
        HeldBytes held{file,
            bytes.subspan(
                static_cast<std::size_t>(entry.data), static_cast<std::size_t>(entry.packed))};
        StoredBytes member = entry.method == stored
            ? StoredBytes(std::move(held))
            : StoredBytes(std::move(held), {entry.size, entry.crc, text::clip(entry.name)});
        if (!m_members.emplace(entry.name, std::move(member)).second)
            damaged("the name " + text::clip(entry.name) + " stands in it twice");
    }
}

const StoredBytes* ZipArchive::find(const std::string& name) const
{
    const auto found = m_members.find(name);
    return found == m_members.end() ? nullptr : &found->second;
}

} // namespace microtome
