#include "tests/core/features/sparsedata.h"

#include "core/features/corpus/corpuswriter.h"
#include "core/work/error.h"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iterator>

namespace microtome::test {

namespace fs = std::filesystem;

std::vector<std::uint32_t> Text::ids() const
{
    std::vector<std::uint32_t> all;
    for (const auto& document : documents)
        all.insert(all.end(), document.begin(), document.end());
    return all;
}

Text randomText(std::mt19937_64& random, std::size_t documents, std::size_t longest)
{
    Text text;
    std::uniform_real_distribution<double> uniform(0, 1);
    for (std::size_t d = 0; d < documents; ++d) {
        auto& ids = text.documents.emplace_back(random() % (longest + 1));
        for (std::uint32_t& id : ids)
            id = static_cast<std::uint32_t>(
                std::pow(text.vocabulary, uniform(random)) * 0.999 - 0.9);
    }
    return text;
}

Corpus writeCorpus(const fs::path& path, const Text& text)
{
    CorpusWriter writer(path, hashOf('a'), text.vocabulary);
    for (const auto& document : text.documents)
        writer.add(document);
    writer.finish();
    return Corpus(path);
}

std::string hashOf(char digit)
{
    return std::string(64, digit);
}

std::vector<Firing> randomFirings(
    std::mt19937_64& random, std::uint64_t tokens, std::uint32_t latents)
{
    std::uniform_real_distribution<double> uniform(0, 1);
    std::vector<Firing> firings;
    for (std::uint32_t token = 0; token < tokens; ++token)
        for (std::uint32_t latent = 0; latent < latents; ++latent)
            if (uniform(random) < 1.0 / (latent + 2))
                firings.push_back({token, latent,
                    static_cast<float>(std::exp(4 * uniform(random)) * (1 + latent))});
    return firings;
}

IndexSource sourceOf(const Corpus& corpus, std::uint64_t latents)
{
    return {corpus.hash(), hashOf('d'), corpus.tokens(), latents};
}

bool feed(IndexWriter& writer, const std::vector<Firing>& firings, std::uint64_t tokens,
    std::mt19937_64& random, std::uint64_t longest, std::size_t batches)
{
    for (std::size_t batch = 0; batch < batches && writer.position() < tokens; ++batch) {
        const std::uint64_t end = std::min(tokens, writer.position() + 1 + random() % longest);
        const auto from = std::ranges::lower_bound(firings, writer.position(), {}, &Firing::token);
        const auto to = std::ranges::lower_bound(firings, end, {}, &Firing::token);
        writer.add({from, to}, end);
    }
    return writer.position() == tokens;
}

void writeIndex(const fs::path& path, const IndexSource& source, const std::vector<Firing>& firings,
    std::size_t memory)
{
    IndexWriter writer(path, source, memory);
    std::mt19937_64 random(1);
    feed(writer, firings, source.tokens, random, 100);
    writer.finish();
}

Values valuesOf(const std::vector<Firing>& firings, std::uint32_t latent)
{
    Values values;
    for (const Firing& firing : firings)
        if (firing.latent == latent)
            values.emplace_back(firing.token, firing.value);
    return values;
}

Values valuesOf(const FeatureIndex& index, std::uint32_t latent)
{
    Values values;
    eachFiring(index.postings(latent),
        [&](std::uint32_t token, float value) { values.emplace_back(token, value); });
    return values;
}

std::string contentOf(const fs::path& path)
{
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void setContent(const fs::path& path, const std::string& content)
{
    std::ofstream(path, std::ios::binary | std::ios::trunc) << content;
}

QString sentence(const std::function<void()>& work)
{
    try {
        work();
    } catch (const Error& error) {
        return QString::fromUtf8(error.what());
    }
    return {};
}

} // namespace microtome::test
