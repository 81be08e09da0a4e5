#include "core/features/samples/samples.h"

#include "core/features/samples/draws.h"
#include "core/features/samples/firingwindows.h"
#include "core/work/error.h"

#include <algorithm>
#include <map>

namespace microtome {

namespace {

constexpr std::uint64_t neighbourhood = 8; // tokens up to the peak that tell texts apart

/// The ids of the tokens up to a window's peak; in a causal model nothing else made it fire.
std::vector<std::uint32_t> neighbours(const Windows& windows, const FiringWindow& window)
{
    const Corpus& corpus = windows.corpus();
    const std::uint64_t first = corpus.document(windows.document(window.window)).begin;
    const std::uint64_t begin = std::max(first + neighbourhood, window.peak + 1) - neighbourhood;
    const auto ids = corpus.ids({begin, window.peak + 1});
    return {ids.begin(), ids.end()};
}

Sample sampleOf(const Windows& windows, const FiringWindow& window, double weight)
{
    Sample sample;
    sample.tokens = windows.range(window.window);
    sample.document = windows.document(window.window);
    sample.peak = window.peak;
    sample.strength = window.strength;
    sample.weight = weight;
    sample.values.resize(sample.tokens.size());
    return sample;
}

/// `count` of a group's windows at random.
SampleGroup draw(
    const Windows& windows, std::span<const FiringWindow> group, std::size_t count, Draws& draws)
{
    SampleGroup drawn;
    drawn.windows = group.size();
    const auto [least, largest] = std::ranges::minmax_element(group, {}, &FiringWindow::strength);
    if (!group.empty()) {
        drawn.from = least->strength;
        drawn.to = largest->strength;
    }
    const auto chosen = draws.some(group.size(), count);
    for (const std::uint64_t i : chosen)
        drawn.samples.push_back(sampleOf(windows, group[i],
            static_cast<double>(group.size()) / static_cast<double>(chosen.size())));
    return drawn;
}

/// `byStrength` is ascending here and below, and later windows come first where it is the same.
SampleGroup strongest(
    const Windows& windows, std::span<const FiringWindow> byStrength, std::size_t count)
{
    SampleGroup top;
    std::map<std::vector<std::uint32_t>, std::size_t> kept;
    for (auto window = byStrength.rbegin(); window != byStrength.rend() && count > 0; ++window) {
        const bool full = top.samples.size() == count;
        if (full && window->strength < top.samples.back().strength)
            break;
        std::vector<std::uint32_t> text = neighbours(windows, *window);
        if (const auto known = kept.find(text); known != kept.end()) {
            ++top.samples[known->second].weight;
        } else if (!full) {
            kept.emplace(std::move(text), top.samples.size());
            top.samples.push_back(sampleOf(windows, *window, 1));
        } else {
            continue;
        }
        ++top.windows;
    }
    if (!top.samples.empty()) {
        top.from = top.samples.back().strength;
        top.to = top.samples.front().strength;
    }
    return top;
}

std::vector<SampleGroup> byQuantile(const Windows& windows,
    std::span<const FiringWindow> byStrength, const SampleSettings& settings, Draws& draws)
{
    std::vector<SampleGroup> groups;
    for (std::size_t q = 0; q < settings.quantiles; ++q) {
        const std::size_t begin = q * byStrength.size() / settings.quantiles;
        const std::size_t end = (q + 1) * byStrength.size() / settings.quantiles;
        groups.push_back(
            draw(windows, byStrength.subspan(begin, end - begin), settings.perQuantile, draws));
    }
    return groups;
}

std::vector<SampleGroup> byInterval(const Windows& windows,
    std::span<const FiringWindow> byStrength, const SampleSettings& settings, Draws& draws)
{
    const float largest = byStrength.empty() ? 0 : byStrength.back().strength;
    const auto bound = [&](std::size_t i) {
        return static_cast<float>(
            largest * static_cast<double>(i) / static_cast<double>(settings.intervals));
    };
    std::vector<SampleGroup> groups;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < settings.intervals; ++i) {
        const auto beyond = std::ranges::lower_bound(
            byStrength.subspan(begin), bound(i + 1), {}, &FiringWindow::strength);
        const std::size_t end = i + 1 == settings.intervals
            ? byStrength.size()
            : static_cast<std::size_t>(beyond - byStrength.begin());
        groups.push_back(
            draw(windows, byStrength.subspan(begin, end - begin), settings.perInterval, draws));
        groups.back().from = bound(i);
        groups.back().to = bound(i + 1);
        begin = end;
    }
    return groups;
}

/// Windows of the split that are not among `firing`, both ascending: those with these numbers among
/// themselves.
std::vector<FiringWindow> silentWindows(const Windows& windows, Split split,
    std::span<const FiringWindow> firing, std::span<const std::uint64_t> numbers)
{
    std::vector<FiringWindow> chosen;
    std::uint64_t number = 0;
    for (std::uint64_t w = 0; w < windows.count() && chosen.size() < numbers.size(); ++w) {
        if (!windows.in(w, split))
            continue;
        if (!firing.empty() && firing.front().window == w)
            firing = firing.subspan(1);
        else if (number++ == numbers[chosen.size()])
            chosen.push_back({w, windows.range(w).begin, 0, 0});
    }
    return chosen;
}

/// Puts the values of the latent where it fires into the samples of all groups.
void fillValues(Samples& samples, Postings postings)
{
    std::vector<Sample*> all;
    const auto collect = [&](SampleGroup& group) {
        for (Sample& sample : group.samples)
            all.push_back(&sample);
    };
    for (SampleGroup* group : {&samples.top, &samples.silent, &samples.near})
        collect(*group);
    for (auto* groups : {&samples.quantiles, &samples.intervals})
        std::ranges::for_each(*groups, collect);
    const auto begin = [](const Sample* sample) { return sample->tokens.begin; };
    std::ranges::sort(all, {}, begin);
    std::size_t passed = 0; // samples that end before the token
    eachFiring(postings, [&](std::uint32_t token, float value) {
        while (passed < all.size() && all[passed]->tokens.end <= token)
            ++passed;
        for (std::size_t i = passed; i < all.size() && all[i]->tokens.begin <= token; ++i)
            all[i]->values[token - all[i]->tokens.begin] = value;
    });
}

} // namespace

