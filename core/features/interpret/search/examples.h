#pragma once

#include "core/features/interpret/interval.h"
#include "core/features/interpret/predicate/bits.h"
#include "core/features/interpret/predicate/reading.h"

#include <array>
#include <span>
#include <vector>

namespace microtome {

/// How many tokens a predicate is held against.
struct ExampleLimits {
    std::size_t firing = 8192;
    std::size_t silent = 16384; ///< of each of the two kinds
};

/// Tokens of one side of the split that a latent fires at or does not, to hold predicates against:
/// all of them, or where they are many a sample of three strata: firing; silent, but of an id that
/// fires somewhere (those that tell explanations apart); other silent ones. An example of a stratum
/// with N tokens of which n were drawn counts N / n times, so that sums over examples, and with
/// them precision, estimate those over all tokens.
class Examples {
public:
    /// `firing`: the tokens, ascending. Time: linear in the corpus. Throws Error where it is
    /// damaged.
    Examples(const Reading&, Split, std::span<const std::uint32_t> firing, const ExampleLimits&,
        std::uint64_t seed);

    /// Firing ones first. Each stratum ascends and fills whole words of Bits: there is room.
    const std::vector<Place>& places() const { return m_places; }

    std::uint64_t firing() const { return m_strata[0].population; }
    std::uint64_t silent() const { return m_strata[1].population + m_strata[2].population; }

    /// How often an example counts.
    double weight(std::size_t example) const;
    bool fires(std::size_t example) const { return example < m_strata[0].end * 64; }

    /// Weighted counts: where a predicate holds and the latent fires, and where it does not.
    struct Tally {
        double hits = 0;
        double alarms = 0;
    };
    Tally tally(const Bits&) const;
    Tally tally(const Bits&, const Bits& alsoIn) const;

    /// Drawn examples of a stratum at which the predicate holds, and all of them.
    struct Drawn {
        std::size_t hold = 0;
        std::size_t all = 0;
        double weight = 0;
    };
    std::array<Drawn, 3> drawn(const Bits&) const;

private:
    struct Stratum {
        std::size_t begin = 0; ///< words of Bits
        std::size_t end = 0;
        std::size_t size = 0;
        std::uint64_t population = 0;
        double weight = 0;
    };

    template <class Count> Tally weighted(Count&& count) const;

    std::vector<Place> m_places;
    std::array<Stratum, 3> m_strata;
};

/// How well a predicate says where a latent fires, over the tokens of one side of the split.
struct Agreement {
    std::uint64_t firing = 0; ///< tokens
    std::uint64_t silent = 0;

    Estimate precision; ///< fires | predicate; Wilson with (Σ w)² / Σ w² trials (Kish)
    Estimate recall; ///< predicate | fires
    Estimate specificity; ///< no predicate | silent
    Estimate balancedAccuracy; ///< (recall + specificity) / 2
    double f1 = 0; ///< 2 hits / (hits + alarms + firing)
};

Agreement agreementOf(const Examples&, const Bits&);

} // namespace microtome
