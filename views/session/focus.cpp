#include "views/session/focus.h"

namespace microtome {

Focus Focus::atToken(Position position, TokenId token)
{
    Focus focus;
    focus.kind = Kind::Token;
    focus.position = position;
    focus.token = token;
    return focus;
}

Focus Focus::atHead(Layer layer, microtome::Head head, Position query, Position key)
{
    Focus focus;
    focus.kind = Kind::AttentionHead;
    focus.layer = layer;
    focus.head = head;
    focus.position = query;
    focus.key = key;
    focus.point = Point::Pattern;
    return focus;
}

Focus Focus::atCell(Layer layer, Position position, TokenId token, Point point)
{
    Focus focus;
    focus.kind = Kind::Cell;
    focus.layer = layer;
    focus.position = position;
    focus.token = token;
    focus.point = point;
    return focus;
}

Focus Focus::atNeuron(Layer layer, Unit unit, Position position)
{
    Focus focus;
    focus.kind = Kind::Neuron;
    focus.layer = layer;
    focus.unit = unit;
    focus.position = position;
    focus.point = Point::MlpPost;
    return focus;
}

bool Focus::sameThing(const Focus& other) const
{
    if (kind != other.kind || run != other.run)
        return false;
    switch (kind) {
    case Kind::Nothing:
        return true;
    case Kind::Token:
        return position == other.position && token == other.token;
    case Kind::AttentionHead:
        return layer == other.layer && head == other.head;
    case Kind::Cell:
        return layer == other.layer && position == other.position && point == other.point
            && key == other.key && head == other.head;
    case Kind::Neuron:
        return layer == other.layer && unit == other.unit;
    }
    return false;
}

} // namespace microtome
