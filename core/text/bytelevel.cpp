#include "core/text/bytelevel.h"

#include "core/text/unicode.h"

#include <array>

namespace microtome::text {

namespace {

constexpr bool standsForItself(unsigned byte)
{
    return (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || byte >= 0xAE;
}

struct Alphabet {
    // Every character has a code point below U+0144: at most two bytes.
    std::array<std::array<char, 2>, 256> utf8{};
    std::array<unsigned char, 256> length{};
    std::array<short, 0x144> byteOf{};
};

constexpr Alphabet makeAlphabet()
{
    Alphabet made;
    made.byteOf.fill(-1);
    unsigned others = 0;
    for (unsigned byte = 0; byte < 256; ++byte) {
        const unsigned c = standsForItself(byte) ? byte : 0x100 + others++;
        made.byteOf[c] = short(byte);
        if (c < 0x80) {
            made.utf8[byte] = {char(c), 0};
            made.length[byte] = 1;
        } else {
            made.utf8[byte] = {char(0xC0 | (c >> 6)), char(0x80 | (c & 0x3F))};
            made.length[byte] = 2;
        }
    }
    return made;
}

constexpr Alphabet alphabet = makeAlphabet();

} // namespace

std::string_view byteCharacter(unsigned char byte)
{
    return {alphabet.utf8[byte].data(), alphabet.length[byte]};
}

std::optional<std::string> bytesOfSpelling(std::string_view spelling)
{
    std::string bytes;
    for (std::size_t i = 0; i < spelling.size();) {
        const char32_t c = nextCodePoint(spelling, i);
        if (c >= alphabet.byteOf.size() || alphabet.byteOf[c] < 0)
            return {};
        bytes += char(alphabet.byteOf[c]);
    }
    return bytes;
}

} // namespace microtome::text
