#include "core/features/interpret/score/simulation.h"

#include "core/features/interpret/score/bootstrap.h"

#include <cmath>

namespace microtome {

namespace {

/// Sums over the tokens of a window, in f64.
struct Sums {
    double n = 0, a = 0, p = 0, aa = 0, pp = 0, ap = 0, absolute = 0;

    void add(const Sums& other)
    {
        n += other.n;
        a += other.a;
        p += other.p;
        aa += other.aa;
        pp += other.pp;
        ap += other.ap;
        absolute += other.absolute;
    }

    double correlation() const
    {
        const double va = n * aa - a * a, vp = n * pp - p * p;
        return va > 1e-9 && vp > 1e-9 ? (n * ap - a * p) / std::sqrt(va * vp)
                                      : std::numeric_limits<double>::quiet_NaN();
    }
};

Sums sumsOf(const ScoringWindow& window, float largest, const std::vector<double>& predicted)
{
    Sums sums;
    for (std::size_t i = 0; i < predicted.size(); ++i) {
        const float value = std::max(0.0F, window.values[i]);
        const double a = largest > 0 ? std::floor(10.0 * value / largest) : 0;
        const double p = predicted[i];
        sums.add({1, a, p, a * a, p * p, a * p, std::abs(a - p)});
    }
    return sums;
}

} // namespace

SimulationScore scoreSimulation(
    std::span<const ScoringWindow> windows, float largest, Judge& judge, std::uint64_t seed)
{
    std::vector<TokenRange> questions;
    for (const ScoringWindow& window : windows)
        questions.push_back(window.tokens);
    const auto answers = judge.simulate(questions);
    SimulationScore score;
    score.asked = windows.size();
    std::vector<Sums> each;
    Sums all;
    for (std::size_t i = 0; i < windows.size(); ++i) {
        const auto& answer = answers.at(i);
        if (!answer || answer->size() != windows[i].values.size()) {
            ++score.missing;
            continue;
        }
        each.push_back(sumsOf(windows[i], largest, *answer));
        all.add(each.back());
    }
    score.tokens = static_cast<std::size_t>(all.n);
    score.correlation = bootstrap(all.correlation(), seed, [&](Draws& draws) {
        Sums sample;
        for (std::size_t i = 0; i < each.size(); ++i)
            sample.add(each[draws.below(each.size())]);
        return sample.correlation();
    });
    score.explained = score.correlation.value * score.correlation.value;
    constexpr double nothing = std::numeric_limits<double>::quiet_NaN();
    score.r2 = all.aa > 0 ? 1 - (all.aa - 2 * all.ap + all.pp) / all.aa : nothing;
    score.absoluteDeviation = all.a > 0 ? 1 - all.absolute / all.a : nothing;
    return score;
}

} // namespace microtome
