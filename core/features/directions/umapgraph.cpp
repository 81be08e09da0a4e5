#include "core/features/directions/umapgraph.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

namespace microtome {

namespace {

constexpr int halvings = 64;
constexpr double closeEnough = 1e-5;
constexpr double leastShare = 1e-3; ///< of the mean distance that sigma is at least

double membership(double distance, const LocalScale& scale)
{
    const double beyond = distance - scale.nearest;
    return beyond <= 0 || scale.width == 0 ? 1 : std::exp(-beyond / scale.width);
}

double mean(std::span<const double> values)
{
    return values.empty()
        ? 0
        : std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// 1 - cosine of a latent's nearest.
std::vector<double> distancesOf(std::span<const Neighbour> nearest)
{
    std::vector<double> distances;
    for (const Neighbour& one : nearest)
        distances.push_back(std::max(0.0, 1 - static_cast<double>(one.cosine)));
    return distances;
}

} // namespace

LocalScale smoothDistances(std::span<const double> distances, std::size_t k, double overall)
{
    LocalScale scale;
    const auto apart
        = std::find_if(distances.begin(), distances.end(), [](double d) { return d > 0; });
    if (apart != distances.end())
        scale.nearest = *apart;
    const double wanted = std::log2(static_cast<double>(k));
    double low = 0, high = std::numeric_limits<double>::infinity();
    scale.width = 1;
    for (int i = 0; i < halvings; ++i) {
        double sum = 0;
        for (const double distance : distances)
            sum += membership(distance, scale);
        if (std::abs(sum - wanted) < closeEnough)
            break;
        (sum > wanted ? high : low) = scale.width;
        scale.width = std::isinf(high) ? scale.width * 2 : (low + high) / 2;
    }
    const double least = leastShare * (scale.nearest > 0 ? mean(distances) : overall);
    scale.width = std::max(scale.width, least);
    return scale;
}

std::vector<UmapEdge> fuzzyGraph(const NeighbourTable& table, std::size_t k)
{
    const auto nearestOf = [&](std::size_t i) {
        const auto all = table.of(i);
        return all.first(std::min(k - 1, all.size()));
    };
    std::vector<double> means;
    for (std::size_t i = 0; i < table.count(); ++i)
        means.push_back(mean(distancesOf(nearestOf(i))));
    const double overall = mean(means);

    // Each membership twice: as the edge's own weight and as that of its way back.
    struct Half {
        std::uint32_t from, to;
        float weight;
    };
    std::vector<Half> halves;
    for (std::size_t i = 0; i < table.count(); ++i) {
        const auto nearest = nearestOf(i);
        const auto distances = distancesOf(nearest);
        const LocalScale scale = smoothDistances(distances, k, overall);
        const auto from = static_cast<std::uint32_t>(i);
        for (std::size_t j = 0; j < nearest.size(); ++j) {
            const auto weight = static_cast<float>(membership(distances[j], scale));
            halves.push_back({from, nearest[j].latent, weight});
            halves.push_back({nearest[j].latent, from, weight});
        }
    }
    std::stable_sort(halves.begin(), halves.end(), [](const Half& a, const Half& b) {
        return a.from < b.from || (a.from == b.from && a.to < b.to);
    });
    std::vector<UmapEdge> edges;
    for (const Half& half : halves) {
        const bool both
            = !edges.empty() && edges.back().from == half.from && edges.back().to == half.to;
        if (!both) {
            edges.push_back({half.from, half.to, half.weight});
            continue;
        }
        float& weight = edges.back().weight;
        weight = weight + half.weight - weight * half.weight;
    }
    return edges;
}

} // namespace microtome
