#pragma once

#include "core/model/safetensors.h"
#include "core/model/tokens.h"

#include <QString>

#include <filesystem>
#include <string>
#include <vector>

namespace microtome::test {

/// The tiny networks with golden numbers, and the wired model with a tokenizer.
QString golden(const QString& name);
QString induction();
QString inductionPairs();

/// The names of all folders with golden numbers.
std::vector<QString> goldenNames();

/// Data by others; empty where it is absent.
QString shared(const QString& path);

/// The tokens of golden prompt a.
std::vector<TokenId> goldenIds(const QString& name);

/// A writable copy of a folder at `to`.
void copyFolder(const QString& from, const std::filesystem::path& to);

/// A byte-level tokenizer of 14 tokens (`M`, `a`, ` Mary` as one token, ...), in place of the
/// folder's.
void writeSmallTokenizer(const std::filesystem::path& folder);

void writeText(const std::filesystem::path& path, const std::string& text);

} // namespace microtome::test
