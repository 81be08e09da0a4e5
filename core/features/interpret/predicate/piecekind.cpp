#include "core/features/interpret/predicate/piecekind.h"

#include "core/text/unicode.h"

#include <unicode/uchar.h>

#include <algorithm>
#include <array>

namespace microtome {

namespace {

struct Words {
    std::string_view name;
    std::string_view english;
};

constexpr std::array<Words, pieceKinds> words{{
    {"capital", "begin with a capital letter"},
    {"capitals", "are all capital letters"},
    {"lower", "are letters without a capital"},
    {"number", "are digits"},
    {"punctuation", "are punctuation"},
    {"spaced", "begin with a space"},
    {"line", "hold the end of a line"},
}};

bool isSymbol(char32_t c)
{
    return text::isPunctuation(c) || (U_GET_GC_MASK(static_cast<UChar32>(c)) & U_GC_S_MASK) != 0;
}

} // namespace

std::string_view nameOf(PieceKind kind)
{
    return words[static_cast<std::size_t>(kind)].name;
}

std::optional<PieceKind> pieceKindNamed(std::string_view name)
{
    const auto found = std::ranges::find(words, name, &Words::name);
    if (found == words.end())
        return {};
    return static_cast<PieceKind>(found - words.begin());
}

std::string_view englishOf(PieceKind kind)
{
    return words[static_cast<std::size_t>(kind)].english;
}

PieceTraits traitsOf(std::string_view piece)
{
    std::size_t characters = 0, letters = 0, capitals = 0, digits = 0, symbols = 0;
    bool spaced = false, line = false, firstCapital = false;
    for (std::size_t at = 0; at < piece.size();) {
        const bool first = at == 0;
        const char32_t c = text::nextCodePoint(piece, at);
        line = line || c == U'\n';
        if (text::isWhitespace(c)) {
            spaced = spaced || (first && c == U' ');
            continue;
        }
        ++characters;
        const bool capital
            = u_isupper(static_cast<UChar32>(c)) || u_istitle(static_cast<UChar32>(c));
        if (u_isalpha(static_cast<UChar32>(c))) {
            firstCapital = firstCapital || (letters == 0 && capital);
            ++letters;
            capitals += capital;
        }
        digits += u_isdigit(static_cast<UChar32>(c)) != 0;
        symbols += isSymbol(c);
    }
    PieceTraits traits;
    const auto mark = [&](PieceKind kind, bool is) {
        if (is)
            traits.kinds = static_cast<std::uint8_t>(traits.kinds | 1 << static_cast<int>(kind));
    };
    const bool allCapitals = letters > 1 && capitals == letters;
    mark(PieceKind::Capital, firstCapital && !allCapitals);
    mark(PieceKind::Capitals, allCapitals);
    mark(PieceKind::Lower, letters > 0 && letters == characters && capitals == 0);
    mark(PieceKind::Number, digits > 0 && digits == characters);
    mark(PieceKind::Punctuation, symbols > 0 && symbols == characters);
    mark(PieceKind::Spaced, spaced);
    mark(PieceKind::Line, line);
    traits.length = static_cast<std::uint8_t>(std::min<std::size_t>(characters, 255));
    return traits;
}

} // namespace microtome
