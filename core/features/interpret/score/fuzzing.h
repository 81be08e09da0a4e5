#pragma once

#include "core/features/interpret/score/classscore.h"
#include "core/features/interpret/score/judge.h"
#include "core/features/interpret/score/scoringwindows.h"

namespace microtome {

/// What is marked in a window.
enum class MarkKind {
    Right, ///< the tokens at which the latent fires with 0.3 of the window's largest value or more
    Wrong, ///< other tokens of a window in which it fires
    Silent, ///< tokens of a window in which it does not fire
    Lookalike ///< there, tokens on which it often fires elsewhere
};

/// A question of fuzzing with its answer.
struct FuzzingQuestion {
    MarkedWindow window;
    MarkKind kind = MarkKind::Right;
};

/// Every firing window with the right marks, every second of them with wrong ones as well, and half
/// of the others. Wrong marks are as many as, and stand where, the right ones of another firing
/// window do, drawn at random: neither number nor position tells them apart. In random order.
std::vector<FuzzingQuestion> fuzzingQuestions(
    std::span<const ScoringWindow>, std::uint64_t seed = 22);

/// Fuzzing (features-and-steering.md 3.4): the judge says whether the marked tokens are the right
/// ones. Groups are the kinds of marks.
ClassScore scoreFuzzing(std::span<const FuzzingQuestion>, Judge&, std::uint64_t seed = 22);

} // namespace microtome
