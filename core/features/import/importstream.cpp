#include "core/features/import/importstream.h"

#include "core/features/load/unreadable.h"

#include <zlib.h>

namespace microtome {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t pieceSize = 1 << 16;

} // namespace

/// zlib's state for gzip members, freed on every way out.
struct ImportStream::Inflater {
    Inflater()
    {
        if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK)
            throw Error("There is not enough memory to inflate a file.");
    }
    ~Inflater() { inflateEnd(&stream); }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    z_stream stream{};
    bool within = false; ///< a member that has not ended
};

ImportStream::ImportStream(const fs::path& path)
    : m_piece(pieceSize)
{
    std::error_code error;
    if (fs::is_regular_file(path, error))
        m_file.open(path, std::ios::binary);
    if (!m_file.is_open())
        throw Error("Cannot read " + path.string() + "; name a file that you may read.");
    m_size = static_cast<std::uint64_t>(fs::file_size(path, error));
    if (m_file.get() == 0x1f && m_file.get() == 0x8b) {
        m_inflater = std::make_unique<Inflater>();
        m_packed.resize(pieceSize);
    }
    m_file.clear();
    m_file.seekg(0);
}

ImportStream::~ImportStream() = default;

std::uint64_t ImportStream::position() const
{
    return m_given + static_cast<std::uint64_t>(gptr() - eback());
}

double ImportStream::fraction() const
{
    return m_size == 0 ? 1 : static_cast<double>(m_read) / static_cast<double>(m_size);
}

std::size_t ImportStream::read()
{
    std::vector<char>& into = m_inflater ? m_packed : m_piece;
    m_file.read(into.data(), static_cast<std::streamsize>(into.size()));
    if (m_file.bad())
        throw Unreadable("cannot be read to its end; copy or download it again");
    const auto count = static_cast<std::size_t>(m_file.gcount());
    m_read += count;
    return count;
}

std::size_t ImportStream::fill()
{
    if (!m_inflater)
        return read();
    z_stream& stream = m_inflater->stream;
    stream.next_out = reinterpret_cast<Bytef*>(m_piece.data());
    stream.avail_out = static_cast<uInt>(m_piece.size());
    while (stream.avail_out == m_piece.size()) {
        if (stream.avail_in == 0) {
            stream.next_in = reinterpret_cast<Bytef*>(m_packed.data());
            stream.avail_in = static_cast<uInt>(read());
        }
        if (stream.avail_in == 0) {
            if (m_inflater->within)
                throw Unreadable("is cut short: its gzip data end too early; download it again");
            return 0;
        }
        m_inflater->within = true;
        const int state = ::inflate(&stream, Z_NO_FLUSH);
        if (state == Z_STREAM_END) {
            m_inflater->within = false;
            inflateReset(&stream);
        } else if (state != Z_OK) {
            throw Unreadable("is damaged: its gzip data cannot be inflated; download it again");
        }
    }
    return m_piece.size() - stream.avail_out;
}

ImportStream::int_type ImportStream::underflow()
{
    if (gptr() < egptr())
        return traits_type::to_int_type(*gptr());
    m_given = position();
    if (m_given - m_marked > mostBetween)
        throw Unreadable("has a record of more than " + std::to_string(mostBetween >> 20)
            + " MB, which no feature, window or explanation takes; it is damaged");
    const std::size_t count = fill();
    setg(m_piece.data(), m_piece.data(), m_piece.data() + count);
    return count == 0 ? traits_type::eof() : traits_type::to_int_type(*gptr());
}

} // namespace microtome
