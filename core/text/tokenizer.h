#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace microtome {

/// What a tokenizer made of a text: ids, and for each the bytes [begin, end) of the text it stands
/// for, leading space included. The range is empty for tokens that stand for nothing in the text,
/// such as BOS or a `▁` put in front. A token that is a part of a character has just its bytes of
/// it; where normalisation changed the character, all of the character's bytes.
struct Encoding {
    struct Span {
        std::size_t begin = 0;
        std::size_t end = 0;
    };
    std::vector<std::int32_t> ids;
    std::vector<Span> offsets;
};

/// Text to token ids and back, exactly as the model's own tokenizer does it. Immutable after
/// opening and safe to use from several threads.
class Tokenizer {
public:
    virtual ~Tokenizer() = default;

    /// The tokenizer of a model folder (`tokenizer.json`, or GPT-2's `vocab.json` + `merges.txt`),
    /// or nothing when the folder holds none. Throws Error with a sentence when the files are
    /// damaged or use a part that is not supported (named in the sentence). Bounded in time and
    /// memory whatever the files say.
    static std::unique_ptr<const Tokenizer> open(const std::filesystem::path& folder);

    /// With `special`, the post-processor's tokens (BOS, ...) are added as the model expects them.
    /// Special tokens spelt out in the text are found either way. What is not valid UTF-8 counts as
    /// U+FFFD. Throws Error for more than 32 MB, and when the tokenizer's own patterns fail on it.
    virtual Encoding encode(std::string_view text, bool special = true) const = 0;

    /// The text of ids as the tokenizer's decoder gives it; with `skipSpecial` special tokens are
    /// left out.
    virtual std::string decode(
        std::span<const std::int32_t> ids, bool skipSpecial = true) const = 0;

    /// The vocabulary's own spelling of a token (`ĠMary`, `▁Mary`, `<0x0A>`); empty if unknown id.
    virtual std::string spelling(std::int32_t id) const = 0;

    /// The bytes a token stands for within a text, leading space included (" Mary", "\n"); may be a
    /// part of a UTF-8 character. Special tokens give their content.
    virtual std::string bytes(std::int32_t id) const = 0;

    virtual std::optional<std::int32_t> idOf(std::string_view spelling) const = 0;
    virtual bool isSpecial(std::int32_t id) const = 0;

    /// One more than the largest id.
    virtual std::size_t size() const = 0;

    /// The token that encode(special = true) puts first, if it does.
    virtual std::optional<std::int32_t> leading() const = 0;

    /// SHA-256 (hex) or similarly strong hash of the files the tokenizer was made from: provenance.
    virtual std::string hash() const = 0;
};

} // namespace microtome
