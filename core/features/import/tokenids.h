#pragma once

#include "core/text/tokenizer.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace microtome {

/// Token ids of tokens that were written for the eye: as their text (" Mary"), or as the vocabulary
/// spells them, with a space in place of its sign ("ĠMary", "▁Mary", "âĢ" for a part of a
/// character). Only what can be one token alone is told.
class TokenIds {
public:
    /// The tokenizer must outlive it. Memory: the vocabulary, two or three times.
    explicit TokenIds(const Tokenizer&);

    /// Nothing where there is no such token, or where several look so.
    std::optional<std::uint32_t> of(std::string_view shown) const;

    /// All or nothing. Where a token looks like the text of one and the spelling of a part of a
    /// character, the text counts, as long as the bytes of the whole are UTF-8 (but for characters
    /// that the window cuts). A long window without a single space may have lost its spaces when it
    /// was written; it is told only if tokenizing its text gives the same ids.
    std::optional<std::vector<std::uint32_t>> of(std::span<const std::string> window) const;

private:
    using Ids = std::unordered_map<std::string, std::int32_t>;

    const Tokenizer& m_tokenizer;
    Ids m_texts; ///< several: those that are several tokens'
    Ids m_spellings;
    Ids m_bytes; ///< texts of tokens that stand for a byte (`<0x0A>`)
};

} // namespace microtome
