#include "core/work/mappedfile.h"

#include "core/work/error.h"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

namespace microtome {

MappedFile::MappedFile(const std::filesystem::path& path)
{
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0)
        throw Error("Cannot read " + path.string() + ": " + std::strerror(errno) + ".");
    struct stat status {};
    const bool regular = ::fstat(file, &status) == 0 && S_ISREG(status.st_mode);
    m_size = regular ? static_cast<std::size_t>(status.st_size) : 0;
    void* data = nullptr;
    if (m_size > 0)
        data = ::mmap(nullptr, m_size, PROT_READ, MAP_PRIVATE, file, 0);
    ::close(file);
    if (!regular)
        throw Error("Cannot read " + path.string() + ": it is not a regular file.");
    if (data == MAP_FAILED)
        throw Error("Cannot map " + path.string() + " into memory: " + std::strerror(errno) + ".");
    m_data = static_cast<const std::byte*>(data);
}

MappedFile::~MappedFile()
{
    if (m_data)
        ::munmap(const_cast<std::byte*>(m_data), m_size);
}

void MappedFile::release() const
{
    if (m_data)
        ::madvise(const_cast<std::byte*>(m_data), m_size, MADV_DONTNEED);
}

} // namespace microtome
