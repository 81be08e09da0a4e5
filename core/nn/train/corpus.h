#pragma once

#include "core/model/tokens.h"
#include "core/nn/train/recipe.h"
#include "core/text/tokenizer.h"

#include <cstdint>
#include <string>
#include <vector>

namespace microtome::nn {

/// The documents of a text file as token ids, 16 bits each where the vocabulary allows it: 2 or 4
/// bytes for a token and 8 for a document.
class Corpus {
public:
    explicit Corpus(std::int64_t vocabulary)
        : m_narrow(vocabulary <= 65536)
    {
    }

    void add(const std::vector<TokenId>& document);

    std::size_t documents() const { return m_starts.size() - 1; }
    std::size_t tokens() const { return static_cast<std::size_t>(m_starts.back()); }
    std::int64_t length(std::size_t document) const
    {
        return static_cast<std::int64_t>(m_starts[document + 1] - m_starts[document]);
    }
    TokenId token(std::size_t document, std::int64_t place) const
    {
        const std::size_t at = m_starts[document] + static_cast<std::size_t>(place);
        return m_narrow ? m_short[at] : static_cast<TokenId>(m_long[at]);
    }
    std::string hash() const; ///< SHA-256 of ids and lengths

private:
    bool m_narrow;
    std::vector<std::uint16_t> m_short;
    std::vector<std::uint32_t> m_long;
    std::vector<std::uint64_t> m_starts{0};
};

/// Reads a text: a document is a line, what stands between blank lines, or the whole file; in a
/// file named .jsonl each line is {"text": ...} or {"ids": [...]}. Text is encoded as a prompt is.
/// `limit`: documents that are read; 0: all. Throws Error with a sentence.
Corpus readCorpus(const std::filesystem::path&, Recipe::Documents, const Tokenizer*,
    std::int64_t vocabulary, std::size_t limit = 0);

} // namespace microtome::nn
