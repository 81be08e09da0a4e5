#pragma once

#include <cstdint>
#include <string>

namespace microtome {

/// One latent's value at one token of a corpus: never 0, any sign.
struct Firing {
    std::uint32_t token = 0; ///< from the beginning of the corpus
    std::uint32_t latent = 0;
    float value = 0;

    bool operator==(const Firing&) const = default;
};

/// What an index is made of, and how large it is.
struct IndexSource {
    std::string corpus; ///< Corpus::hash()
    std::string dictionary; ///< SHA-256 of the dictionary, in 64 hexadecimal digits
    std::uint64_t tokens = 0; ///< of the corpus
    std::uint64_t latents = 0; ///< of the dictionary

    bool operator==(const IndexSource&) const = default;
};

/// Latents of one dictionary are fewer than this.
constexpr std::uint64_t mostLatents = std::uint64_t(1) << 31;

/// Throws Error with a sentence for hashes or sizes that no index can have.
void check(const IndexSource&);

} // namespace microtome
