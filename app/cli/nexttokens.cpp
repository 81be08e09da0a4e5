#include "app/cli/nexttokens.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace microtome::cli {

namespace {

double logSumExp(std::span<const float> logits)
{
    const double peak = *std::max_element(logits.begin(), logits.end());
    double sum = 0;
    for (const float x : logits)
        sum += std::exp(static_cast<double>(x) - peak);
    return peak + std::log(sum);
}

} // namespace

nlohmann::json nextTokens(std::span<const float> logits, std::size_t count, const Pieces& pieces)
{
    const double total = logSumExp(logits);
    std::vector<std::size_t> order(logits.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    count = std::min(count, order.size());
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count),
        order.end(), [&](std::size_t a, std::size_t b) {
            return logits[a] > logits[b] || (logits[a] == logits[b] && a < b);
        });
    nlohmann::json next = nlohmann::json::array();
    for (std::size_t i = 0; i < count; ++i) {
        const auto id = static_cast<TokenId>(order[i]);
        const double logit = logits[order[i]];
        next.push_back({{"id", id}, {"piece", pieces.of(id)}, {"logit", logit},
            {"prob", std::exp(logit - total)}});
    }
    return next;
}

std::vector<float> logProbabilities(std::span<const float> logits)
{
    const double total = logSumExp(logits);
    std::vector<float> row;
    for (const float x : logits)
        row.push_back(static_cast<float>(x - total));
    return row;
}

} // namespace microtome::cli
