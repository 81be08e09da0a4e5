#include "core/features/interpret/search/examples.h"

#include "core/features/samples/draws.h"

#include <algorithm>

namespace microtome {

namespace {

/// Takes each of `left` things that come one by one with equal chance, `wanted` in all.
class Lottery {
public:
    Lottery(std::uint64_t population, std::size_t wanted)
        : m_left(population)
        , m_wanted(std::min<std::uint64_t>(population, wanted))
    {
    }

    std::uint64_t wanted() const { return m_wanted; }

    bool takes(Draws& draws)
    {
        const bool take = m_wanted == m_left || draws.below(m_left) < m_wanted;
        --m_left;
        m_wanted -= take;
        return take;
    }

private:
    std::uint64_t m_left;
    std::uint64_t m_wanted;
};

/// Calls `use(token, document, stratum)` for all tokens of a split.
template <class Use>
void eachToken(const Reading& reading, Split split, std::span<const std::uint32_t> firing,
    const std::vector<bool>& ids, Use&& use)
{
    const Windows& windows = reading.windows();
    auto next = firing.begin();
    for (std::uint64_t w = 0; w < windows.count(); ++w) {
        if (!windows.in(w, split))
            continue;
        const TokenRange range = windows.range(w);
        const std::uint64_t document = windows.document(w);
        next = std::lower_bound(next, firing.end(), range.begin);
        const auto tokens = reading.corpus().ids(range);
        for (std::uint64_t i = 0; i < range.size(); ++i) {
            const bool fires = next != firing.end() && *next == range.begin + i;
            next += fires;
            use(range.begin + i, document, fires ? 0U : ids[tokens[i]] ? 1U : 2U);
        }
    }
}

} // namespace

Examples::Examples(const Reading& reading, Split split, std::span<const std::uint32_t> firing,
    const ExampleLimits& limits, std::uint64_t seed)
{
    std::vector<bool> ids(reading.corpus().vocabulary());
    for (const std::uint32_t token : firing)
        ids[reading.corpus().id(token)] = true;
    eachToken(reading, split, firing, ids,
        [&](std::uint64_t, std::uint64_t, unsigned s) { ++m_strata[s].population; });
    std::vector<Lottery> lotteries;
    for (std::size_t s = 0; s < 3; ++s) {
        Stratum& stratum = m_strata[s];
        Lottery& lottery
            = lotteries.emplace_back(stratum.population, s == 0 ? limits.firing : limits.silent);
        stratum.begin = s == 0 ? 0 : m_strata[s - 1].end;
        stratum.end = stratum.begin + (lottery.wanted() + 63) / 64;
        stratum.weight = lottery.wanted() == 0
            ? 0
            : static_cast<double>(stratum.population) / static_cast<double>(lottery.wanted());
    }
    m_places.resize(m_strata[2].end * 64);
    Draws draws(seed);
    eachToken(
        reading, split, firing, ids, [&](std::uint64_t token, std::uint64_t document, unsigned s) {
            Stratum& stratum = m_strata[s];
            if (lotteries[s].takes(draws))
                m_places[stratum.begin * 64 + stratum.size++] = reading.place(token, document);
        });
}

double Examples::weight(std::size_t example) const
{
    for (const Stratum& stratum : m_strata)
        if (example < stratum.end * 64)
            return stratum.weight;
    return 0;
}

template <class Count> Examples::Tally Examples::weighted(Count&& count) const
{
    const auto of = [&](const Stratum& stratum) {
        return stratum.weight * static_cast<double>(count(stratum.begin, stratum.end));
    };
    return {of(m_strata[0]), of(m_strata[1]) + of(m_strata[2])};
}

Examples::Tally Examples::tally(const Bits& bits) const
{
    return weighted([&](std::size_t begin, std::size_t end) { return bits.count(begin, end); });
}

Examples::Tally Examples::tally(const Bits& bits, const Bits& alsoIn) const
{
    return weighted(
        [&](std::size_t begin, std::size_t end) { return bits.count(begin, end, alsoIn); });
}

std::array<Examples::Drawn, 3> Examples::drawn(const Bits& bits) const
{
    std::array<Drawn, 3> all;
    for (std::size_t s = 0; s < 3; ++s)
        all[s] = {
            bits.count(m_strata[s].begin, m_strata[s].end), m_strata[s].size, m_strata[s].weight};
    return all;
}

Agreement agreementOf(const Examples& examples, const Bits& bits)
{
    Agreement agreement;
    agreement.firing = examples.firing();
    agreement.silent = examples.silent();
    const auto drawn = examples.drawn(bits);
    const auto [hits, alarms] = examples.tally(bits);
    // Σ w and Σ w² over some of the examples give their share its trials.
    const auto share = [](double of, double weights, double squares) {
        return wilson(
            weights > 0 ? of / weights : 0, squares > 0 ? weights * weights / squares : 0);
    };
    double squares = 0, silentSquares = 0;
    for (std::size_t s = 0; s < 3; ++s) {
        const double square = drawn[s].weight * drawn[s].weight;
        squares += square * static_cast<double>(drawn[s].hold);
        silentSquares += s > 0 ? square * static_cast<double>(drawn[s].all) : 0;
    }
    const auto firing = static_cast<double>(agreement.firing);
    const auto silent = static_cast<double>(agreement.silent);
    agreement.precision = share(hits, hits + alarms, squares);
    agreement.recall = wilson(firing > 0 ? hits / firing : 0, static_cast<double>(drawn[0].all));
    agreement.specificity = share(silent - alarms, silent, silentSquares);
    agreement.balancedAccuracy = meanOf(agreement.recall, agreement.specificity);
    const double total = hits + alarms + firing;
    agreement.f1 = total > 0 ? 2 * hits / total : 0;
    return agreement;
}

} // namespace microtome
