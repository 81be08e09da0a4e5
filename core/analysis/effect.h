#pragma once

#include "core/analysis/subject.h"

namespace microtome {

struct Bundle;

/// How the next-token distribution at a position of run A differs from that of run B.
struct NextTokenChange {
    struct Token {
        TokenId id = -1;
        double before = 0; ///< probability in A
        double after = 0; ///< probability in B
    };
    Position positionA;
    Position positionB;
    double kl = 0; ///< KL(A ‖ B), nats
    double totalVariation = 0; ///< ½ Σ |p - q|
    std::vector<Token> changes; ///< largest |after - before| first
    std::vector<Token> topA; ///< the best of A, best first
    std::vector<Token> topB; ///< the best of B, best first

    Bundle toBundle() const;
    static NextTokenChange fromBundle(const Bundle&);
};

/// Positions: none = the last of each.
NextTokenChange compareNext(Model&, const Subject& a, const Subject& b, Position positionA = {},
    Position positionB = {}, std::size_t count = 10, const Progress& = {});

/// What edits do at a position, measured by exact runs against the run without any.
struct EditEffects {
    struct Effect {
        double kl = 0; ///< KL(without ‖ with) of the next-token distribution, nats
        double targetChange = 0; ///< logit of the target with minus without
    };
    Position position;
    TokenId target = -1;
    std::vector<Effect>
        alone; ///< each edit of the list by itself; zeros for one that is switched off
    Effect together; ///< the whole list

    Bundle toBundle() const;
    static EditEffects fromBundle(const Bundle&);
};

/// `target` below 0: the top token of the run without edits. `position` none: the last.
EditEffects editEffects(
    Model&, const Subject&, Position position = {}, TokenId target = -1, const Progress& = {});

} // namespace microtome
