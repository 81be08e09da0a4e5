#pragma once

#include "core/work/checksum.h"

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

namespace microtome {

static_assert(std::endian::native == std::endian::little, "runs are little-endian");

/// How the file of one run begins: all firings of some tokens in a row, sorted by latent. Behind it
/// stand for each latent that fires, in ascending order, a RunRecord, `deltaBytes` of
/// variable-length numbers (for each firing but the first, the tokens that lie between it and the
/// one before), and `count` f32 values.
struct RunHeader {
    std::array<char, 8> magic{'m', 't', 'r', 'u', 'n', '0', '1', '\n'};
    std::uint64_t begin = 0; ///< the tokens: from here
    std::uint64_t end = 0; ///< to the one before this
    std::uint64_t firings = 0;
    std::uint64_t bytes = 0; ///< behind the header
    std::array<char, 64> source{}; ///< names the IndexSource
    std::uint32_t content = 0; ///< checksum of what stands behind the header
    std::uint32_t check = 0; ///< checksum of the bytes before
};
static_assert(sizeof(RunHeader) == 112);

/// One latent in a run.
struct RunRecord {
    std::uint32_t latent = 0;
    std::uint32_t count = 0;
    std::uint32_t deltaBytes = 0;
    std::uint32_t first = 0; ///< the first token, from the beginning of the corpus
    std::uint32_t last = 0;
    float largest = 0; ///< |value|
};
static_assert(sizeof(RunRecord) == 24);

inline std::uint32_t checkOf(const RunHeader& header)
{
    return checksum(std::as_bytes(std::span(&header, 1)).first(offsetof(RunHeader, check)));
}

/// The file of the n-th run in a folder.
inline std::filesystem::path runPath(const std::filesystem::path& folder, std::size_t n)
{
    return folder / ("run-" + std::to_string(n));
}

} // namespace microtome
