#pragma once

#include "core/features/coder/fired.h"
#include "core/model/matrix.h"

#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace microtome {

/// How a coder scales what it reads; what it writes is scaled back (features-and-steering.md 2.1).
struct InputNorm {
    enum class Kind {
        None,
        Scale, ///< x s, with one s for all tokens
        PerToken, ///< x sqrt(d) / |x|
        LayerNorm, ///< (x - mean) / (std + epsilon)
    };
    Kind kind = Kind::None;
    float scale = 1; ///< s
    float epsilon = 1e-5F; ///< of LayerNorm
    bool unbiased = true; ///< LayerNorm's std divides by d - 1
    int groups = 1; ///< LayerNorm is taken of each of as many equal parts of the input by itself
};

/// f = max(pre, 0).
struct ReluActivation { };

/// f = max(pre, 0) where pre > theta, else 0.
struct JumpReluActivation {
    std::vector<float> theta; ///< [n]
};

/// The k largest of a token, those above 0.
struct TopKActivation {
    int k = 0;
    /// Chooses by pre |decoder row|, which is also what f is then; decode() divides by it again.
    bool byDecoderNorm = false;
    bool absolute = false; ///< chooses by |pre| and keeps the sign
};

/// f = max((x W) exp(r) + bMag, 0) where x W + bGate > 0, else 0.
struct GatedActivation {
    std::vector<float> gateBias; ///< [n]
    std::vector<float> magnitudeBias; ///< [n]
    std::vector<float> magnitude; ///< r, [n]
};

/// Latents in k groups of n / k that stand together; the largest of each group, if above 0.
struct GroupMaxActivation {
    int groups = 0;
};

/// f = max(p, 0) of p = pre sigmoid(x Wg^T + bg), a gated linear unit; where there are thresholds,
/// 0 unless p > theta. x is the one input after norm and subtraction.
struct GluActivation {
    Matrix weights; ///< [n, d_in]
    std::vector<float> bias; ///< [n]
    std::vector<float> theta; ///< [n] or empty
};

/// The k nearest codes (encoder rows) of each group, by cosine or by distance; the output is their
/// mean, f = 1 / k. With several groups a row is as wide as the whole input and 0 outside of its
/// group's part, which changes neither order.
struct CodebookActivation {
    int k = 1;
    int groups = 1; ///< latents are divided evenly among them, those of a group stand together
    bool euclidean = false;
    /// Nearness is pre, with its bias, instead: to what both come where a norm with gain and bias
    /// stands before the codes and is part of the encoder.
    bool linear = false;
};

/// Repeats: the decoder row with the largest max(residual row, 0) is added to f and taken from the
/// residual, until its norm falls below `residual`, k rows were taken or none has anything to take.
/// There is no encoder.
struct MatchingPursuitActivation {
    int k = 0;
    float residual = 0;
    bool stopsWhenRepeated = false; ///< ends with the first step that brings no new latent
};

using CoderActivation
    = std::variant<ReluActivation, JumpReluActivation, TopKActivation, GatedActivation,
        GroupMaxActivation, GluActivation, CodebookActivation, MatchingPursuitActivation>;

/// One place that a coder reads: pre += (norm(x) - subtracted) encoder^T.
struct CoderInput {
    std::string point; ///< where, as its file says it: a hook's or a module's name
    InputNorm norm;
    Matrix encoder; ///< [n, d_in]: a row is a latent; empty for matching pursuit
    std::vector<float> subtracted; ///< [d_in] after the norm, before the encoder; empty: nothing
};

/// One place that a coder writes: y = f decoder + bias (+ x skip, with x the first input as it is).
struct CoderOutput {
    std::string point;
    Matrix decoder; ///< [n, d_out]: a row is a latent's direction
    std::vector<float> bias; ///< [d_out]; empty: zero
    Matrix skip; ///< [d_in, d_out]; empty: none
    /// The output is scaled back, before the skip, as its own input was scaled (with as many inputs
    /// as outputs; else the first one): SAEs, not transcoders.
    bool scaledBack = false;
};

/// What a file says of the dictionary it holds; nothing here is computed with.
struct CoderDeclaration {
    std::string format; ///< "SAELens 6", "Gemma Scope", ...
    std::string architecture; ///< in the format's own words
    std::string model;
    std::string dataset;
    std::optional<double> l0;
    std::optional<int> context;
    std::optional<bool> prependBos;
    bool headsJoined = false; ///< reads z of all heads as one row
    /// The scale that its training multiplied activations by, sqrt(d) / mean |x|, is not in the
    /// file and must be measured: the inputs' norm is Scale by 1 until it is set.
    bool scaleMissing = false;
    /// What was done to its numbers when it was read, and what to beware of: a sentence each.
    std::vector<std::string> notes;
    std::map<std::string, std::string> other; ///< further fields, as text
};

/// The one internal form of every SAE, transcoder, crosscoder and codebook: latents are rows of all
/// matrices. A plain SAE has one input and one output at the same point, a transcoder at two, a
/// crosscoder several of each, a layer of a cross-layer transcoder one input and many outputs.
struct SparseCoder {
    std::vector<CoderInput> inputs;
    std::vector<CoderOutput> outputs;
    std::vector<float> bias; ///< [n], added to the sum over all inputs; empty: zero
    CoderActivation activation;
    CoderDeclaration declared;

    std::size_t latents() const; ///< n
};

/// Throws Error with a sentence that names what does not fit: shapes that differ, a k that no
/// latent can meet, a number that is not finite.
void check(const SparseCoder&);

/// How many tokens the inputs are of, one matrix [tokens, d_in] for each input. Throws Error where
/// they are not what the coder reads.
std::size_t tokensOf(const SparseCoder&, const std::vector<Matrix>& inputs);

/// The latents of some tokens: f [tokens, n], one matrix [tokens, d_in] for each input. Plain and
/// slow, in the order of the formula: what the engine's fast one is held against.
Matrix encode(const SparseCoder&, const std::vector<Matrix>& inputs);

/// What they make: one matrix [tokens, d_out] for each output. The inputs are needed for what is
/// scaled back and for skips.
std::vector<Matrix> decode(
    const SparseCoder&, const FiredLatents&, const std::vector<Matrix>& inputs);
inline std::vector<Matrix> decode(
    const SparseCoder& coder, const Matrix& latents, const std::vector<Matrix>& inputs)
{
    return decode(coder, FiredLatents::of(latents), inputs);
}

/// The same coder with decoder rows of norm 1 (over all outputs together) and latents as much
/// larger, so that their values are in the units of what they write. Throws Error where that would
/// change which latents fire (TopK that does not choose by decoder norm and the like, unless all
/// norms are the same), and for codebooks. A latent that writes nothing falls silent.
SparseCoder withUnitDecoder(const SparseCoder&);

} // namespace microtome
