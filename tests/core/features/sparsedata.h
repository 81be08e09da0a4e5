#pragma once

#include "core/features/corpus/corpus.h"
#include "core/features/index/featureindex.h"
#include "core/features/index/indexwriter.h"

#include <QString>
#include <QTemporaryDir>

#include <filesystem>
#include <functional>
#include <map>
#include <random>
#include <vector>

namespace microtome::test {

/// A folder that is gone afterwards.
class Folder {
public:
    std::filesystem::path operator/(const std::string& name) const
    {
        return std::filesystem::path(m_dir.path().toStdString()) / name;
    }

private:
    QTemporaryDir m_dir;
};

/// A corpus in memory.
struct Text {
    std::vector<std::vector<std::uint32_t>> documents;
    std::uint32_t vocabulary = 50;

    std::vector<std::uint32_t> ids() const; ///< of all documents in a row
};

/// Documents of random ids, Zipf-like: the id i comes about 1 / (i + 1) as often as the first.
Text randomText(std::mt19937_64&, std::size_t documents, std::size_t longest);

Corpus writeCorpus(const std::filesystem::path&, const Text&);

/// 64 digits that stand for a hash.
std::string hashOf(char digit);

/// Latents that fire at random, latent l at about 1 / (l + 2) of the tokens; by token.
std::vector<Firing> randomFirings(std::mt19937_64&, std::uint64_t tokens, std::uint32_t latents);

IndexSource sourceOf(const Corpus&, std::uint64_t latents);

/// Feeds firings, sorted by token, from where the writer stands, in batches of tokens of random
/// size up to `longest`; stops after `batches` of them. True when all tokens were fed.
bool feed(IndexWriter&, const std::vector<Firing>&, std::uint64_t tokens, std::mt19937_64&,
    std::uint64_t longest, std::size_t batches = static_cast<std::size_t>(-1));

/// Writes a whole index.
void writeIndex(const std::filesystem::path&, const IndexSource&, const std::vector<Firing>&,
    std::size_t memory = IndexWriter::usualMemory);

/// What a latent's firings are by brute force, and what the index says.
using Values = std::vector<std::pair<std::uint32_t, float>>;
Values valuesOf(const std::vector<Firing>&, std::uint32_t latent);
Values valuesOf(const FeatureIndex&, std::uint32_t latent);

std::string contentOf(const std::filesystem::path&);
void setContent(const std::filesystem::path&, const std::string&);

/// The sentence that something fails with; empty when it does not throw Error.
QString sentence(const std::function<void()>&);

} // namespace microtome::test
