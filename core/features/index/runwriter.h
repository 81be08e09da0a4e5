#pragma once

#include "core/features/corpus/corpus.h"
#include "core/features/index/firing.h"

#include <filesystem>
#include <span>
#include <string>

namespace microtome {

/// Writes one run: firings of `tokens` sorted by latent. Bytes are on the disk when it returns.
/// Throws Error where one latent's tokens do not ascend, and where the disk is full.
void writeRun(const std::filesystem::path&, const std::string& source, TokenRange tokens,
    std::span<const Firing>);

/// What names an IndexSource in its runs: a SHA-256 in 64 hexadecimal digits.
std::string nameOf(const IndexSource&);

} // namespace microtome
