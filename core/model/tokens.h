#pragma once

#include "core/model/index.h"
#include "core/text/tokenizer.h"

#include <optional>
#include <string>
#include <vector>

namespace microtome {

/// A prompt as the model sees it. `offsets[i]` are the bytes of `text` that token i stands for; both
/// are empty for a prompt given by ids alone. `bos`: the first id is the model's BOS token.
struct Prompt {
    std::string text;
    std::vector<TokenId> ids;
    std::vector<Encoding::Span> offsets;
    bool bos = false;

    std::size_t size() const { return ids.size(); }
};

/// The text as a model sees it; `bos` decides whether a BOS the model knows is put first (unset: as
/// the tokenizer does). `modelBos`: the architecture's, -1 when it knows none.
Prompt encodePrompt(const Tokenizer&, TokenId modelBos, const std::string& text,
    std::optional<bool> bos = {});

} // namespace microtome
