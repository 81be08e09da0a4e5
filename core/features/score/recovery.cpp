#include "core/features/score/recovery.h"

#include "core/features/score/assignment.h"
#include "core/work/error.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <set>

namespace microtome {

namespace {

double dot(std::span<const float> a, std::span<const float> b)
{
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

std::vector<double> lengths(const Matrix& rows)
{
    std::vector<double> made(rows.rows());
    for (std::size_t i = 0; i < made.size(); ++i)
        made[i] = std::sqrt(dot(rows.row(i), rows.row(i)));
    return made;
}

} // namespace

Recovery recoveryOf(const Matrix& truth, const Matrix& learned)
{
    if (truth.empty() || learned.empty() || truth.columns() != learned.columns())
        throw Error("Two dictionaries can be compared only where both have features of the same "
                    "width.");
    const std::size_t g = truth.rows();
    const std::size_t n = learned.rows();
    const std::vector<double> ofTruth = lengths(truth);
    const std::vector<double> ofLearned = lengths(learned);
    std::vector<double> best(g, -1);
    std::vector<double> bestOfLearned(n, -1);
    std::vector<std::size_t> nearest(n, 0);
    std::vector<float> sizes(g * n);
    for (std::size_t i = 0; i < g; ++i)
        for (std::size_t j = 0; j < n; ++j) {
            const double product = ofTruth[i] * ofLearned[j];
            const double cosine = product > 0 ? dot(truth.row(i), learned.row(j)) / product : 0;
            sizes[i * n + j] = static_cast<float>(std::abs(cosine));
            best[i] = std::max(best[i], cosine);
            if (cosine > bestOfLearned[j]) {
                bestOfLearned[j] = cosine;
                nearest[j] = i;
            }
        }
    const Matrix gains(g, n, std::move(sizes));
    const std::vector<std::size_t> columnOf = bestAssignment(gains);
    const auto pairs = static_cast<double>(std::min(g, n));
    Recovery made;
    made.mmcs = std::accumulate(best.begin(), best.end(), 0.0) / static_cast<double>(g);
    made.mmcsOfLearned
        = std::accumulate(bestOfLearned.begin(), bestOfLearned.end(), 0.0) / static_cast<double>(n);
    for (std::size_t i = 0; i < g; ++i)
        if (columnOf[i] != none)
            made.mcc += static_cast<double>(gains(i, columnOf[i])) / pairs;
    made.uniqueness
        = static_cast<double>(std::set<std::size_t>(nearest.begin(), nearest.end()).size()) / pairs;
    return made;
}

} // namespace microtome
