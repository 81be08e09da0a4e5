#pragma once

#include <memory>
#include <string>
#include <vector>

namespace microtome::text {

class Fields;

/// One step from the spellings of tokens back to text. The text is the concatenation of what the
/// last step leaves.
class Decoder {
public:
    virtual ~Decoder() = default;

    virtual void apply(std::vector<std::string>& tokens) const = 0;

    /// From the spelling of one token to the bytes it stands for in the middle of a text; these may
    /// be a part of a UTF-8 character.
    virtual void applyInside(std::string& token) const = 0;
};

std::unique_ptr<const Decoder> byteLevelDecoder();

/// The "decoder" of a tokenizer.json, or a part of it.
std::unique_ptr<const Decoder> readDecoder(const Fields& file);

} // namespace microtome::text
