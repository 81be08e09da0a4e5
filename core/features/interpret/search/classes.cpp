#include "core/features/interpret/search/classes.h"

#include <algorithm>

namespace microtome {

std::vector<ClassCount> bestClasses(std::vector<ClassCount> classes, const Aim& aim, double b)
{
    std::erase_if(classes,
        [&](const ClassCount& c) { return c.examples < aim.support || !(c.tally.hits > 0); });
    // Half an example more that does not fire: of classes that always fire the larger come first.
    const auto precision = [](const ClassCount& c) {
        const double all = c.tally.hits + c.tally.alarms;
        return c.tally.hits / (all + 0.5 * all / c.examples);
    };
    std::ranges::sort(classes, [&](const ClassCount& x, const ClassCount& y) {
        const double p = precision(x), q = precision(y);
        return p != q ? p > q : x.key < y.key;
    });
    Examples::Tally sum;
    double best = -1;
    std::size_t taken = 0;
    for (std::size_t i = 0; i < classes.size(); ++i) {
        sum.hits += classes[i].tally.hits;
        sum.alarms += classes[i].tally.alarms;
        const double value
            = aim.f(sum, b) - aim.penalty * std::log2(static_cast<double>(i + 1)) / 2;
        if (value > best) {
            best = value;
            taken = i + 1;
        }
    }
    classes.resize(taken);
    std::ranges::stable_sort(
        classes, std::greater(), [](const ClassCount& c) { return c.tally.hits; });
    return classes;
}

std::pair<std::size_t, std::size_t> bestRange(
    const std::vector<Examples::Tally>& classes, const Aim& aim)
{
    constexpr int iterations = 12; // it converges faster than by halves
    std::pair<std::size_t, std::size_t> best{0, classes.size() - 1};
    double price = 0;
    for (int i = 0; i < iterations; ++i) {
        double largest = -1, sum = 0;
        std::size_t begin = 0;
        for (std::size_t c = 0; c < classes.size(); ++c) {
            if (sum <= 0) {
                sum = 0;
                begin = c;
            }
            const auto& [hits, alarms] = classes[c];
            sum += hits - price * (hits + alarms);
            if (sum > largest) {
                largest = sum;
                best = {begin, c};
            }
        }
        Examples::Tally inside;
        for (std::size_t c = best.first; c <= best.second; ++c) {
            inside.hits += classes[c].hits;
            inside.alarms += classes[c].alarms;
        }
        const double next = aim.f(inside) / 2;
        if (next == price)
            break;
        price = next;
    }
    return best;
}

} // namespace microtome
