#include "core/features/directions/logitsums.h"

namespace microtome {

double sumOf(std::span<const float> values)
{
    double sum = 0;
    for (const float value : values)
        sum += static_cast<double>(value);
    return sum;
}

LogitSums centred(std::span<float> values, float mean)
{
    LogitSums sums;
    if (values.empty())
        return sums;
    float least = values.front() - mean;
    float greatest = least;
    double second = 0, third = 0, fourth = 0;
    for (float& value : values) {
        value -= mean;
        least = value < least ? value : least;
        greatest = value > greatest ? value : greatest;
        const auto x = static_cast<double>(value);
        const double square = x * x;
        second += square;
        third += square * x;
        fourth += square * square;
    }
    sums.least = least;
    sums.greatest = greatest;
    sums.powers = {second, third, fourth};
    return sums;
}

} // namespace microtome
