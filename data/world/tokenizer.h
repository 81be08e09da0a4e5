#pragma once

#include <string>
#include <vector>

namespace microtome::world {

/// The town's tokenizer as a Hugging Face `tokenizer.json`: a token for every word (with the space
/// before it, `▁lamp`), for every mark, and for both halves of a year (`▁16`, `32`).
std::string tokenizerFile();

/// The tokens by their ids: 0 `<|endoftext|>`, which begins every text and ends it, 1 `<unk>`.
std::vector<std::string> vocabulary();

} // namespace microtome::world
