#include "core/work/filebeside.h"

#include "core/work/error.h"
#include "core/work/replacefile.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <unistd.h>

namespace microtome {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t piece = 1 << 20;

} // namespace

FileBeside::FileBeside(fs::path path)
    : m_path(std::move(path))
    , m_beside(m_path)
{
    m_beside += ".part";
    m_file = ::open(m_beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (m_file < 0)
        throw Error("Cannot write " + m_path.string() + ": " + std::strerror(errno) + ".");
    m_waiting.reserve(piece);
}

FileBeside::~FileBeside()
{
    if (m_file < 0)
        return;
    ::close(m_file);
    ::unlink(m_beside.c_str());
}

void FileBeside::fail(int error)
{
    const bool full = error == ENOSPC || error == EDQUOT || error == EFBIG;
    throw Error("Cannot write " + m_path.string() + ": "
        + (full ? "the disk is full; make room and start again."
                : std::string(std::strerror(error)) + "."));
}

void FileBeside::flush()
{
    std::span<const std::byte> rest = m_waiting;
    while (!rest.empty()) {
        const ssize_t written = ::write(m_file, rest.data(), rest.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            fail(errno);
        rest = rest.subspan(static_cast<std::size_t>(written));
    }
    m_waiting.clear();
}

void FileBeside::write(std::span<const std::byte> bytes)
{
    while (!bytes.empty()) {
        const auto part = bytes.first(std::min(bytes.size(), piece - m_waiting.size()));
        m_waiting.insert(m_waiting.end(), part.begin(), part.end());
        bytes = bytes.subspan(part.size());
        if (m_waiting.size() == piece)
            flush();
    }
}

void FileBeside::seek(std::uint64_t position)
{
    flush();
    if (::lseek(m_file, static_cast<off_t>(position), SEEK_SET) < 0)
        fail(errno);
}

void FileBeside::commit()
{
    flush();
    if (::fsync(m_file) != 0)
        fail(errno);
    const int closed = ::close(m_file);
    m_file = -1;
    if (closed != 0 || ::rename(m_beside.c_str(), m_path.c_str()) != 0) {
        const int error = errno;
        ::unlink(m_beside.c_str());
        fail(error);
    }
    settle(m_path.has_parent_path() ? m_path.parent_path() : fs::path("."));
}

} // namespace microtome
