#include "core/model/metric.h"

#include <array>

namespace microtome {

namespace {

constexpr std::array<std::pair<Metric::Kind, const char*>, 6> names {{
    {Metric::Kind::LogitDifference, "logit_diff"},
    {Metric::Kind::LogProbability, "log_prob"},
    {Metric::Kind::Kl, "kl"},
    {Metric::Kind::Loss, "loss"},
    {Metric::Kind::Accuracy, "accuracy"},
    {Metric::Kind::Direction, "direction"},
}};

} // namespace

const char* metricName(Metric::Kind kind)
{
    return names[static_cast<std::size_t>(kind)].second;
}

std::optional<Metric::Kind> metricNamed(std::string_view name)
{
    for (const auto& [kind, text] : names)
        if (name == text)
            return kind;
    return {};
}

} // namespace microtome
