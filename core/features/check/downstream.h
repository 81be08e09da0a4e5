#pragma once

#include "core/features/check/readings.h"
#include "core/features/coder/encoder.h"

#include <vector>

namespace microtome {

/// What becomes of the model's predictions when reconstructions take the place of what is there, at
/// all tokens that were looked at (features-and-steering.md 3.2). Nats per predicted token.
struct Downstream {
    std::size_t tokens = 0; ///< predicted
    double original = 0; ///< cross-entropy of the next token
    double replaced = 0;
    double ablated = 0; ///< with zeros in that place
    double klReplaced = 0; ///< mean over positions of KL(original || replaced)
    double klAblated = 0;

    /// (ablated - replaced) / (ablated - original): 1 is perfect, 0 no better than zeros.
    double recovered() const { return (ablated - replaced) / (ablated - original); }
    double klRecovered() const { return (klAblated - klReplaced) / klAblated; }
};

/// Whether what these write can be put into the model: the norm's output after its gain cannot.
bool canReplace(const PlacedCoders&);

/// Runs every sequence as it is, replaced and ablated. `taken`: which tokens of each are replaced.
Downstream downstream(Model&, const PlacedCoders&,
    const std::vector<std::vector<TokenId>>& sequences, const std::vector<std::vector<bool>>& taken,
    const Encoder&, const Progress& = {});

} // namespace microtome
