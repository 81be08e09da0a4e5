#pragma once

#include "core/work/filebeside.h"
#include "core/work/sha256.h"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace microtome {

/// Writes a corpus file document by document; nothing is there before finish().
class CorpusWriter {
public:
    /// `tokenizerHash`: 64 hexadecimal digits. `vocabulary`: ids are below it. Throws Error.
    CorpusWriter(
        const std::filesystem::path&, const std::string& tokenizerHash, std::uint32_t vocabulary);

    /// A document may be empty. Throws Error for an id that the vocabulary does not have.
    void add(std::span<const std::uint32_t> ids);

    void finish();

private:
    FileBeside m_file;
    std::string m_tokenizer;
    std::uint32_t m_vocabulary;
    std::uint64_t m_tokens = 0;
    std::vector<std::uint64_t> m_starts;
    Sha256 m_hash;
};

} // namespace microtome
