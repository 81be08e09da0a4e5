#include "core/features/coder/activation.h"

#include <cmath>
#include <numeric>

namespace microtome {

/// r = x; repeat: i = argmax_j r w_j; f_i += r w_i; r -= (r w_i) w_i (features-and-steering.md 2.7;
/// as SAELens 6.54 `_encode_matching_pursuit` ends it: after the step that falls below the residual
/// or, if told so, that brought no new latent).
void pursue(const MatchingPursuitActivation& a, const Matrix& decoder, std::vector<double> x,
    std::span<float> f)
{
    std::vector<double> taken(f.size());
    for (int step = 0; step < a.k; ++step) {
        std::size_t best = 0;
        double value = 0;
        for (std::size_t i = 0; i < f.size(); ++i) {
            const auto row = decoder.row(i);
            const double along = std::inner_product(row.begin(), row.end(), x.begin(), 0.0);
            if (along > value) {
                best = i;
                value = along;
            }
        }
        if (value <= 0) // nothing is left that a row could take
            break;
        const bool known = taken[best] != 0;
        taken[best] += value;
        double left = 0;
        const auto row = decoder.row(best);
        for (std::size_t i = 0; i < x.size(); ++i) {
            x[i] -= value * static_cast<double>(row[i]);
            left += x[i] * x[i];
        }
        if ((a.stopsWhenRepeated && known) || std::sqrt(left) < static_cast<double>(a.residual))
            break;
    }
    for (std::size_t i = 0; i < f.size(); ++i)
        f[i] = static_cast<float>(taken[i]);
}

} // namespace microtome
