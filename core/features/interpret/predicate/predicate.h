#pragma once

#include "core/features/interpret/predicate/piecekind.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace microtome {

struct Predicate;

/// All of these hold; always true where there are none.
struct AllOf {
    std::vector<Predicate> parts;
};

/// At least one of these holds; never true where there are none.
struct AnyOf {
    std::vector<Predicate> parts;
};

/// None of these holds.
struct NoneOf {
    std::vector<Predicate> parts;
};

/// The token `at` places further (-1: the one before), in the same document, is one of these ids.
struct TokenIs {
    std::vector<std::uint32_t> ids; ///< the most important first
    std::int32_t at = 0;
};

/// One of these ids stands among the `within` tokens before this one, or after it.
struct TokenNear {
    enum class Side { Before, After };
    std::vector<std::uint32_t> ids;
    Side side = Side::Before;
    std::uint32_t within = 1;
};

/// The token's number in its document, or in its window, from 0, is `from` ... `to`.
struct PositionIs {
    enum class In { Document, Window };
    static constexpr std::uint32_t open = 0xFFFFFFFF; ///< `to` of a range without an end
    In in = In::Document;
    std::uint32_t from = 0;
    std::uint32_t to = open;
};

/// The text of the token `at` places further is of that kind.
struct PieceIs {
    PieceKind kind = PieceKind::Capital;
    std::int32_t at = 0;
};

/// The token's text without space around it has `from` ... `to` characters.
struct LengthIs {
    std::uint32_t from = 0;
    std::uint32_t to = 255;
};

/// A regular expression (PCRE2, as text::Regex reads it) is found in the token's text, or in the
/// text that ends with it: 32 tokens at most, of the same document.
struct TextMatches {
    enum class In { Piece, Context };
    std::string pattern;
    In in = In::Piece;
};

/// The token `at` places further has that label.
struct HasLabel {
    std::string name;
    std::int32_t at = 0;
};

/// A statement about a token in its place, true or false: plain data, that can be stored and
/// evaluated again (evaluate.h).
struct Predicate {
    std::variant<AllOf, AnyOf, NoneOf, TokenIs, TokenNear, PositionIs, PieceIs, LengthIs,
        TextMatches, HasLabel>
        is;
};

/// What a penalty is for: 1 for each statement about a token, 1.5 for a range and 2 for a pattern,
/// log2(n) / 2 more for n ids, 1/2 for a negation.
double complexity(const Predicate&);

/// `{"all": [{"token": {"ids": [7, 9], "at": -1}}, {"label": {"name": "colour:red"}}]}`; the other
/// members are any, none, near {ids, side, within}, position {in, from, to}, piece {is, at},
/// length {from, to}, text {pattern, in}.
nlohmann::json toJson(const Predicate&);

/// Throws Error with a sentence for anything that is no predicate, or too large to be one.
Predicate predicateFrom(const nlohmann::json&);

} // namespace microtome
