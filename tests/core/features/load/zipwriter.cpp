#include "tests/core/features/load/zipwriter.h"

namespace {

void put(std::string& out, std::uint64_t value, int bytes)
{
    for (int i = 0; i < bytes; ++i)
        out += static_cast<char>(value >> (8 * i) & 0xFF);
}

} // namespace

ZipMember storedMember(std::string name, std::string content)
{
    const auto size = static_cast<std::uint32_t>(content.size());
    return {std::move(name), std::move(content), 0, size, -1, {}, 0, 0};
}

std::string zipOf(const std::vector<ZipMember>& members)
{
    std::string file, directory;
    for (const ZipMember& m : members) {
        const std::size_t begin = file.size();
        const std::string& local = m.localName.empty() ? m.name : m.localName;
        put(file, 0x04034b50, 4);
        put(file, 20, 2);
        put(file, m.flags, 2);
        put(file, m.method, 2);
        put(file, 0, 4);
        put(file, m.crc, 4);
        put(file, m.content.size(), 4);
        put(file, m.size, 4);
        put(file, local.size(), 2);
        put(file, 0, 2);
        file += local + m.content;
        put(directory, 0x02014b50, 4);
        put(directory, 20, 2);
        put(directory, 20, 2);
        put(directory, m.flags, 2);
        put(directory, m.method, 2);
        put(directory, 0, 4);
        put(directory, m.crc, 4);
        put(directory, m.content.size(), 4);
        put(directory, m.size, 4);
        put(directory, m.name.size(), 2);
        put(directory, 0, 8); // no extra field, no comment, first disk
        put(directory, 0, 4);
        put(directory, m.begin < 0 ? begin : static_cast<std::uint64_t>(m.begin), 4);
        directory += m.name;
    }
    const std::size_t begin = file.size();
    file += directory;
    put(file, 0x06054b50, 4);
    put(file, 0, 4);
    put(file, members.size(), 2);
    put(file, members.size(), 2);
    put(file, directory.size(), 4);
    put(file, begin, 4);
    put(file, 0, 2);
    return file;
}
