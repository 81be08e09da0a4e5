#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace microtome {

/// What can be told of the text of one token.
enum class PieceKind {
    Capital, ///< its first letter is a capital, and not all of several letters are
    Capitals, ///< two letters or more, all of them capitals
    Lower, ///< letters, and none of them a capital
    Number, ///< nothing but digits, behind a space or not
    Punctuation, ///< marks and symbols and nothing else, behind a space or not
    Spaced, ///< begins with a space
    Line ///< has the end of a line in it
};
constexpr int pieceKinds = 7;

/// The name in a file, such as "capital".
std::string_view nameOf(PieceKind);
std::optional<PieceKind> pieceKindNamed(std::string_view);

/// What tokens of that kind do, in English: "begin with a capital letter".
std::string_view englishOf(PieceKind);

/// All kinds of one piece, and its length.
struct PieceTraits {
    std::uint8_t kinds = 0; ///< bit 1 << kind
    std::uint8_t length = 0; ///< characters without space around them, at most 255

    bool is(PieceKind kind) const { return kinds >> static_cast<int>(kind) & 1; }
};

/// Any bytes.
PieceTraits traitsOf(std::string_view piece);

} // namespace microtome
