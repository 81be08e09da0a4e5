#pragma once

#include "core/features/interpret/interval.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace microtome {

/// A question with a yes or no, and how sure the judge is of yes; nothing: no answer.
struct Judged {
    bool truth = false;
    std::optional<double> chance;
    std::size_t group = 0; ///< any number that tells kinds of questions apart
};

/// How often the judge is right on one group of questions.
struct GroupScore {
    std::size_t group = 0;
    std::size_t asked = 0;
    std::size_t missing = 0;
    Estimate right; ///< of those answered
};

/// How good a judge's answers are. Only answers count; what is missing is counted beside them.
struct ClassScore {
    std::size_t asked = 0;
    std::size_t missing = 0;
    Estimate recall; ///< TPR = yes | true; yes is a chance of 1/2 or more
    Estimate specificity; ///< TNR = no | false
    Estimate balancedAccuracy; ///< (TPR + TNR) / 2: 1/2 for answers that know nothing
    Estimate precision; ///< true | yes, at the share of true questions that was asked
    Estimate f1; ///< 2 TP / (2 TP + FP + FN), likewise
    Estimate auc; ///< chance that a true one is more sure than a false one, ties count half
    std::vector<GroupScore> groups; ///< ascending
};

/// Intervals of shares are Wilson's, those of F1 and AUC from 1,000 bootstrap samples drawn within
/// each truth.
ClassScore classScore(std::span<const Judged>, std::uint64_t seed = 22);

} // namespace microtome
