#include "core/features/corpus/corpuswriter.h"

#include "core/features/corpus/corpus.h"
#include "core/features/corpus/corpusheader.h"
#include "core/work/checksum.h"
#include "core/work/error.h"

#include <algorithm>
#include <cstddef>

namespace microtome {

CorpusWriter::CorpusWriter(
    const std::filesystem::path& path, const std::string& tokenizerHash, std::uint32_t vocabulary)
    : m_file(path)
    , m_tokenizer(tokenizerHash)
    , m_vocabulary(vocabulary)
{
    if (vocabulary > largestVocabulary)
        throw Error("A corpus cannot hold ids of a vocabulary of " + std::to_string(vocabulary)
            + ": at most " + std::to_string(largestVocabulary) + " are possible.");
    if (tokenizerHash.size() != 64
        || tokenizerHash.find_first_not_of("0123456789abcdef") != std::string::npos)
        throw Error("The tokenizer of a corpus must be named by the 64 digits of its SHA-256.");
    m_file.seek(sizeof(CorpusHeader));
    m_hash.add(m_tokenizer);
    m_hash.add(std::as_bytes(std::span(&m_vocabulary, 1)));
}

void CorpusWriter::add(std::span<const std::uint32_t> ids)
{
    const auto beyond = std::ranges::find_if(ids, [&](auto id) { return id >= m_vocabulary; });
    if (beyond != ids.end())
        throw Error("Token id " + std::to_string(*beyond) + " is outside of the vocabulary of "
            + std::to_string(m_vocabulary) + "; tokenize the corpus with the model's tokenizer.");
    if (m_tokens + ids.size() >= mostTokens)
        throw Error("A corpus holds at most 2^32 - 2 tokens; divide it.");
    m_starts.push_back(m_tokens);
    m_tokens += ids.size();
    m_hash.add(std::as_bytes(ids));
    m_file.write(std::as_bytes(ids));
}

void CorpusWriter::finish()
{
    const std::uint32_t zero = 0;
    if (m_tokens % 2 != 0) {
        m_hash.add(std::as_bytes(std::span(&zero, 1)));
        m_file.write(std::as_bytes(std::span(&zero, 1)));
    }
    const auto starts = std::as_bytes(std::span(m_starts));
    m_hash.add(starts);
    m_file.write(starts);
    CorpusHeader header;
    header.vocabulary = m_vocabulary;
    header.tokens = m_tokens;
    header.documents = m_starts.size();
    std::ranges::copy(m_tokenizer, header.tokenizer.begin());
    std::ranges::copy(m_hash.hex(), header.content.begin());
    header.startsCheck = checksum(starts);
    header.check
        = checksum(std::as_bytes(std::span(&header, 1)).first(offsetof(CorpusHeader, check)));
    m_file.seek(0);
    m_file.write(std::as_bytes(std::span(&header, 1)));
    m_file.commit();
}

} // namespace microtome
