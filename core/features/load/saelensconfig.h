#pragma once

#include "core/features/coder/coder.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace microtome {

/// How the formulas of SAELens's architectures differ.
enum class SaeLensKind {
    Standard,
    TopK,
    Gated,
    JumpRelu,
    BatchTopK, ///< a training checkpoint: one threshold for all latents
    MatchingPursuit,
};

/// What SAELens's cfg.json says, of whatever version, as far as it is computed with.
struct SaeLensConfig {
    enum class Normalization { None, ExpectedAverage, ConstantNorm, LayerNorm };

    SaeLensKind kind = SaeLensKind::Standard;
    bool transcoder = false;
    bool skip = false;
    std::int64_t dIn = 0;
    std::int64_t dSae = 0;
    std::int64_t dOut = 0; ///< equals dIn unless this is a transcoder
    int k = 0;
    bool absolute = false; ///< TopK by absolute value
    bool byDecoderNorm = false;
    bool subtractsBias = true; ///< b_dec from the input
    bool scalesLatents = true; ///< finetuning_scaling_factor, which files before 3 do not name
    Normalization normalization = Normalization::None;
    int steps = 0; ///< of matching pursuit
    float residual = 0;
    bool stopsWhenRepeated = true;
    std::string hookIn;
    std::string hookOut;
    CoderDeclaration declared; ///< with a note for each thing that was put right
};

/// Reads cfg.json of SAELens 1 to 6: names of old versions, what they left out and what they called
/// otherwise (features-and-steering.md 2.1). Throws Error with a sentence.
SaeLensConfig readSaeLensConfig(const nlohmann::json&);

} // namespace microtome
