#pragma once

#include "core/model/tokens.h"
#include "core/work/progress.h"

#include <filesystem>

namespace microtome {

/// Where documents of a text file end.
enum class Documents {
    Lines, ///< each line is one
    Paragraphs, ///< at blank lines
    File, ///< all of it is one
};

/// How a text becomes a corpus.
struct CorpusTextSettings {
    Documents documents = Documents::Lines;
    TokenId bos = -1; ///< the model's: put before documents where its tokenizer does so; -1: none
    std::uint64_t mostTokens = ~std::uint64_t(0); ///< ends with the document that reaches so many
};

/// Tokenizes a UTF-8 file and writes the corpus beside, then renames. Documents without a token are
/// left out. Memory: one document. Throws Error with a sentence, and Cancelled.
void writeCorpusFromText(const std::filesystem::path& text, const Tokenizer&,
    const std::string& tokenizerHash, std::uint32_t vocabulary, const std::filesystem::path& corpus,
    const CorpusTextSettings& = {}, const Progress& = {});

} // namespace microtome
