#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

namespace microtome {

/// A file that is written in pieces beside its place and is there, whole, only after commit(); one
/// that is not committed leaves nothing. Every member throws Error with a sentence when the disk
/// does not take what it is given.
class FileBeside {
public:
    explicit FileBeside(std::filesystem::path);
    ~FileBeside();
    FileBeside(const FileBeside&) = delete;
    FileBeside& operator=(const FileBeside&) = delete;

    void write(std::span<const std::byte>);

    /// Goes on writing at this byte; what is left out between reads as zeros.
    void seek(std::uint64_t position);

    /// Bytes on the disk, then renames: the file is there whole or as it was before.
    void commit();

private:
    void flush();
    [[noreturn]] void fail(int error);

    std::filesystem::path m_path;
    std::filesystem::path m_beside;
    std::vector<std::byte> m_waiting;
    int m_file = -1;
};

} // namespace microtome
