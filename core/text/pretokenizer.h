#pragma once

#include "core/text/pieces.h"

#include <memory>

namespace microtome::text {

class Fields;

/// One step that cuts a normalised text into pieces within which tokens are looked for.
class PreTokenizer {
public:
    virtual ~PreTokenizer() = default;
    virtual void apply(Pieces& pieces) const = 0;
};

/// GPT-2's pre-tokenizer: cuts at its pattern and writes bytes as printable characters.
std::unique_ptr<const PreTokenizer> byteLevelPreTokenizer(bool addPrefixSpace, bool useRegex);

/// SentencePiece's: writes spaces as the mark and cuts before each.
std::unique_ptr<const PreTokenizer> readMetaspace(const Fields& file);

/// The "pre_tokenizer" of a tokenizer.json, or a part of it.
std::unique_ptr<const PreTokenizer> readPreTokenizer(const Fields& file);

} // namespace microtome::text
