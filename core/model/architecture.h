#pragma once

#include "core/model/site.h"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace microtome {

enum class Norm { None, LayerNorm, RmsNorm };
enum class Positions { None, Learned, Rotary };
enum class Activation { Relu, GeluErf, GeluTanh, QuickGelu, Silu, Tanh, Square };
enum class RopeScaling { None, Linear, Llama3 };

/// Everything about a decoder that the engine needs besides its weights. What differs between model
/// families is data here, not a branch in the forward pass.
struct Architecture {
    std::string family; ///< `gpt2`, `gpt_neox`, `llama`, `transformer_lens`

    int layers = 0;
    int heads = 0;
    int kvHeads = 0;
    int dModel = 0;
    int dHead = 0;
    int dMlp = 0; ///< 0 when attention-only
    int vocabulary = 0;
    int vocabularyOut = 0; ///< width of the logits where it differs from `vocabulary`; else 0
    int context = 0; ///< longest sequence

    Norm norm = Norm::LayerNorm;
    bool finalNorm = true;
    float normEpsilon = 1e-5f;

    Positions positions = Positions::Learned;
    int rotaryDims = 0; ///< first dimensions of a head that are rotated
    bool rotaryAdjacent = false; ///< pairs (2i, 2i+1) instead of (i, i + rotaryDims / 2)
    double ropeTheta = 10000;
    RopeScaling ropeScaling = RopeScaling::None;
    double ropeFactor = 1;
    double ropeLowFrequency = 1;
    double ropeHighFrequency = 4;
    int ropeOriginalContext = 0;

    Activation activation = Activation::GeluTanh;
    bool gatedMlp = false;
    bool parallelResidual = false;
    bool tiedHead = false;
    double attentionScale = 0; ///< scores are multiplied by this; set by the loader (1/sqrt(dHead))
    bool scaleByInverseLayer = false; ///< scores are further divided by layer + 1

    TokenId bos = -1; ///< -1: none
    std::vector<TokenId> eos;

    bool attentionOnly() const { return dMlp == 0; }
    int outputs() const { return vocabularyOut > 0 ? vocabularyOut : vocabulary; } ///< width of the logits

    /// Whether this architecture has the point at all (a parallel residual has no `resid_mid`, ...).
    bool has(Point) const;

    /// Every site of the model, whole heads, in the order of a forward pass.
    std::vector<Site> sites() const;

    /// The shape a site's values have in a trace and in a file, for `tokens` positions, without a
    /// batch axis: [tokens, dModel], [tokens, heads, dHead], [heads, tokens, tokens], ...; with a
    /// head chosen, without the head axis.
    std::vector<std::int64_t> shape(const Site&, std::int64_t tokens) const;

    /// Heads along the head axis of a per-head point.
    int headsAt(Point) const;

    /// Numbers per position of one head (per-head points) or of the whole point.
    int widthAt(Point) const;

    /// Throws Error with a sentence when the site is not one of this model's.
    void check(const Site&) const;

    /// Throws Error with a sentence when the numbers contradict each other or are out of bounds.
    void validate() const;
};

} // namespace microtome
