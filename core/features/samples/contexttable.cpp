#include "core/features/samples/contexttable.h"

#include "core/features/index/ngramcounts.h"
#include "core/work/error.h"

#include <algorithm>
#include <limits>
#include <unordered_map>

namespace microtome {

namespace {

struct Tally {
    std::uint32_t firings = 0;
    double sum = 0;
    float max = std::numeric_limits<float>::lowest();
    std::uint64_t occurrences = 0;
};

using Tallies = std::unordered_map<std::uint64_t, Tally>;

/// The key of n ids that end at a token.
std::uint64_t keyAt(const Corpus& corpus, std::uint64_t token, std::size_t n)
{
    std::array<std::uint32_t, 3> ids{};
    for (std::size_t i = 0; i < n; ++i)
        ids[i] = corpus.id(token + 1 + i - n);
    return ngramKey(std::span(ids).first(n));
}

Tallies tally(const FeatureIndex& index, const Corpus& corpus, std::uint32_t latent, std::size_t n)
{
    Tallies tallies;
    std::uint64_t document = 0;
    TokenRange range;
    eachFiring(index.postings(latent), [&](std::uint32_t token, float value) {
        if (token >= range.end) {
            document = corpus.documentOf(token, document);
            range = corpus.document(document);
        }
        if (token + 1 < range.begin + n)
            return;
        Tally& t = tallies[keyAt(corpus, token, n)];
        ++t.firings;
        t.sum += value;
        t.max = std::max(t.max, value);
    });
    return tallies;
}

void countOccurrences(
    Tallies& tallies, const Corpus& corpus, std::size_t n, const Progress& progress)
{
    for (std::uint64_t d = 0; d < corpus.documents(); ++d) {
        const TokenRange range = corpus.document(d);
        progress.step(static_cast<double>(d) / static_cast<double>(corpus.documents()));
        for (std::uint64_t token = range.begin + n - 1; token < range.end; ++token)
            if (const auto found = tallies.find(keyAt(corpus, token, n)); found != tallies.end())
                ++found->second.occurrences;
    }
}

} // namespace

std::vector<ContextRow> contextTable(const FeatureIndex& index, const Corpus& corpus,
    std::uint32_t latent, std::size_t n, std::size_t most, const Progress& progress)
{
    checkMadeOver(index, corpus);
    if (n < 1 || n > 3)
        throw Error("Contexts of a latent are of one, two or three tokens.");
    Tallies tallies = tally(index, corpus, latent, n);
    std::vector<std::uint64_t> keys;
    for (const auto& [key, t] : tallies)
        keys.push_back(key);
    std::ranges::sort(keys, [&](std::uint64_t a, std::uint64_t b) {
        const std::uint32_t x = tallies[a].firings, y = tallies[b].firings;
        return x != y ? x > y : a < b;
    });
    keys.resize(std::min(keys.size(), most));
    Tallies kept;
    for (const std::uint64_t key : keys)
        kept.emplace(key, tallies[key]);
    if (!kept.empty())
        countOccurrences(kept, corpus, n, progress);
    std::vector<ContextRow> rows;
    for (const std::uint64_t key : keys) {
        const Tally& t = kept[key];
        const auto ids = ngramIds(key);
        rows.push_back({{ids.end() - static_cast<std::ptrdiff_t>(n), ids.end()}, t.firings,
            t.sum / t.firings, t.max, t.occurrences});
    }
    return rows;
}

} // namespace microtome
