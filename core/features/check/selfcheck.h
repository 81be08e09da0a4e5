#pragma once

#include "core/features/check/downstream.h"
#include "core/features/check/fit.h"

#include <optional>
#include <string>
#include <vector>

namespace microtome {

struct SelfCheckSettings {
    PlaceOptions place;
    bool excludeFirst = false; ///< leaves the first token of a sequence out even where it is no BOS
    bool excludeBos = true;
    bool replace = true; ///< measures what becomes of the predictions, too
    std::size_t fewTokens = 1024; ///< other conventions are tried on so many
};

/// What was found when dictionaries were tried on a model.
struct SelfCheck {
    /// The fit of a convention that the file does not seem to mean.
    struct Other {
        std::string how;
        double fvu = 0;
    };

    std::vector<CoderSite> reads; ///< of all coders
    std::vector<CoderSite> written;
    std::size_t excluded = 0; ///< tokens that were left out
    Fit fit;
    std::optional<Downstream> downstream; ///< nothing where it was not asked for or cannot be
    std::optional<double> scale; ///< that was measured, where the file should have one
    double fewFvu = 0; ///< on the tokens on which other conventions were tried
    std::vector<Other> others; ///< best first
    std::vector<std::string> verdicts; ///< what is wrong with it, a sentence each; none: nothing is
};

/// Tries dictionaries, one or the layers of a cross-layer transcoder together, on sequences of
/// tokens of the model. Holds what they read and write at all tokens in memory. Throws Error with a
/// sentence where they do not fit the model or there are no tokens, and Cancelled.
SelfCheck selfCheck(Model&, std::vector<SparseCoder>,
    const std::vector<std::vector<TokenId>>& sequences, const SelfCheckSettings&, const Encoder&,
    const Progress& = {});

} // namespace microtome
