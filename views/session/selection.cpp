#include "views/session/selection.h"

#include <algorithm>

namespace microtome {

namespace {

constexpr std::size_t historyLimit = 200;

/// Moved inside 0..count-1; what is invalid stays so.
template <class I> I inside(I index, int count)
{
    if (!index.valid() || count <= 0)
        return I();
    return I(std::min(index.value(), count - 1));
}

} // namespace

Selection::Selection(Announcer& announcer, QObject* parent)
    : QObject(parent)
    , m_announcer(announcer)
{
}

Focus Selection::inside(Focus focus) const
{
    focus.position = microtome::inside(focus.position, m_bounds.positions);
    focus.key = microtome::inside(focus.key, m_bounds.positions);
    focus.layer = microtome::inside(focus.layer, m_bounds.layers);
    focus.head = microtome::inside(focus.head, m_bounds.heads);
    return focus;
}

void Selection::show(const Focus& focus)
{
    m_focus = focus;
    m_announcer.note(Change::Focus);
}

void Selection::setFocus(const Focus& wished)
{
    const Focus focus = inside(wished);
    if (focus == m_focus)
        return;
    if (m_focus.kind != Focus::Kind::Nothing) {
        m_back.push_back(m_focus);
        if (m_back.size() > historyLimit)
            m_back.erase(m_back.begin());
    }
    m_forward.clear();
    show(focus);
}

void Selection::follow(const Focus& wished)
{
    const Focus focus = inside(wished);
    if (focus != m_focus)
        show(focus);
}

void Selection::focusToken(Position position, TokenId token)
{
    Focus focus = Focus::atToken(position, token);
    focus.layer = m_focus.layer;
    focus.head = m_focus.head;
    setFocus(focus);
}

void Selection::focusHead(Layer layer, Head head, Position query, Position key)
{
    setFocus(Focus::atHead(layer, head, query.valid() ? query : m_focus.position, key));
}

void Selection::focusCell(Layer layer, Position position, TokenId token, Point point)
{
    Focus focus = Focus::atCell(layer, position, token, point);
    focus.head = m_focus.head;
    setFocus(focus);
}

void Selection::focusNeuron(Layer layer, Unit unit, Position position)
{
    setFocus(Focus::atNeuron(layer, unit, position.valid() ? position : m_focus.position));
}

void Selection::unlock()
{
    clearHover();
    if (m_focus.position.valid())
        focusToken(m_focus.position);
    else
        setFocus({});
}

void Selection::setBounds(const Bounds& bounds)
{
    m_bounds = bounds;
    const Focus focus = inside(m_focus);
    if (focus != m_focus)
        show(focus);
    clearHover();
}

void Selection::move(int positions, int layers, int heads)
{
    Focus focus = m_focus;
    auto moved = [](auto index, int by, int count) {
        using I = decltype(index);
        if (by == 0 || count <= 0)
            return index;
        return I(std::clamp(index.valid() ? index.value() + by : 0, 0, count - 1));
    };
    focus.position = moved(focus.position, positions, m_bounds.positions);
    focus.layer = moved(focus.layer, layers, m_bounds.layers);
    focus.head = moved(focus.head, heads, m_bounds.heads);
    if (focus.kind == Focus::Kind::Nothing)
        focus.kind = Focus::Kind::Token;
    if (layers != 0 && focus.kind == Focus::Kind::Token)
        focus.kind = Focus::Kind::Cell;
    if (heads != 0) {
        focus.kind = Focus::Kind::AttentionHead;
        focus.point = Point::Pattern;
        if (!focus.layer.valid())
            focus.layer = Layer(std::max(0, m_bounds.layers - 1));
    }
    if (positions != 0 || layers != 0)
        focus.token = -1;
    focus.key = {};
    if (focus != m_focus)
        show(focus);
}

void Selection::setHover(const Focus& focus)
{
    if (m_hover == focus)
        return;
    m_hover = focus;
    emit hovered();
}

void Selection::clearHover()
{
    if (!m_hover)
        return;
    m_hover.reset();
    emit hovered();
}

const Pin* Selection::pinOf(const Focus& focus) const
{
    const auto it
        = std::ranges::find_if(m_pins, [&](const Pin& pin) { return pin.what.sameThing(focus); });
    return it == m_pins.end() ? nullptr : &*it;
}

bool Selection::pin(const Focus& focus)
{
    if (pinOf(focus))
        return true;
    if (m_pins.size() >= static_cast<std::size_t>(pinLimit) || focus.kind == Focus::Kind::Nothing)
        return false;
    int style = 0;
    while (std::ranges::any_of(m_pins, [style](const Pin& pin) { return pin.style == style; }))
        ++style;
    m_pins.push_back({focus, style});
    m_announcer.note(Change::Pins);
    return true;
}

void Selection::unpin(const Focus& focus)
{
    if (std::erase_if(m_pins, [&](const Pin& pin) { return pin.what.sameThing(focus); }) > 0)
        m_announcer.note(Change::Pins);
}

void Selection::togglePin(const Focus& focus)
{
    if (pinOf(focus))
        unpin(focus);
    else
        pin(focus);
}

void Selection::setPins(std::vector<Pin> pins)
{
    if (pins.size() > static_cast<std::size_t>(pinLimit))
        pins.resize(pinLimit);
    if (pins == m_pins)
        return;
    m_pins = std::move(pins);
    m_announcer.note(Change::Pins);
}

std::vector<TokenId> Selection::pinnedTokens() const
{
    std::vector<TokenId> tokens;
    for (const Pin& pin : m_pins)
        if (pin.what.token >= 0 && std::ranges::find(tokens, pin.what.token) == tokens.end())
            tokens.push_back(pin.what.token);
    return tokens;
}

void Selection::back()
{
    if (m_back.empty())
        return;
    m_forward.push_back(m_focus);
    const Focus focus = inside(m_back.back());
    m_back.pop_back();
    show(focus);
}

void Selection::forward()
{
    if (m_forward.empty())
        return;
    m_back.push_back(m_focus);
    const Focus focus = inside(m_forward.back());
    m_forward.pop_back();
    show(focus);
}

void Selection::clear()
{
    m_back.clear();
    m_forward.clear();
    clearHover();
    setPins({});
    if (m_focus != Focus{})
        show({});
}

} // namespace microtome
