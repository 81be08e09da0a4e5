#include "core/features/directions/neighbours.h"

#include <algorithm>

namespace microtome {

namespace {

NeighbourTable search(const Directions& of, const Directions& among, bool same, std::size_t most,
    const Progress& progress)
{
    checkPair(of, among);
    const auto norms = directionNorms(of);
    const auto others = directionNorms(among);
    NeighbourTable table;
    table.most = std::min(most, among.count() - (same ? 1 : 0));
    table.found.resize(of.count());
    table.entries.resize(of.count() * table.most);
    for (std::size_t i = 0; i < of.count(); ++i) {
        progress.step(static_cast<double>(i) / static_cast<double>(of.count()), "neighbours");
        std::vector<Neighbour> all;
        for (std::size_t j = 0; norms[i] > 0 && j < among.count(); ++j)
            if (others[j] > 0 && !(same && i == j))
                all.push_back({static_cast<std::uint32_t>(j),
                    static_cast<float>(dot(of, i, among, j) / (norms[i] * others[j]))});
        const std::size_t count = std::min(table.most, all.size());
        std::partial_sort(
            all.begin(), all.begin() + static_cast<std::ptrdiff_t>(count), all.end(), nearer);
        std::copy_n(all.begin(), count,
            table.entries.begin() + static_cast<std::ptrdiff_t>(i * table.most));
        table.found[i] = static_cast<std::uint32_t>(count);
    }
    progress.step(1, "neighbours");
    return table;
}

} // namespace

void checkPair(const Directions& of, const Directions& among)
{
    check(of);
    check(among);
    bool same = of.parts.size() == among.parts.size();
    for (std::size_t i = 0; same && i < of.parts.size(); ++i)
        same = of.parts[i].columns() == among.parts[i].columns();
    if (!same)
        throw Error("The two dictionaries have directions of different widths ("
            + std::to_string(of.width()) + " and " + std::to_string(among.width())
            + "): only dictionaries of the same activations can be compared.");
}

NeighbourTable neighbours(const Directions& all, std::size_t most, const Progress& progress)
{
    return search(all, all, true, most, progress);
}

NeighbourTable neighbours(
    const Directions& of, const Directions& among, std::size_t most, const Progress& progress)
{
    return search(of, among, false, most, progress);
}

} // namespace microtome
