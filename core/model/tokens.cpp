#include "core/model/tokens.h"

namespace microtome {

Prompt encodePrompt(const Tokenizer& tokenizer, TokenId modelBos, const std::string& text,
    std::optional<bool> bos)
{
    const auto natural = tokenizer.leading();
    const TokenId own = natural ? *natural : modelBos;
    Encoding encoding = tokenizer.encode(text, bos.value_or(true));
    const bool leads = own >= 0 && !encoding.ids.empty() && encoding.ids.front() == own
        && encoding.offsets.front().begin == encoding.offsets.front().end;
    if (bos == true && !leads && own >= 0) {
        encoding.ids.insert(encoding.ids.begin(), own);
        encoding.offsets.insert(encoding.offsets.begin(), Encoding::Span {});
    }
    Prompt prompt {text, std::move(encoding.ids), std::move(encoding.offsets), false};
    prompt.bos = !prompt.ids.empty() && own >= 0 && prompt.ids.front() == own;
    return prompt;
}

} // namespace microtome
