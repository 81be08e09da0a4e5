#include "app/cli/metricoptions.h"

#include "app/cli/command.h"
#include "app/cli/editoptions.h"
#include "app/cli/nexttokens.h"

#include <CLI/CLI.hpp>

namespace microtome::cli {

void MetricOptions::add(CLI::App& command)
{
    command
        .add_option("--metric", name,
            "What is measured (default: logit_diff): the logit of the answer minus that of the "
            "wrong "
            "one; the answer's log-probability; KL from the clean run's next-token distribution; "
            "the mean "
            "next-token loss; whether the answer is on top; the product with a direction")
        ->type_name("logit_diff|log_prob|kl|loss|accuracy|direction")
        ->check(CLI::IsMember({"logit_diff", "log_prob", "kl", "loss", "accuracy", "direction"}));
    answer.add(command);
    command.add_option("--position", position, "Where it is measured (default: the last token)")
        ->type_name("P")
        ->check(CLI::Range(0, 1 << 30));
    command
        .add_option(
            "--direction", direction, "For --metric direction: the vector, in a safetensors file")
        ->type_name("FILE#NAME");
    command.add_option("--site", site, "For --metric direction: the point it is measured at")
        ->type_name("SITE");
}

Metric::Kind MetricOptions::kind() const
{
    return *metricNamed(name);
}

bool MetricOptions::needsAnswer() const
{
    using Kind = Metric::Kind;
    return kind() == Kind::LogitDifference || kind() == Kind::LogProbability
        || kind() == Kind::Accuracy;
}

void MetricOptions::require(bool answered) const
{
    if (needsAnswer() && !answered && !answer.hasAnswer())
        throw UsageError("The metric " + name + " needs --answer or --answer-id.");
    if (kind() == Metric::Kind::Direction && (direction.empty() || site.empty()))
        throw UsageError("The metric direction needs --direction FILE#NAME and --site SITE.");
    if (!site.empty() && !Site::parse(site))
        throw UsageError("--site: \"" + site + "\" is no point of a model; info lists them.");
}

Metric MetricOptions::metric(Model& model, const Prompt& clean, std::vector<TokenId> answers,
    std::vector<TokenId> wrongs) const
{
    Metric metric;
    metric.kind = kind();
    metric.answers = std::move(answers);
    metric.wrongs = std::move(wrongs);
    if (position >= 0) {
        if (static_cast<std::size_t>(position) >= clean.size())
            throw Error("--position " + std::to_string(position) + " lies behind the prompt's "
                + std::to_string(clean.size()) + " tokens.");
        metric.position = Position(position);
    }
    if (metric.kind == Metric::Kind::Kl) {
        RunRequest request;
        request.ids = clean.ids;
        const Site logits{Point::Logits, {}, {}};
        request.want = {logits};
        request.logitPositions
            = {position >= 0 ? metric.position
                             : Position(static_cast<std::int64_t>(clean.size()) - 1)};
        const Matrix row = model.run(request).at(logits);
        metric.reference = Matrix(1, row.columns(), logProbabilities(row.row(0)));
    }
    if (metric.kind == Metric::Kind::Direction) {
        metric.site = *Site::parse(site);
        metric.direction = readReference(direction, {});
    }
    return metric;
}

} // namespace microtome::cli
