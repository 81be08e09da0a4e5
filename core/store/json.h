#pragma once

#include <nlohmann/json.hpp>

#include <string>
#include <string_view>

namespace microtome {

/// Json as one line of text with sorted keys; bytes that are not UTF-8 become replacement marks.
std::string jsonText(const nlohmann::json& json);

/// Reads text that this program wrote; throws Error when it is damaged.
nlohmann::json jsonFrom(std::string_view text);

} // namespace microtome
