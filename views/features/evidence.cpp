#include "views/features/evidence.h"

#include <algorithm>

namespace microtome {

namespace {

constexpr std::uint64_t before = 20; // tokens that are read before a peak, and behind it
constexpr std::uint64_t behind = 12;

/// The sample's window; wider where it fires and its peak is near an end. Values are filled in
/// later.
Example exampleOf(const Corpus& corpus, const Sample& sample)
{
    const TokenRange document = corpus.document(sample.document);
    TokenRange range = sample.tokens;
    if (sample.strength > 0) {
        range.begin = std::min(range.begin, sample.peak - std::min(sample.peak, before));
        range.begin = std::max(range.begin, document.begin);
        range.end = std::min(std::max(range.end, sample.peak + behind + 1), document.end);
    }
    Example example;
    example.strength = sample.strength;
    example.weight = sample.weight;
    example.first = range.begin;
    example.peak = static_cast<std::size_t>(sample.peak - range.begin);
    for (const std::uint32_t id : corpus.ids(range))
        example.ids.push_back(static_cast<TokenId>(id));
    example.values.resize(example.ids.size());
    example.cutBefore = range.begin > document.begin;
    example.cutAfter = range.end < document.end;
    return example;
}

void fillValues(FeatureEvidence& evidence, Postings postings)
{
    std::vector<Example*> all;
    const auto collect = [&](ExampleGroup& group) {
        for (Example& example : group.examples)
            all.push_back(&example);
    };
    collect(evidence.strongest);
    collect(evidence.silent);
    std::ranges::for_each(evidence.quantiles, collect);
    std::ranges::for_each(evidence.intervals, collect);
    std::ranges::sort(all, {}, &Example::first);
    std::size_t passed = 0; // examples that end before the token, from the first one
    eachFiring(postings, [&](std::uint32_t token, float value) {
        while (passed < all.size() && all[passed]->first + all[passed]->ids.size() <= token)
            ++passed;
        for (std::size_t i = passed; i < all.size() && all[i]->first <= token; ++i)
            if (const std::uint64_t place = token - all[i]->first; place < all[i]->values.size())
                all[i]->values[place] = value;
    });
}

ExampleGroup groupOf(const Corpus& corpus, const SampleGroup& samples)
{
    ExampleGroup group;
    group.from = samples.from;
    group.to = samples.to;
    group.windows = samples.windows;
    for (const Sample& sample : samples.samples)
        group.examples.push_back(exampleOf(corpus, sample));
    std::ranges::stable_sort(group.examples, std::ranges::greater(), &Example::strength);
    return group;
}

/// Strongest group first, as people read; empty ones are left out.
std::vector<ExampleGroup> groupsOf(const Corpus& corpus, const std::vector<SampleGroup>& samples)
{
    std::vector<ExampleGroup> groups;
    for (auto group = samples.rbegin(); group != samples.rend(); ++group)
        if (!group->samples.empty())
            groups.push_back(groupOf(corpus, *group));
    return groups;
}

} // namespace

Histogram valueHistogram(const FeatureIndex& index, std::uint32_t latent, std::size_t bins)
{
    Histogram histogram;
    const ValueNumbers numbers = index.numbers(latent);
    if (numbers.count == 0 || bins == 0)
        return histogram;
    histogram.low = std::min(0.0, static_cast<double>(numbers.min));
    histogram.high = std::max(0.0, static_cast<double>(numbers.max));
    histogram.counts.assign(bins, 0);
    const double scale = static_cast<double>(bins) / (histogram.high - histogram.low);
    eachFiring(index.postings(latent), [&](std::uint32_t, float value) {
        const double place = (static_cast<double>(value) - histogram.low) * scale;
        const auto bin = static_cast<std::size_t>(std::max(place, 0.0));
        ++histogram.counts[std::min(bin, bins - 1)];
    });
    return histogram;
}

void takeEvidence(const FeatureIndex& index, const Windows& windows, std::uint32_t latent,
    FeatureEvidence& evidence)
{
    const Corpus& corpus = windows.corpus();
    const Samples samples = takeSamples(index, windows, latent);
    evidence.windows = samples.windows;
    evidence.firing = samples.firing;
    evidence.strongest = groupOf(corpus, samples.top);
    evidence.quantiles = groupsOf(corpus, samples.quantiles);
    evidence.intervals = groupsOf(corpus, samples.intervals);
    evidence.silent = groupOf(corpus, samples.silent);
    fillValues(evidence, index.postings(latent));
}

} // namespace microtome
