#pragma once

#include "core/features/interpret/predicate/predicate.h"
#include "core/features/interpret/predicate/reading.h"
#include "core/features/interpret/score/judge.h"

namespace microtome {

/// Answers by a rule: a latent fires where a predicate holds. Scores an explanation that is a
/// predicate, and shows that the scores themselves are right.
class PredicateJudge : public Judge {
public:
    /// The reading must outlive it.
    PredicateJudge(Predicate, const Reading&);

    /// 1 where the predicate holds at a token of the window, else 0.
    Answers<double> detect(std::span<const TokenRange>) override;

    /// The share of the marked tokens at which it holds.
    Answers<double> fuzz(std::span<const MarkedWindow>) override;

    /// 10 where it holds, else 0.
    Answers<std::vector<double>> simulate(std::span<const TokenRange>) override;

    /// The window with the fewest tokens at which it holds, the first of several.
    Answers<std::size_t> intruder(std::span<const std::vector<TokenRange>>) override;

private:
    /// Where it holds in each window.
    std::vector<std::vector<bool>> holds(std::span<const TokenRange>) const;

    Predicate m_predicate;
    const Reading& m_reading;
};

} // namespace microtome
