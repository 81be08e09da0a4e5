#include "core/text/clip.h"

#include "core/text/unicode.h"

namespace microtome::text {

std::string clip(std::string_view text)
{
    constexpr std::size_t longest = 60;
    std::string clipped;
    for (std::size_t i = 0; i < text.size();) {
        if (clipped.size() >= longest)
            return clipped + "…";
        const char32_t c = nextCodePoint(text, i);
        if (c < 0x20 || (c >= 0x7F && c < 0xA0))
            clipped += ' ';
        else
            appendCodePoint(clipped, c);
    }
    return clipped;
}

} // namespace microtome::text
