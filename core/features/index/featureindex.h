#pragma once

#include "core/features/corpus/corpus.h"
#include "core/features/index/firing.h"
#include "core/features/index/indexlayout.h"
#include "core/features/index/postings.h"
#include "core/features/index/valuenumbers.h"
#include "core/work/mappedfile.h"
#include "core/work/progress.h"

#include <filesystem>

namespace microtome {

/// The inverted index of a dictionary's activations over a corpus, memory-mapped: for each latent
/// where it fires and how strongly, and the numbers of its values. Opening reads the header only;
/// everything else is checked when it is used.
class FeatureIndex {
public:
    /// Throws Error with a sentence for what is no index, is cut short or damaged.
    explicit FeatureIndex(const std::filesystem::path&);

    const IndexSource& source() const { return m_source; }
    std::uint64_t latents() const { return m_source.latents; }
    std::uint64_t tokens() const { return m_source.tokens; }
    std::uint64_t firings() const { return m_firings; } ///< of all latents

    /// Numbers of one latent < latents(), without decoding anything. Throws Error where damaged.
    ValueNumbers numbers(std::uint32_t latent) const;

    /// Its firings; their bytes are checked here. Throws Error where damaged.
    Postings postings(std::uint32_t latent) const;

    /// Reads everything. Throws Error where anything is damaged.
    void verify(const Progress& = {}) const;

private:
    LatentRecord record(std::uint32_t latent) const;

    MappedFile m_file;
    std::string m_name;
    IndexSource m_source;
    std::uint64_t m_firings = 0;
    std::span<const std::byte> m_records;
    std::span<const std::byte> m_postings;
};

/// Throws Error unless the index was made over this corpus.
void checkMadeOver(const FeatureIndex&, const Corpus&);

} // namespace microtome
