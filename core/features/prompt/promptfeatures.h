#pragma once

#include "core/analysis/subject.h"
#include "core/features/coder/encoder.h"
#include "core/features/load/codershelf.h"
#include "core/features/place/place.h"

#include <memory>
#include <string>
#include <vector>

namespace microtome {

/// What dictionaries make of a prompt.
struct PromptFeatures {
    std::vector<TokenId> ids;
    bool bos = false; ///< the first one is a BOS that was put before the text
    std::vector<std::string> names; ///< of the dictionaries that fit the model
    std::vector<FiredLatents> fired; ///< of each of them

    /// The same as shares of what each dictionary is to make, so that dictionaries of all layers
    /// can be compared: value x |decoder row| / mean |y| over the tokens behind a BOS.
    std::vector<FiredLatents> shares;

    /// [dictionaries, tokens]: |y - y'|² / |y|² with y what a dictionary is to make and y' what it
    /// makes. NaN for parts of a cross-layer transcoder, which make it together.
    Matrix unexplained;

    std::vector<std::string> unfit; ///< a sentence for each dictionary that does not fit

    /// All tokens, or all but that BOS.
    std::vector<bool> taken(bool withBos) const;
};

/// Reads a subject with dictionaries in one run. `options` say for all of them where they read.
/// Time: the run, the encoding, the decoding of what fires.
PromptFeatures promptFeatures(Model&, const Subject&,
    const std::vector<std::shared_ptr<const NamedCoder>>&, const Encoder&,
    const PlaceOptions& options = {}, const Progress& = {});

} // namespace microtome
