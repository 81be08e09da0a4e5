#pragma once

#include "core/text/tokenizer.h"

#include <map>

namespace microtome {

/// A small tokenizer for tests: the longest piece of its vocabulary that the text goes on with,
/// else
/// `<|unk|>` for one UTF-8 character. A space before a word belongs to the word (`Ġcat`). Ids 0, 1,
/// 2 are `<|bos|>`, `<|eos|>`, `<|unk|>`; the BOS comes first when `bos` is set.
class WordTokenizer : public Tokenizer {
public:
    /// `size` pieces (at least 8): a few marks, common words with and without a leading space, then
    /// `w40`, `Ġw41`, ... as needed.
    explicit WordTokenizer(std::size_t size, bool bos = true);

    Encoding encode(std::string_view text, bool special = true) const override;
    std::string decode(std::span<const std::int32_t> ids, bool skipSpecial = true) const override;
    std::string spelling(std::int32_t id) const override;
    std::string bytes(std::int32_t id) const override;
    std::optional<std::int32_t> idOf(std::string_view spelling) const override;
    bool isSpecial(std::int32_t id) const override { return id >= 0 && id < 3; }
    std::size_t size() const override { return m_pieces.size(); }
    std::optional<std::int32_t> leading() const override;
    std::string hash() const override { return "words-" + std::to_string(m_pieces.size()); }

private:
    std::vector<std::string> m_pieces; ///< bytes
    std::map<std::string, std::int32_t, std::less<>> m_ids;
    std::size_t m_longest = 0;
    bool m_bos;
};

} // namespace microtome
