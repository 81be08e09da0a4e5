#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

namespace microtome {

/// A file mapped read-only into memory for as long as the object lives.
class MappedFile {
public:
    /// Throws Error with a sentence when the file cannot be read.
    explicit MappedFile(const std::filesystem::path&);
    ~MappedFile();
    MappedFile(const MappedFile&) = delete;
    MappedFile& operator=(const MappedFile&) = delete;

    std::span<const std::byte> bytes() const { return {m_data, m_size}; }

    /// Gives the pages that were read back to the system; they are read again when touched.
    void release() const;

private:
    const std::byte* m_data = nullptr;
    std::size_t m_size = 0;
};

} // namespace microtome
