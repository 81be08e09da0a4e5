#pragma once

#include "core/work/checksum.h"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace microtome {

static_assert(std::endian::native == std::endian::little, "index files are little-endian");

/// How an index file begins; behind it stand one LatentRecord for each latent, then the postings,
/// latent by latent without gaps.
struct IndexHeader {
    std::array<char, 8> magic{'m', 't', 'i', 'n', 'd', 'e', 'x', '\n'};
    std::uint32_t version = 1;
    std::uint32_t recordSize = 0;
    std::uint64_t tokens = 0;
    std::uint64_t latents = 0;
    std::uint64_t firings = 0; ///< of all latents
    std::uint64_t postingBytes = 0;
    std::array<char, 64> corpus{}; ///< IndexSource, in hexadecimal digits
    std::array<char, 64> dictionary{};
    std::uint32_t reserved = 0;
    std::uint32_t check = 0; ///< checksum of the bytes before
};
static_assert(sizeof(IndexHeader) == 184);

/// One latent in an index file. Its postings are `deltaBytes` of variable-length numbers (the first
/// token, then for each further firing the tokens that lie between it and the one before), then
/// `count` half-precision numbers h, the values being h 2^exponent.
struct LatentRecord {
    std::uint64_t begin = 0; ///< of its postings, counted from where postings begin
    std::uint64_t deltaBytes = 0;
    double sum = 0; ///< these as in ValueNumbers
    double sumSquares = 0;
    std::uint32_t count = 0;
    std::int32_t exponent = 0;
    float max = 0;
    float min = 0;
    float skew = 0;
    float q50 = 0;
    float q90 = 0;
    float q99 = 0;
    std::uint32_t postingsCheck = 0; ///< checksum of the postings
    std::uint32_t check = 0; ///< checksum of the bytes before and the latent's number
};
static_assert(sizeof(LatentRecord) == 72);

inline std::uint32_t checkOf(const IndexHeader& header)
{
    return checksum(std::as_bytes(std::span(&header, 1)).first(offsetof(IndexHeader, check)));
}

inline std::uint32_t checkOf(const LatentRecord& record, std::uint32_t latent)
{
    return checksum(std::as_bytes(std::span(&latent, 1)),
        checksum(std::as_bytes(std::span(&record, 1)).first(offsetof(LatentRecord, check))));
}

} // namespace microtome
