#pragma once

#include "core/model/matrix.h"
#include "core/model/site.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace microtome {

/// What is measured at the end of a run. All in nats or logits; computed in f64 from f32 logits.
struct Metric {
    enum class Kind {
        LogitDifference, ///< mean logit of `answers` minus mean logit of `wrongs` at `position`
        LogProbability,  ///< ln of the summed probability of `answers` at `position`
        Kl,              ///< KL(reference ‖ run) of the next-token distributions at `position`, or the mean over all positions when none
        Loss,            ///< mean next-token cross-entropy over the prompt
        Accuracy,        ///< 1 where the answers' first id is the top token at `position`, else 0
        Direction,       ///< dot product of `direction` with the site's value at `position`
    };
    Kind kind = Kind::LogitDifference;
    Position position; ///< none: the last one
    std::vector<TokenId> answers;
    std::vector<TokenId> wrongs;
    Matrix reference; ///< Kl: log-probabilities, one row (or one per position) of the reference run
    Site site;        ///< Direction
    Matrix direction; ///< Direction: one row

    bool operator==(const Metric&) const = default;
};

const char* metricName(Metric::Kind); ///< `logit_diff`, `log_prob`, `kl`, `loss`, `accuracy`, `direction`
std::optional<Metric::Kind> metricNamed(std::string_view);

} // namespace microtome