Samples takeSamples(const FeatureIndex& index, const Windows& windows, std::uint32_t latent,
    const SampleSettings& settings, const FeatureIndex* near)
{
    if (near && !(near->source() == index.source()))
        throw Error("The near misses were collected over another corpus or dictionary; build both "
                    "indices in one sweep.");
    const std::vector<FiringWindow> firing
        = firingWindows(index, windows, latent, settings.split, Strength::Magnitude);
    std::vector<FiringWindow> byStrength = firing;
    std::ranges::sort(byStrength, [](const FiringWindow& a, const FiringWindow& b) {
        return a.strength != b.strength ? a.strength < b.strength : a.window > b.window;
    });

    Draws draws(settings.seed + latent);
    Samples samples;
    samples.windows = windows.count(settings.split);
    samples.firing = firing.size();
    samples.top = strongest(windows, byStrength, settings.top);
    samples.quantiles = byQuantile(windows, byStrength, settings, draws);
    samples.intervals = byInterval(windows, byStrength, settings, draws);
    const std::uint64_t silent = samples.windows - samples.firing;
    const auto numbers = draws.some(silent, settings.silent);
    samples.silent
        = draw(windows, silentWindows(windows, settings.split, firing, numbers), silent, draws);
    samples.silent.windows = silent;
    for (Sample& sample : samples.silent.samples)
        sample.weight = static_cast<double>(silent) / static_cast<double>(numbers.size());
    if (near) {
        auto missed = firingWindows(*near, windows, latent, settings.split, Strength::Signed);
        std::erase_if(missed, [&](const FiringWindow& window) {
            return std::ranges::binary_search(firing, window.window, {}, &FiringWindow::window);
        });
        samples.near = draw(windows, missed, settings.near, draws);
    }
    fillValues(samples, index.postings(latent));
    return samples;
}

} // namespace microtome
