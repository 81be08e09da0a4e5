#pragma once

#include "core/features/coder/coder.h"
#include "core/features/place/codersite.h"
#include "core/model/model.h"

#include <string>
#include <vector>

namespace microtome {

/// Where in a model a dictionary reads and writes, one place for each input and each output.
struct CoderPlace {
    std::vector<CoderSite> reads;
    std::vector<CoderSite> writes;
};

/// What a person says of the places, where a file does not or is wrong; empty: as the file says.
struct PlaceOptions {
    std::vector<std::string> reads;
    std::vector<std::string> writes;
};

/// Finds the places and looks whether they are this wide in the model. Throws Error with a sentence
/// that says how to name them.
CoderPlace placeOf(const SparseCoder&, const Architecture&, const PlaceOptions& = {});

/// Takes what a dictionary reads and is to give from runs of a model.
class CoderReader {
public:
    /// Both must outlive it. Reads the norms' gains where the place asks for them.
    CoderReader(const Model&, CoderPlace);

    const CoderPlace& place() const { return m_place; }

    /// The sites that a run must capture, for what is read and what is written, or the former
    /// alone.
    std::vector<Site> wants() const;
    std::vector<Site> wantsToRead() const;

    std::vector<Matrix> inputs(const Trace&) const; ///< [tokens, d_in] for each input
    std::vector<Matrix> targets(const Trace&) const; ///< [tokens, d_out] for each output

private:
    struct Gain {
        Matrix weight; ///< one row, or empty: 1
        Matrix bias; ///< one row
    };
    static Gain gainAt(const Model&, const CoderSite&);
    static Matrix valuesAt(const Trace&, const CoderSite&, const Gain&);

    CoderPlace m_place;
    std::vector<Gain> m_readGains;
    std::vector<Gain> m_writeGains;
};

} // namespace microtome
