#pragma once

#include "core/model/site.h"

#include <cstdint>

namespace microtome {

/// One thing that can be looked at: a token of the prompt, a head, a cell (layer x position), a
/// neuron. Everything a focus does not name is invalid or -1; position and layer stay meaningful
/// while the kind changes, so that arrows keep working.
struct Focus {
    enum class Kind { Nothing, Token, AttentionHead, Cell, Neuron };

    Kind kind = Kind::Nothing;
    std::int64_t run = 0; ///< 0: the session's current run; else a stored run of the project
    Position position; ///< in the prompt; of an attention cell the query
    Position key; ///< of an attention cell the key
    Layer layer;
    Head head;
    Unit unit;
    Point point
        = Point::ResidPost; ///< what a cell or neuron lies on; ResidPre of layer 0: the embedding
    TokenId token = -1; ///< a vocabulary entry: the prompt's token, or what a cell reads out as

    static Focus atToken(Position, TokenId = -1);
    static Focus atHead(Layer, Head, Position query = {}, Position key = {});
    static Focus atCell(Layer, Position, TokenId = -1, Point = Point::ResidPost);
    static Focus atNeuron(Layer, Unit, Position = {});

    bool operator==(const Focus&) const = default;

    /// The same thing, whatever else is remembered beside it (a head at another position is the
    /// same head).
    bool sameThing(const Focus&) const;
};

/// A focus that stays in sight, in its colour and line style (0..7, `look.md`'s pins).
struct Pin {
    Focus what;
    int style = 0;

    bool operator==(const Pin&) const = default;
};

inline constexpr int pinLimit = 8;

} // namespace microtome
