#include "core/features/load/numpyfile.h"

#include "core/features/load/bytecursor.h"
#include "core/features/load/numpyheader.h"
#include "core/features/load/numpyvalues.h"
#include "core/features/load/unreadable.h"
#include "core/text/unicode.h"

#include <algorithm>

namespace microtome {

namespace {

constexpr std::string_view magic = "\x93NUMPY";
constexpr std::string_view suffix = ".npy";
constexpr std::size_t longestHeader = 1 << 20, longestText = 1 << 20;

/// One text without axes: "<U4" is UTF-32, "|S4" bytes; both padded with zeros.
StoredValue readText(const StoredBytes& data, bool wide)
{
    if (data.size() > longestText)
        throw Unreadable("holds a text of more than 1 MB as a numpy array");
    const HeldBytes held = data.bytes();
    ByteCursor cursor(held.bytes, "text");
    std::string bytes;
    while (cursor.left() >= (wide ? sizeof(char32_t) : 1)) {
        char32_t c = wide ? cursor.number<char32_t>() : 0;
        if (!wide) {
            bytes += cursor.number<char>();
            continue;
        }
        if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
            c = text::replacementCharacter;
        text::appendCodePoint(bytes, c);
    }
    bytes.erase(bytes.find_last_not_of('\0') + 1);
    return StoredValue(StoredObject{text::validUtf8(bytes)});
}

} // namespace

bool isNumpyArray(std::span<const std::byte> head)
{
    return head.size() >= magic.size()
        && std::string_view(reinterpret_cast<const char*>(head.data()), magic.size()) == magic;
}

StoredValue readNumpyArray(const StoredBytes& file)
{
    const auto head = file.head(magic.size() + 6);
    ByteCursor start(head, "header");
    if (start.text(magic.size()) != magic)
        throw Unreadable("holds an array that does not begin as numpy writes it; it is damaged");
    const auto version = start.number<std::uint8_t>();
    start.take(1);
    if (version < 1 || version > 3)
        throw Unreadable("holds an array of a newer version than 3; save it with numpy.save");
    const std::uint32_t length
        = version == 1 ? start.number<std::uint16_t>() : start.number<std::uint32_t>();
    if (length > longestHeader)
        throw Unreadable("holds an array whose header is longer than 1 MB; it is damaged");
    const auto whole = file.head(start.position() + length);
    ByteCursor cursor(whole, "header", start.position());
    const NumpyHeader header = readNumpyHeader(cursor.text(length));
    const StoredBytes data = file.behind(cursor.position());
    if (header.shape.empty() && (header.descr.starts_with("<U") || header.descr.starts_with("|S")))
        return readText(data, header.descr.front() == '<');
    if (header.descr.ends_with("O"))
        throw Unreadable("holds a numpy array of Python objects, which Microtome does not run; "
                         "save its numbers as plain arrays");
    TensorLayout layout;
    layout.shape = header.shape;
    numpyvalues::setDtype(layout, header.descr);
    layout.makeContiguous(header.fortran);
    const std::size_t width = sizeOf(layout.dtype);
    StoredTensor tensor(std::move(layout), std::make_shared<const StoredBytes>(data));
    if (static_cast<std::uint64_t>(tensor.count()) != data.size() / width
        || data.size() % width != 0)
        throw Unreadable("holds an array with more bytes than its shape says; it is damaged");
    return StoredValue(StoredObject{std::move(tensor)});
}

bool isNumpyArchive(const ZipArchive& archive)
{
    return !archive.members().empty()
        && std::all_of(archive.members().begin(), archive.members().end(),
            [](const auto& member) { return member.first.ends_with(suffix); });
}

StoredValue readNumpyArchive(const ZipArchive& archive)
{
    StoredDict arrays;
    for (const auto& [name, bytes] : archive.members())
        arrays.emplace_back(
            StoredValue(StoredObject{text::validUtf8(name.substr(0, name.size() - suffix.size()))}),
            readNumpyArray(bytes));
    return StoredValue(StoredObject{std::move(arrays)});
}

} // namespace microtome
