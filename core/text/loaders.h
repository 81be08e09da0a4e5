#pragma once

#include "core/text/pipeline.h"
#include "core/text/tokenizerfile.h"

#include <filesystem>
#include <optional>

namespace microtome::text {

/// A `tokenizer.json` of Hugging Face's tokenizers. Its truncation and padding are not applied: a
/// text is shown whole.
Parts loadTokenizerJson(const std::filesystem::path& path, TokenizerFiles& files);

/// GPT-2's `vocab.json` and `merges.txt`, with `added_tokens.json`, `special_tokens_map.json` and
/// `tokenizer_config.json` where they are.
Parts loadGpt2Files(const std::filesystem::path& folder, TokenizerFiles& files);

/// What `tokenizer_config.json` says about the tokens around a text.
struct TokenizerConfig {
    std::string tokenizerClass;
    std::optional<bool> addBos;
    std::optional<bool> addEos;
    bool addPrefixSpace = false;
    std::string bos;
    std::string eos;
    std::string unknown;
    std::vector<AddedToken> added; // its "added_tokens_decoder"
};

/// Nothing when the folder has no such file.
std::optional<TokenizerConfig> readTokenizerConfig(
    const std::filesystem::path& folder, TokenizerFiles& files);

/// The content of a special token, which files write as a text or as an object.
std::string readTokenContent(const Fields& file, const char* key);

} // namespace microtome::text
