#include "core/features/interpret/search/nearness.h"

#include <algorithm>

namespace microtome {

namespace {

constexpr std::uint32_t none = 0xFFFFFFFF;
constexpr std::size_t mostIds = 24; // of a set
constexpr std::size_t mostDistances = 2; // that sets are made for
constexpr std::uint8_t never = 255;

/// The ids around the examples of a selection, each counted at its nearest distance.
class Neighbourhood {
public:
    Neighbourhood(const Reading& reading, const Examples& examples, const Bits& selection,
        TokenNear::Side side, std::uint32_t reach)
        : m_reading(reading)
        , m_examples(examples)
        , m_selection(selection)
        , m_side(side)
        , m_reach(reach)
    {
    }

    /// Calls `use(example, id, distance)` for each id at each distance, nearest first.
    template <class Use> void each(bool firing, bool silent, Use&& use) const
    {
        m_selection.each([&](std::size_t i) {
            if (!(m_examples.fires(i) ? firing : silent))
                return;
            const Place& p = m_examples.places()[i];
            const bool before = m_side == TokenNear::Side::Before;
            const std::uint32_t room
                = std::min(m_reach, before ? p.token - p.begin : p.end - 1 - p.token);
            const std::uint32_t begin = before ? p.token - room : p.token + 1;
            const auto ids = m_reading.corpus().ids({begin, begin + room});
            for (std::uint32_t d = 1; d <= room; ++d)
                use(i, before ? ids[room - d] : ids[d - 1], d);
        });
    }

    const Examples& examples() const { return m_examples; }
    std::uint32_t reach() const { return m_reach; }
    std::uint32_t vocabulary() const { return m_reading.corpus().vocabulary(); }

private:
    const Reading& m_reading;
    const Examples& m_examples;
    const Bits& m_selection;
    TokenNear::Side m_side;
    std::uint32_t m_reach;
};

/// An id and where it tells most.
struct Near {
    std::uint32_t id = 0;
    std::uint32_t within = 0;
    double gain = 0;
};

/// Ids that are near enough firing examples to be worth counting, as a number for each id or none.
std::pair<std::vector<std::uint32_t>, std::vector<std::uint32_t>> common(
    const Neighbourhood& around, std::size_t firing, std::size_t support)
{
    std::vector<std::uint32_t> counts(around.vocabulary());
    around.each(true, false, [&](std::size_t, std::uint32_t id, std::uint32_t) { ++counts[id]; });
    const std::size_t least = std::max(support, firing / 100);
    std::vector<std::uint32_t> number(counts.size(), none), ids;
    for (std::uint32_t id = 0; id < counts.size(); ++id)
        if (counts[id] >= least) {
            number[id] = static_cast<std::uint32_t>(ids.size());
            ids.push_back(id);
        }
    return {std::move(number), std::move(ids)};
}

/// The ids that tell most, each within the distance k where hits - price x (hits + alarms) is
/// largest, the price being twice the share of the selection that fires, at most 1/2.
std::vector<Near> telling(const Neighbourhood& around, const std::vector<std::uint32_t>& number,
    const std::vector<std::uint32_t>& ids, double price)
{
    const std::uint32_t reach = around.reach();
    std::vector<Examples::Tally> tallies(ids.size() * reach);
    std::vector<std::size_t> seenBy(ids.size(), static_cast<std::size_t>(-1));
    around.each(true, true, [&](std::size_t example, std::uint32_t id, std::uint32_t d) {
        const std::uint32_t n = number[id];
        if (n == none || seenBy[n] == example)
            return;
        seenBy[n] = example;
        Examples::Tally& tally = tallies[std::size_t(n) * reach + d - 1];
        (around.examples().fires(example) ? tally.hits : tally.alarms)
            += around.examples().weight(example);
    });
    std::vector<Near> best;
    for (std::size_t n = 0; n < ids.size(); ++n) {
        Near near{ids[n], 0, 0};
        double gain = 0;
        for (std::uint32_t d = 1; d <= reach; ++d) {
            const auto& [hits, alarms] = tallies[n * reach + d - 1];
            gain += hits - price * (hits + alarms);
            if (d > 1 && gain > near.gain)
                near = {ids[n], d, gain};
        }
        if (near.within > 0)
            best.push_back(near);
    }
    std::ranges::stable_sort(best, std::greater(), &Near::gain);
    if (best.size() > mostIds)
        best.resize(mostIds);
    return best;
}

} // namespace

void nearTokens(const Reading& reading, const Examples& examples, const Bits& selection,
    const Aim& aim, TokenNear::Side side, std::uint32_t reach, std::vector<Option>& options)
{
    const Neighbourhood around(reading, examples, selection, side, reach);
    const auto all = examples.tally(selection);
    if (!(all.hits > 0))
        return;
    const auto [number, ids] = common(around, examples.drawn(selection)[0].hold, aim.support);
    const double price = std::min(0.5, 2 * all.hits / (all.hits + all.alarms));
    const std::vector<Near> best = telling(around, number, ids, price);
    if (best.empty())
        return;

    std::vector<std::uint32_t> column(reading.corpus().vocabulary(), none);
    for (std::uint32_t c = 0; c < best.size(); ++c)
        column[best[c].id] = c;
    std::vector<std::uint8_t> distance(examples.places().size() * best.size(), never);
    around.each(true, true, [&](std::size_t example, std::uint32_t id, std::uint32_t d) {
        if (column[id] == none)
            return;
        std::uint8_t& nearest = distance[example * best.size() + column[id]];
        nearest = std::min(nearest, static_cast<std::uint8_t>(std::min<std::uint32_t>(d, 254)));
    });
    std::vector<std::uint32_t> tried;
    for (const Near& lead : best) {
        if (tried.size() == mostDistances || std::ranges::count(tried, lead.within) > 0)
            continue;
        tried.push_back(lead.within);
        TokenNear near{{}, side, lead.within};
        Bits covered(examples.places().size());
        Option option{{}, {}, side == TokenNear::Side::Before ? Family::Before : Family::After};
        double score = -1;
        for (std::size_t c = 0; c < best.size(); ++c) {
            Bits wider = covered;
            selection.each([&](std::size_t i) {
                if (distance[i * best.size() + c] <= lead.within)
                    wider.set(i);
            });
            const auto tally = examples.tally(wider);
            const double value = aim.f(tally)
                - aim.penalty * std::log2(static_cast<double>(near.ids.size() + 1)) / 2;
            if (value <= score)
                continue;
            score = value;
            covered = std::move(wider);
            near.ids.push_back(best[c].id);
            option.tally = tally;
        }
        option.predicate = {std::move(near)};
        options.push_back(std::move(option));
    }
}

} // namespace microtome
