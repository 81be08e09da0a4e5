#include "core/features/index/featureindex.h"

#include "core/work/error.h"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace microtome {

namespace {

[[noreturn]] void refuse(const std::string& name, const std::string& why)
{
    throw Error(
        "Cannot read " + name + " as an index of features: " + why + "; build the index again.");
}

bool finite(const LatentRecord& r)
{
    return std::isfinite(r.sum) && std::isfinite(r.sumSquares) && std::isfinite(r.max)
        && std::isfinite(r.min) && std::isfinite(r.skew) && std::isfinite(r.q50)
        && std::isfinite(r.q90) && std::isfinite(r.q99);
}

} // namespace

FeatureIndex::FeatureIndex(const std::filesystem::path& path)
    : m_file(path)
    , m_name(path.string())
{
    const std::span<const std::byte> bytes = m_file.bytes();
    IndexHeader header;
    const IndexHeader expected;
    if (bytes.size() < sizeof header)
        refuse(m_name, "it is cut short or no index");
    std::memcpy(&header, bytes.data(), sizeof header);
    if (header.magic != expected.magic)
        refuse(m_name, "it is no index");
    if (header.version != expected.version)
        throw Error("Cannot read " + m_name + ": it is an index of version "
            + std::to_string(header.version)
            + ", which this program does not know; open it with a newer one.");
    m_source = {{header.corpus.begin(), header.corpus.end()},
        {header.dictionary.begin(), header.dictionary.end()}, header.tokens, header.latents};
    if (header.check != checkOf(header) || header.recordSize != sizeof(LatentRecord))
        refuse(m_name, "its header is damaged");
    try {
        check(m_source);
    } catch (const Error&) {
        refuse(m_name, "its header is damaged");
    }
    const std::uint64_t left = bytes.size() - sizeof header;
    if (header.latents > left / sizeof(LatentRecord)
        || header.postingBytes != left - header.latents * sizeof(LatentRecord))
        refuse(m_name, "it is cut short or damaged");
    m_firings = header.firings;
    m_records = bytes.subspan(sizeof header, header.latents * sizeof(LatentRecord));
    m_postings = bytes.subspan(sizeof header + m_records.size());
}

LatentRecord FeatureIndex::record(std::uint32_t latent) const
{
    if (latent >= latents())
        throw Error("There is no latent " + std::to_string(latent) + ": the dictionary has "
            + std::to_string(latents()) + ".");
    LatentRecord r;
    std::memcpy(&r, m_records.data() + latent * sizeof r, sizeof r);
    const std::uint64_t halves = std::uint64_t(r.count) * sizeof(std::uint16_t);
    if (r.check != checkOf(r, latent) || r.count > tokens() || r.count > r.deltaBytes
        || r.begin > m_postings.size() || r.deltaBytes > m_postings.size() - r.begin
        || halves > m_postings.size() - r.begin - r.deltaBytes || r.exponent < -100
        || r.exponent > 113 || !finite(r))
        refuse(m_name, "latent " + std::to_string(latent) + " is damaged");
    return r;
}

ValueNumbers FeatureIndex::numbers(std::uint32_t latent) const
{
    const LatentRecord r = record(latent);
    return {r.count, r.sum, r.sumSquares, r.max, r.min, r.skew, r.q50, r.q90, r.q99};
}

Postings FeatureIndex::postings(std::uint32_t latent) const
{
    const LatentRecord r = record(latent);
    const std::uint64_t halves = std::uint64_t(r.count) * sizeof(std::uint16_t);
    const auto bytes = m_postings.subspan(r.begin, r.deltaBytes + halves);
    if (checksum(bytes) != r.postingsCheck)
        refuse(m_name, "the activations of latent " + std::to_string(latent) + " are damaged");
    return {bytes.first(r.deltaBytes), bytes.subspan(r.deltaBytes), r.exponent, tokens(), m_name};
}

void FeatureIndex::verify(const Progress& progress) const
{
    std::uint64_t count = 0;
    for (std::uint32_t latent = 0; latent < latents(); ++latent) {
        progress.step(static_cast<double>(latent) / static_cast<double>(latents()));
        eachFiring(postings(latent), [&](std::uint32_t, float) { ++count; });
    }
    if (count != m_firings)
        refuse(m_name, "it holds fewer or more activations than it says");
}

void checkMadeOver(const FeatureIndex& index, const Corpus& corpus)
{
    if (index.source().corpus != corpus.hash() || index.tokens() != corpus.tokens())
        throw Error("The index of features was made over another corpus; choose the one that it "
                    "was made over, or build the index again.");
}

} // namespace microtome
