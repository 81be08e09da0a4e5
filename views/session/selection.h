#pragma once

#include "views/session/change.h"
#include "views/session/focus.h"

#include <QObject>

#include <optional>
#include <vector>

namespace microtome {

/// What is looked at, shared by all views: focus with history, hover, pins. Setters note the wish
/// with the announcer; hover has its own cheap signal and changes nothing.
class Selection : public QObject {
    Q_OBJECT
public:
    explicit Selection(Announcer&, QObject* parent = nullptr);

    const Focus& focus() const { return m_focus; }
    void setFocus(const Focus&);

    /// Moves the focus without entering the history (it follows what changed beneath it).
    void follow(const Focus&);

    /// Shorthands. What they do not name is kept from the focus: the head view keeps its position
    /// when another head is clicked.
    void focusToken(Position, TokenId = -1);
    void focusHead(Layer, Head, Position query = {}, Position key = {});
    void focusCell(Layer, Position, TokenId = -1, Point = Point::ResidPost);
    void focusNeuron(Layer, Unit, Position = {});

    /// Drops the focus to its position alone (Esc).
    void unlock();

    /// Sizes of what is on screen; a focus outside of them is moved inside.
    struct Bounds {
        int positions = 0;
        int layers = 0;
        int heads = 0;
    };
    void setBounds(const Bounds&);
    const Bounds& bounds() const { return m_bounds; }

    /// Arrows and brackets: moves inside the bounds, and does not enter the history at each step.
    void move(int positions, int layers, int heads);

    const std::optional<Focus>& hover() const { return m_hover; }
    void setHover(const Focus&);
    void clearHover();

    const std::vector<Pin>& pins() const { return m_pins; }
    const Pin* pinOf(const Focus&) const;
    bool pin(const Focus&); ///< false when all eight are taken
    void unpin(const Focus&);
    void togglePin(const Focus&);
    void setPins(std::vector<Pin>);
    std::vector<TokenId>
    pinnedTokens() const; ///< vocabulary entries of token and cell pins, in order

    bool canGoBack() const { return !m_back.empty(); }
    bool canGoForward() const { return !m_forward.empty(); }
    void back();
    void forward();
    void clear(); ///< focus, hover, pins and history, for another model

signals:
    void hovered();

private:
    Focus inside(Focus) const;
    void show(const Focus&);

    Announcer& m_announcer;
    Bounds m_bounds;
    Focus m_focus;
    std::optional<Focus> m_hover;
    std::vector<Pin> m_pins;
    std::vector<Focus> m_back;
    std::vector<Focus> m_forward;
};

} // namespace microtome
