#include "core/features/load/storedbytes.h"

#include "core/features/load/unreadable.h"

#include <algorithm>
#include <limits>
#include <zlib.h>

namespace microtome {

namespace {

// Deflate never packs more than 1032 bytes into one (zlib's technical notes), plus the last block.
constexpr std::uint64_t largestRatio = 1032;
constexpr std::uint64_t lastBlock = 1024;

/// zlib's state for raw deflated bytes, freed on every way out.
struct Inflater {
    Inflater()
    {
        if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
            throw Error("There is not enough memory to inflate a part of a file.");
    }
    ~Inflater() { inflateEnd(&stream); }
    Inflater(const Inflater&) = delete;
    Inflater& operator=(const Inflater&) = delete;

    z_stream stream{};
};

uInt portion(std::uint64_t size)
{
    return static_cast<uInt>(std::min<std::uint64_t>(size, std::numeric_limits<uInt>::max()));
}

} // namespace

StoredBytes::StoredBytes(HeldBytes packed, Deflated about)
    : m_held(std::move(packed))
    , m_size(about.size)
    , m_deflated(std::make_shared<const Deflated>(std::move(about)))
{
    if (m_size / largestRatio > m_held.bytes.size() + lastBlock)
        throw Unreadable("claims that a part inflates to more than deflating can hold; it is "
                         "damaged or a zip bomb");
}

StoredBytes StoredBytes::promised(std::uint64_t size)
{
    StoredBytes bytes;
    bytes.m_size = size;
    return bytes;
}

HeldBytes StoredBytes::bytes() const
{
    if (!m_deflated)
        return {m_held.owner, m_held.bytes.subspan(static_cast<std::size_t>(m_begin))};
    auto values = std::make_shared<const std::vector<std::byte>>(inflated(m_size));
    const std::span<const std::byte> all(*values);
    return {std::move(values), all.subspan(static_cast<std::size_t>(m_begin))};
}

std::vector<std::byte> StoredBytes::head(std::size_t count) const
{
    const std::uint64_t wanted = m_begin + std::min<std::uint64_t>(count, size());
    if (m_deflated) {
        std::vector<std::byte> values = inflated(wanted);
        values.erase(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(m_begin));
        return values;
    }
    return {m_held.bytes.begin() + static_cast<std::ptrdiff_t>(m_begin),
        m_held.bytes.begin() + static_cast<std::ptrdiff_t>(wanted)};
}

StoredBytes StoredBytes::behind(std::uint64_t count) const
{
    if (count > size())
        throw Unreadable("is cut short: a part of it ends within its header");
    StoredBytes rest = *this;
    rest.m_begin += count;
    return rest;
}

/// The first `wanted` bytes. The buffer grows with what really comes out, so that a declared size
/// alone takes no memory. Size and checksum are held to the declared ones when all are wanted.
std::vector<std::byte> StoredBytes::inflated(std::uint64_t wanted) const
{
    const auto refuse = [this] {
        throw Error("The part " + m_deflated->name
            + " of a file is damaged and cannot be inflated; download or save the file again.");
    };
    const std::span<const std::byte> packed = m_held.bytes;
    std::vector<std::byte> values;
    Inflater inflater;
    z_stream& stream = inflater.stream;
    std::size_t read = 0, made = 0;
    int state = Z_OK;
    std::byte spare{}; // zlib wants somewhere to write; a byte that lands here is one too many
    while (state == Z_OK && (made < wanted || wanted == m_size)) {
        if (made == values.size() && made < wanted)
            values.resize(static_cast<std::size_t>(std::min<std::uint64_t>(
                wanted, std::max<std::uint64_t>(2 * made, 4 * packed.size() + 256))));
        const bool full = made == values.size();
        const uInt in = portion(packed.size() - read);
        const uInt out = full ? 1 : portion(values.size() - made);
        stream.next_in = reinterpret_cast<Bytef*>(const_cast<std::byte*>(packed.data() + read));
        stream.avail_in = in;
        stream.next_out = reinterpret_cast<Bytef*>(full ? &spare : values.data() + made);
        stream.avail_out = out;
        state = ::inflate(&stream, Z_NO_FLUSH);
        read += in - stream.avail_in;
        const std::size_t came = out - stream.avail_out;
        if (full && came > 0)
            refuse();
        made += came;
    }
    if (state != Z_OK && state != Z_STREAM_END)
        refuse();
    if (made != wanted)
        refuse();
    if (wanted == m_size
        && crc32_z(0, reinterpret_cast<const Bytef*>(values.data()), values.size())
            != m_deflated->crc)
        refuse();
    return values;
}

} // namespace microtome
