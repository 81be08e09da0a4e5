#pragma once

#include "core/features/corpus/corpustext.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace microtome {

/// Tokens of a corpus by the names of what they are known to be: "colour:red", ...
using LabelledTokens = std::map<std::string, std::vector<std::uint32_t>>;

/// Tokenizes a text whose tokens are labelled, and writes the corpus. A line of the file is a
/// document:
///
///     {"text": "A red lamp.", "tokens": ["A", "red", "lamp", "."], "labels": {"colour": {"red":
///     [1]}}}
///
/// (data/world/README.md). `tokens` are parts of the text in order, by whatever tokenizer; a token
/// of this one has the labels of all that it overlaps. Returns for each label its tokens,
/// ascending. Throws Error with a sentence that names the line, and Cancelled.
LabelledTokens writeLabelledCorpus(const std::filesystem::path& text, const Tokenizer&,
    const std::string& tokenizerHash, std::uint32_t vocabulary, const std::filesystem::path& corpus,
    const CorpusTextSettings& = {}, const Progress& = {});

} // namespace microtome
