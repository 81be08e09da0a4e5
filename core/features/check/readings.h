#pragma once

#include "core/features/place/place.h"
#include "core/model/model.h"

#include <span>
#include <vector>

namespace microtome {

/// Coders that are looked at together: one, or the layers of a cross-layer transcoder, whose
/// outputs at one place add up.
class PlacedCoders {
public:
    /// The coders must outlive it. Throws Error where a place is not one of the model.
    PlacedCoders(const Model&, std::span<const SparseCoder>, const PlaceOptions& = {});

    std::size_t count() const { return m_coders.size(); }
    const SparseCoder& coder(std::size_t i) const { return m_coders[i]; }
    const CoderReader& reader(std::size_t i) const { return m_readers[i]; }

    /// The places that are written, each once, in the order of a forward pass.
    const std::vector<CoderSite>& written() const { return m_written; }

    /// Which of them an output of a coder is.
    std::size_t indexOf(const CoderSite&) const;

    std::vector<Site> wants() const;

private:
    std::span<const SparseCoder> m_coders;
    std::vector<CoderReader> m_readers;
    std::vector<CoderSite> m_written;
};

/// What coders read and are to give at some tokens.
struct Readings {
    std::vector<std::vector<Matrix>> inputs; ///< [coder][input]: [tokens, d_in]
    std::vector<Matrix> targets; ///< [written place]: [tokens, d_out]

    std::size_t tokens() const { return targets.empty() ? 0 : targets.front().rows(); }

    /// Every k-th token, with the smallest k that leaves at most so many.
    Readings thinned(std::size_t most) const;
};

/// The readings of a run, or of its tokens of which `taken` says so.
Readings readingsOf(const PlacedCoders&, const Trace&, const std::vector<bool>& taken);

/// Those of several runs, one behind the other.
Readings joined(const std::vector<Readings>&);

} // namespace microtome
