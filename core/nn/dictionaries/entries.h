#pragma once

#include <cstdint>
#include <vector>

namespace microtome::nn {

/// The latents of some tokens that matter, token after token: those that fire, and those so near to
/// their threshold that it has a gradient.
struct Entries {
    std::vector<std::int64_t> begin{0}; ///< [tokens + 1]: where each token's entries begin
    std::vector<std::int32_t> latent;
    std::vector<float> pre; ///< what the activation was taken of (gated: without its biases)
    std::vector<float> value; ///< f

    std::int64_t tokens() const { return static_cast<std::int64_t>(begin.size()) - 1; }
    std::int64_t count() const { return static_cast<std::int64_t>(latent.size()); }
    std::int64_t firing() const; ///< entries with f other than 0

    void add(std::int32_t chosen, float before, float after)
    {
        latent.push_back(chosen);
        pre.push_back(before);
        value.push_back(after);
    }
    void reserve(std::size_t entries)
    {
        latent.reserve(entries);
        pre.reserve(entries);
        value.reserve(entries);
    }
    void endToken() { begin.push_back(count()); }

    /// Entries of the tokens of `next` behind these.
    void append(const Entries& next);
};

/// The same entries latent after latent, in the order of tokens.
struct EntriesByLatent {
    std::vector<std::int64_t> begin; ///< [n + 1]
    std::vector<std::int32_t> token;
    std::vector<float> pre;
    std::vector<float> value;

    EntriesByLatent(const Entries&, std::int64_t latents);
};

} // namespace microtome::nn
