#pragma once

#include <span>
#include <string_view>

namespace microtome {

/// A regular expression over the text up to a token, and what it means.
struct ContextPattern {
    std::string_view pattern;
    std::string_view english; ///< "inside quotation marks"
};

/// The regular expressions that explanations try.
std::span<const ContextPattern> contextPatterns();

} // namespace microtome
