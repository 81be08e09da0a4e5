#pragma once

#include "core/analysis/subject.h"

#include <array>

namespace microtome {

struct Bundle;

enum class HeadScore { Previous, Duplicate, Induction, Sink, Self, Entropy };
inline constexpr std::size_t headScoreCount = 6;
const char* headScoreName(
    HeadScore); ///< `previous`, `duplicate`, `induction`, `sink`, `self`, `entropy`

/// How much each head behaves like a known kind of head, and what it was measured on.
struct HeadScores {
    std::array<Matrix, headScoreCount> scores; ///< layers x heads each; entropy in nats

    bool synthetic = false;
    int sequences = 1; ///< synthetic: batch size
    int length = 0; ///< tokens of a sequence
    int repeated = 0; ///< synthetic: n, the tokens that are repeated
    bool bos = false; ///< sequences begin with a BOS
    bool distinct = false; ///< synthetic: no token occurs twice within a half
    std::uint64_t seed = 0; ///< synthetic
    bool excludeBos = false;
    bool excludeCurrent = false;

    const Matrix& of(HeadScore kind) const { return scores[static_cast<std::size_t>(kind)]; }

    Bundle toBundle() const;
    static HeadScores fromBundle(const Bundle&);
};

struct HeadScoreOptions {
    bool excludeBos = false; ///< attention to the first position does not count
    bool excludeCurrent = false; ///< attention of a token to itself does not count
};

/// Scores on a given text: previous, duplicate and induction by TransformerLens's `detect_head`
/// ("mul": Σ A D / Σ A; explorers 3.5), sink = mean A[:, 0], self = mean A[i, i], entropy = mean
/// row entropy; the two options concern the first three.
HeadScores headScores(Model&, const Subject&, const HeadScoreOptions& = {}, const Progress& = {});

struct AtlasOptions {
    int repeated = 0; ///< n; 0: 50, or what the context allows
    int sequences = 8;
    std::uint64_t seed = 0;
    /// Unset: when the model has one and at least 8 tokens still fit twice.
    std::optional<bool> bos {};
    Edits edits{};
};

/// Scores on n random tokens of the non-special vocabulary, given twice: induction = mean
/// A[i, i-(n-1)] and duplicate = mean A[i, i-n] over the second half, previous = mean A[i, i-1],
/// sink = mean A[:, 0], self = mean A[i, i], entropy = mean row entropy. Tokens are distinct within
/// a half wherever the vocabulary allows.
HeadScores headAtlas(Model&, const AtlasOptions& = {}, const Progress& = {});

/// The sequences of the atlas.
std::vector<std::vector<TokenId>> atlasSequences(const Model&, const AtlasOptions&);

/// The pattern that a head of the kind (Previous, Duplicate, Induction) would have: ones and zeros,
/// tokens x tokens.
Matrix detectionPattern(HeadScore, const std::vector<TokenId>& ids);

/// Σ A D / Σ A.
double detectionScore(const Matrix& pattern, const Matrix& detection, const HeadScoreOptions& = {});

} // namespace microtome
