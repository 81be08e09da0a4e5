#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace microtome {

/// Readers of what language models reply. Nothing: the reply does not say it, as asked, for all
/// that was asked. Any bytes will do.

/// What follows the last “Explanation:” at the beginning of a line, at most 1,000 bytes.
std::optional<std::string> explanationIn(std::string_view reply);

/// The last list of `count` verdicts in brackets (1, 0, yes, no, true, false), or else one verdict
/// in each of the lines "1: yes", "Example 2 - no", ... for all numbers 1 ... count.
std::optional<std::vector<bool>> verdictsIn(std::string_view reply, std::size_t count);

/// Lines that begin with a token's number and end with its level, for all numbers 1 ... count.
std::optional<std::vector<double>> levelsIn(std::string_view reply, std::size_t count);

/// What the last “Answer:” says, as an index below `count`: Example 1 is 0. A reply that is only a
/// number will do as well.
std::optional<std::size_t> intruderIn(std::string_view reply, std::size_t count);

/// One of the tokens that a model might have said, with its log-probability.
struct Alternative {
    std::string text;
    double logProbability = 0;
};

/// P(yes) / (P(yes) + P(no)) among the alternatives for a verdict; nothing where neither is there.
std::optional<double> chanceOfYes(std::span<const Alternative>);

/// The expected level among the alternatives that are whole numbers 0 ... 10.
std::optional<double> expectedLevel(std::span<const Alternative>);

} // namespace microtome
