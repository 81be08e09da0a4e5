#pragma once

#include <array>
#include <bit>
#include <cstdint>

namespace microtome {

static_assert(std::endian::native == std::endian::little, "corpus files are little-endian");

/// How a corpus file begins; behind it stand u32 ids [tokens] and u64 starts [documents], without
/// gaps but for 4 bytes of zeros between the two where the number of tokens is odd.
struct CorpusHeader {
    std::array<char, 8> magic{'m', 't', 'c', 'o', 'r', 'p', 'u', 's'};
    std::uint32_t version = 1;
    std::uint32_t vocabulary = 0; ///< ids are below it
    std::uint64_t tokens = 0;
    std::uint64_t documents = 0;
    std::array<char, 64> tokenizer{}; ///< SHA-256 in hexadecimal digits
    std::array<char, 64> content{}; ///< of tokenizer, vocabulary, ids and starts
    std::uint32_t startsCheck = 0; ///< CRC-32 of the starts
    std::uint32_t check = 0; ///< CRC-32 of the bytes before
};
static_assert(sizeof(CorpusHeader) == 168);

} // namespace microtome
