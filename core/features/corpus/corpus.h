#pragma once

#include "core/work/mappedfile.h"
#include "core/work/progress.h"

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace microtome {

/// Ids of a corpus are below this, so that three of them fit into one 64-bit key.
constexpr std::uint32_t largestVocabulary = 1U << 21;

/// A corpus holds fewer tokens than this, so that one is named by 32 bits.
constexpr std::uint64_t mostTokens = 0xFFFFFFFF;

/// Some tokens in a row: from `begin` to `end`, which is past the last.
struct TokenRange {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;

    std::uint64_t size() const { return end - begin; }
    bool operator==(const TokenRange&) const = default;
};

/// Tokenized text on the disk, memory-mapped: the ids of all tokens and where documents start.
class Corpus {
public:
    /// Throws Error with a sentence for what is no corpus, is cut short or damaged. Does not read
    /// the ids: verify() does.
    explicit Corpus(const std::filesystem::path&);

    std::uint64_t tokens() const { return m_tokens; }
    std::uint64_t documents() const { return m_documents; }
    std::uint32_t vocabulary() const { return m_vocabulary; }
    const std::string& tokenizerHash() const { return m_tokenizer; }
    const std::string& hash() const { return m_hash; } ///< of the content, as 64 digits

    /// The id of a token < tokens(), below vocabulary(); throws Error where the file is damaged.
    std::uint32_t id(std::uint64_t token) const;

    /// The same for many tokens, without a look at each.
    std::span<const std::uint32_t> ids(TokenRange) const;

    TokenRange document(std::uint64_t) const;

    /// The document that a token < tokens() is in; `from`: one that begins at or before the token,
    /// to search no further back.
    std::uint64_t documentOf(std::uint64_t token, std::uint64_t from = 0) const;

    /// Reads everything; throws Error unless the content is what its hash says.
    void verify(const Progress& = {}) const;

private:
    MappedFile m_file;
    std::string m_name;
    const std::uint32_t* m_ids = nullptr;
    const std::uint64_t* m_starts = nullptr;
    std::uint64_t m_tokens = 0;
    std::uint64_t m_documents = 0;
    std::uint32_t m_vocabulary = 0;
    std::string m_tokenizer;
    std::string m_hash;
};

} // namespace microtome
