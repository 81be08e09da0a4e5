#pragma once

#include "core/text/normalizer.h"

#include <string_view>

namespace microtome::text {

/// The normaliser of that name: NFC, NFD, NFKC or NFKD (Unicode Standard Annex 15); null for any
/// other.
std::unique_ptr<const Normalizer> unicodeForm(std::string_view name);

} // namespace microtome::text
