#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace microtome::text {

/// The bytes [begin, end) of the original text that something came from.
struct Origin {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
};

/// A text on its way through a tokenizer: valid UTF-8, each byte with the bytes of the original it
/// came from. Origins never go backwards, so the origin of a range is read off its two ends.
class Aligned {
public:
    Aligned() = default;

    /// An original text, byte for byte. Where it is not valid UTF-8, each maximal broken part
    /// becomes U+FFFD (as Rust's and Python's lossy decoding do) whose origin is that part.
    static Aligned ofOriginal(std::string_view original);

    std::string_view text() const { return m_text; }
    std::size_t size() const { return m_text.size(); }
    bool empty() const { return m_text.empty(); }
    void reserve(std::size_t bytes);

    /// Adds bytes that all came from the same place.
    void append(std::string_view bytes, Origin origin);

    /// Adds the bytes [begin, end) of another text, each keeping its own origin.
    void append(const Aligned& from, std::size_t begin, std::size_t end);

    /// Where the bytes [begin, end) came from; the range must not be empty.
    Origin origin(std::size_t begin, std::size_t end) const
    {
        return {m_origins[begin].begin, m_origins[end - 1].end};
    }

    /// The empty origin just before the byte at `begin`: for what is put in front of it.
    Origin before(std::size_t begin) const
    {
        return {m_origins[begin].begin, m_origins[begin].begin};
    }

private:
    void admit(std::size_t bytes) const;

    std::string m_text;
    std::vector<Origin> m_origins;
};

} // namespace microtome::text
