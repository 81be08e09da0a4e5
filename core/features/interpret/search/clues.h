#pragma once

#include "core/features/interpret/search/aim.h"
#include "core/features/interpret/search/classes.h"
#include "core/features/interpret/search/option.h"

#include <array>
#include <vector>

namespace microtome {

/// What can be said of the examples of one latent: finds, among any of them, the statements of each
/// family that tell best where it fires.
class Clues {
public:
    static constexpr std::int32_t first = -3; ///< places of ids that are looked at one by one
    static constexpr std::int32_t last = 1;

    /// Both must outlive it. `reach`: how far Before and After look, in tokens.
    Clues(const Reading&, const Examples&, std::uint32_t reach);

    const Reading& reading() const { return m_reading; }
    const Examples& examples() const { return m_examples; }

    /// The best statements of all families among the examples of a selection.
    std::vector<Option> options(const Bits& selection, const Aim&) const;

    /// The best set of ids at a place; nothing is added where there is none.
    void tokenSets(const Bits& selection, const Aim&, std::int32_t at, std::vector<Option>&) const;

private:
    std::vector<ClassCount> idsAt(const Bits& selection, std::int32_t at) const;
    void pieces(const std::vector<ClassCount>& ids, const Examples::Tally& all, std::int32_t at,
        std::vector<Option>&) const;
    void lengths(const std::vector<ClassCount>& ids, const Aim&, std::vector<Option>&) const;
    void positions(const Bits& selection, const Aim&, PositionIs::In, std::vector<Option>&) const;
    void kept(const Bits& selection, const Examples::Tally& all, std::vector<Option>&) const;
    void keepLabels();
    void keepContexts();
    void keep(Predicate, Family, Bits);

    const Reading& m_reading;
    const Examples& m_examples;
    std::uint32_t m_reach;
    std::array<std::vector<std::uint32_t>, last - first + 1> m_ids; ///< of each example

    struct Kept {
        Predicate predicate;
        Family family;
        Bits bits;
    };
    std::vector<Kept> m_kept; ///< labels and contexts that tell something
};

} // namespace microtome
