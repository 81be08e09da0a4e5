#pragma once

#include "core/text/pieces.h"
#include "core/text/tokenmatcher.h"

#include <string>
#include <unordered_map>
#include <unordered_set>

namespace microtome::text {

class Fields;
class Normalizer;

/// A token that is found in the text itself, before everything else.
struct AddedToken {
    std::string content;
    std::int32_t id = 0;
    bool singleWord = false; // only where no word character is next to it
    bool lstrip = false; // takes the whitespace before it
    bool rstrip = false; // takes the whitespace behind it
    bool normalized = true; // is looked for in the normalised text, in its normalised form
    bool special = false; // is left out when decoding
};

/// The tokens added to a model's vocabulary, and where they are in a text.
class AddedTokens {
public:
    AddedTokens() = default;
    AddedTokens(std::vector<AddedToken> tokens, const Normalizer* normalizer);

    /// Cuts out the added tokens of the raw text, normalises what lies between them, and cuts out
    /// the added tokens that are looked for in normalised text.
    Pieces cut(const Aligned& text, const Normalizer* normalizer) const;

    /// The added token of an id; null when there is none.
    const AddedToken* find(std::int32_t id) const;

    /// The id of an added token's content, or noId.
    std::int32_t idOf(std::string_view content) const;

    /// Whether this is the content of a special token.
    bool isSpecial(std::string_view content) const;

    std::size_t size() const { return m_size; }

private:
    std::vector<Piece> split(std::string_view text, const TokenMatcher& matcher) const;

    std::unordered_map<std::int32_t, AddedToken> m_tokens;
    std::unordered_map<std::string, std::int32_t> m_ids;
    std::unordered_set<std::string> m_special;
    TokenMatcher m_raw;
    TokenMatcher m_normalized;
    std::size_t m_size = 0; // one more than the largest id
};

/// One element of "added_tokens" in a tokenizer.json (`id` from the element), or of
/// "added_tokens_decoder" in a tokenizer_config.json.
AddedToken readAddedToken(const Fields& file, std::int32_t id);

} // namespace microtome::text
