#include "core/features/corpus/corpus.h"

#include "core/features/corpus/corpusheader.h"
#include "core/work/checksum.h"
#include "core/work/error.h"
#include "core/work/sha256.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace microtome {

namespace {

[[noreturn]] void refuse(const std::string& name, const std::string& why)
{
    throw Error("Cannot read " + name + " as a corpus: " + why + "; build the corpus again.");
}

bool digits(const std::array<char, 64>& hash)
{
    return std::ranges::all_of(
        hash, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

} // namespace

Corpus::Corpus(const std::filesystem::path& path)
    : m_file(path)
    , m_name(path.string())
{
    const std::span<const std::byte> bytes = m_file.bytes();
    CorpusHeader header;
    const CorpusHeader expected;
    if (bytes.size() < sizeof header)
        refuse(m_name, "it is cut short or no corpus file");
    std::memcpy(&header, bytes.data(), sizeof header);
    if (header.magic != expected.magic)
        refuse(m_name, "it is no corpus file");
    if (header.version != expected.version)
        throw Error("Cannot read " + m_name + ": it is a corpus of version "
            + std::to_string(header.version)
            + ", which this program does not know; open it with a newer one.");
    if (header.check != checksum(bytes.first(offsetof(CorpusHeader, check)))
        || header.tokens >= mostTokens || header.documents > bytes.size() / 8
        || header.vocabulary > largestVocabulary || !digits(header.tokenizer)
        || !digits(header.content))
        refuse(m_name, "its header is damaged");
    const std::uint64_t starts = sizeof header + (header.tokens + 1) / 2 * 8;
    if (bytes.size() != starts + header.documents * 8)
        refuse(m_name, "it is cut short or damaged");
    m_tokens = header.tokens;
    m_documents = header.documents;
    m_vocabulary = header.vocabulary;
    m_tokenizer.assign(header.tokenizer.begin(), header.tokenizer.end());
    m_hash.assign(header.content.begin(), header.content.end());
    m_ids = reinterpret_cast<const std::uint32_t*>(bytes.data() + sizeof header);
    m_starts = reinterpret_cast<const std::uint64_t*>(bytes.data() + starts);
    const std::span list(m_starts, m_documents);
    if (header.startsCheck != checksum(std::as_bytes(list)) || !std::ranges::is_sorted(list)
        || (m_documents > 0 && (list.front() != 0 || list.back() > m_tokens))
        || (m_documents == 0 && m_tokens > 0))
        refuse(m_name, "its documents' starts are damaged");
}

std::uint32_t Corpus::id(std::uint64_t token) const
{
    const std::uint32_t id = m_ids[token];
    if (id >= m_vocabulary)
        refuse(m_name, "token " + std::to_string(token) + " is damaged");
    return id;
}

std::span<const std::uint32_t> Corpus::ids(TokenRange range) const
{
    return {m_ids + range.begin, range.size()};
}

TokenRange Corpus::document(std::uint64_t document) const
{
    return {m_starts[document], document + 1 < m_documents ? m_starts[document + 1] : m_tokens};
}

std::uint64_t Corpus::documentOf(std::uint64_t token, std::uint64_t from) const
{
    const std::span list(m_starts, m_documents);
    const auto after = std::upper_bound(list.begin() + from, list.end(), token);
    return static_cast<std::uint64_t>(after - list.begin()) - 1;
}

void Corpus::verify(const Progress& progress) const
{
    const std::span<const std::byte> bytes = m_file.bytes();
    Sha256 hash;
    hash.add(m_tokenizer);
    hash.add(std::as_bytes(std::span(&m_vocabulary, 1)));
    constexpr std::size_t piece = 1 << 22;
    for (std::size_t at = sizeof(CorpusHeader); at < bytes.size(); at += piece) {
        progress.step(static_cast<double>(at) / static_cast<double>(bytes.size()));
        hash.add(bytes.subspan(at, std::min(piece, bytes.size() - at)));
    }
    if (hash.hex() != m_hash)
        refuse(m_name, "its tokens are damaged");
    for (std::uint64_t token = 0; token < m_tokens; ++token)
        id(token);
}

} // namespace microtome
