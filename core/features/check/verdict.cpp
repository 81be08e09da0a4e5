#include "core/features/check/verdict.h"

#include <cmath>
#include <cstdio>

namespace microtome {

namespace {

constexpr double muchBetter = 0.5; // another convention's FVU, of the one that was read
constexpr double farOff = 1.5; // measured and declared L0, the one in the other
constexpr double manyDead = 0.5;
constexpr std::size_t enoughForDead = 2000; // tokens

std::string number(double value)
{
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.3g", value);
    return text.data();
}

double declaredL0(const std::vector<SparseCoder>& coders)
{
    double sum = 0;
    for (const SparseCoder& coder : coders) {
        if (!coder.declared.l0)
            return 0;
        sum += *coder.declared.l0;
    }
    return sum / static_cast<double>(coders.size());
}

} // namespace

std::vector<std::string> verdictsOf(const std::vector<SparseCoder>& coders, const SelfCheck& check)
{
    std::vector<std::string> all;
    const Fit& fit = check.fit;
    if (!std::isfinite(fit.fvu)) {
        all.push_back("What it makes of this model's activations is no number: the file is damaged "
                      "or of another model.");
        return all;
    }
    if (fit.fvu >= 1)
        all.push_back("It gives back less than the mean alone would (FVU " + number(fit.fvu)
            + "): it is of another model, another place or another convention.");
    if (!check.others.empty()
        && check.others.front().fvu < muchBetter * std::min(check.fewFvu, 1.0))
        all.push_back("It fits much better " + check.others.front().how + ": FVU "
            + number(check.others.front().fvu) + " instead of " + number(check.fewFvu)
            + ". The file was probably meant so.");
    if (fit.fvu < 1 && fit.fvu > 0.5)
        all.push_back(
            "More than half of the variance is not explained (FVU " + number(fit.fvu) + ").");
    if (const double declared = declaredL0(coders);
        declared > 0 && (fit.l0 > farOff * declared || declared > farOff * fit.l0))
        all.push_back("On this text " + number(fit.l0) + " latents fire at a token, where "
            + number(declared) + " are declared.");
    if (fit.dead > manyDead && fit.tokens >= enoughForDead)
        all.push_back(number(100 * fit.dead) + " % of the latents never fire in "
            + std::to_string(fit.tokens) + " tokens of this text.");
    if (check.downstream && check.downstream->recovered() < muchBetter)
        all.push_back("Put into the model, it keeps only "
            + number(100 * check.downstream->recovered())
            + " % of what the place does for the predictions (cross-entropy).");
    return all;
}

} // namespace microtome
