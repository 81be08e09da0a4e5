#pragma once

#include <string>
#include <string_view>

namespace microtome::text {

/// The beginning of something from a file, short and printable enough to be named in a sentence.
std::string clip(std::string_view text);

} // namespace microtome::text
