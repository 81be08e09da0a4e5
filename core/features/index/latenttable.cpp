#include "core/features/index/latenttable.h"

#include "core/features/index/ngramcounts.h"
#include "core/features/index/tokencounts.h"

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

constexpr std::size_t mostNgrams = 65536;

LatentTable emptyTable(std::size_t latents)
{
    LatentTable t;
    t.count.resize(latents);
    for (auto* column : {&t.density, &t.logDensity, &t.mean, &t.deviation})
        column->resize(latents);
    for (auto* column : {&t.max, &t.min, &t.skew, &t.q50, &t.q90, &t.q99, &t.topTokenShare,
             &t.tokenEntropy, &t.topBigramShare, &t.topTrigramShare})
        column->resize(latents);
    t.topToken.resize(latents);
    t.topBigram.resize(latents);
    t.topTrigram.resize(latents);
    return t;
}

void fillValues(LatentTable& t, std::uint32_t latent, const ValueNumbers& n)
{
    const double count = n.count;
    t.count[latent] = n.count;
    t.density[latent] = t.tokens > 0 ? count / static_cast<double>(t.tokens) : 0;
    t.logDensity[latent] = std::log10(t.density[latent] + 1e-10);
    if (n.count > 0) {
        t.mean[latent] = n.sum / count;
        t.deviation[latent]
            = std::sqrt(std::max(0.0, n.sumSquares / count - t.mean[latent] * t.mean[latent]));
    }
    t.max[latent] = n.max;
    t.min[latent] = n.min;
    t.skew[latent] = n.skew;
    t.q50[latent] = n.q50;
    t.q90[latent] = n.q90;
    t.q99[latent] = n.q99;
}

/// Counts what stands where latents fire.
class ContextCounter {
public:
    explicit ContextCounter(const Corpus& corpus)
        : m_corpus(corpus)
        , m_ids(corpus.vocabulary())
    {
    }

    void fill(LatentTable& t, std::uint32_t latent, Postings postings)
    {
        const std::size_t count = postings.left();
        if (count == 0)
            return;
        const std::size_t stride = (count + mostNgrams - 1) / mostNgrams;
        const std::size_t looked = (count + stride - 1) / stride;
        m_ids.clear();
        m_bigrams.begin(looked);
        m_trigrams.begin(looked);
        m_document = 0;
        m_range = {};
        std::size_t i = 0;
        eachFiring(postings, [&](std::uint32_t token, float) {
            m_ids.add(m_corpus.id(token));
            if (i++ % stride == 0)
                countNgrams(token);
        });
        const std::uint32_t top = m_ids.top();
        t.topToken[latent] = top;
        t.topTokenShare[latent] = share(m_ids.count(top), count);
        t.tokenEntropy[latent] = static_cast<float>(m_ids.entropy());
        const auto bigram = m_bigrams.top();
        const auto ids = ngramIds(bigram.key);
        t.topBigram[latent] = {ids[1], ids[2]};
        t.topBigramShare[latent] = share(bigram.count, looked);
        const auto trigram = m_trigrams.top();
        t.topTrigram[latent] = ngramIds(trigram.key);
        t.topTrigramShare[latent] = share(trigram.count, looked);
    }

private:
    static float share(std::uint32_t part, std::size_t all)
    {
        return static_cast<float>(static_cast<double>(part) / static_cast<double>(all));
    }

    void countNgrams(std::uint32_t token)
    {
        if (token >= m_range.end) {
            m_document = m_corpus.documentOf(token, m_document);
            m_range = m_corpus.document(m_document);
        }
        std::array<std::uint32_t, 3> ids{};
        for (std::size_t back = 0; back < 3 && token >= m_range.begin + back; ++back) {
            ids[2 - back] = m_corpus.id(token - back);
            if (back == 1)
                m_bigrams.add(ngramKey(std::span(ids).last(2)));
            if (back == 2)
                m_trigrams.add(ngramKey(ids));
        }
    }

    const Corpus& m_corpus;
    TokenCounts m_ids;
    NgramCounts m_bigrams;
    NgramCounts m_trigrams;
    std::uint64_t m_document = 0;
    TokenRange m_range;
};

} // namespace

LatentTable latentTable(const FeatureIndex& index, const Corpus& corpus, const Progress& progress)
{
    checkMadeOver(index, corpus);
    LatentTable table = emptyTable(index.latents());
    table.tokens = corpus.tokens();
    ContextCounter contexts(corpus);
    for (std::uint32_t latent = 0; latent < index.latents(); ++latent) {
        if (latent % 64 == 0)
            progress.step(static_cast<double>(latent) / static_cast<double>(index.latents()));
        fillValues(table, latent, index.numbers(latent));
        contexts.fill(table, latent, index.postings(latent));
    }
    return table;
}

} // namespace microtome
