#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace microtome {

/// Walks over the firings of one latent, tokens ascending, into buffers of the caller's. Cheap to
/// copy; the index must outlive it.
class Postings {
public:
    /// Bytes as an index file holds them (LatentRecord), in a corpus of so many tokens. `name` is
    /// the file's, for a sentence.
    Postings(std::span<const std::byte> deltas, std::span<const std::byte> halves,
        std::int32_t exponent, std::uint64_t tokens, const std::string& name);

    /// Firings that are still to come.
    std::size_t left() const { return m_left; }

    /// Decodes the next firings, as many as fit into both buffers or into `tokens` where `values`
    /// is empty, and returns their number: 0 at the end. Throws Error where the file is damaged.
    std::size_t read(std::span<std::uint32_t> tokens, std::span<float> values = {});

private:
    [[noreturn]] void damaged() const;

    const std::byte* m_delta;
    const std::byte* m_deltaEnd;
    const std::byte* m_half;
    float m_scale;
    std::size_t m_left;
    std::uint64_t m_next = 0; ///< the first token that may come
    std::uint64_t m_tokens;
    const std::string* m_name;
};

/// Calls `use(token, value)` for every firing that is left.
template <class Use> void eachFiring(Postings postings, Use&& use)
{
    std::array<std::uint32_t, 512> tokens;
    std::array<float, 512> values;
    while (const std::size_t count = postings.read(tokens, values))
        for (std::size_t i = 0; i < count; ++i)
            use(tokens[i], values[i]);
}

} // namespace microtome
