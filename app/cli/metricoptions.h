#pragma once

#include "app/cli/answeroptions.h"

#include <string>

namespace CLI {
class App;
}

namespace microtome::cli {

/// What is measured: `--metric` with what belongs to it.
struct MetricOptions {
    AnswerOptions answer;
    std::string name = "logit_diff";
    int position = -1;
    std::string direction;
    std::string site;

    void add(CLI::App&);

    /// Throws UsageError when something that the metric needs is not given. `answered`: answers
    /// come from elsewhere.
    void require(bool answered) const;

    Metric::Kind kind() const;
    bool needsAnswer() const;

    /// The metric with these answers; `clean`: the prompt whose distribution KL is measured from.
    Metric metric(Model&, const Prompt& clean, std::vector<TokenId> answers,
        std::vector<TokenId> wrongs) const;
};

} // namespace microtome::cli
