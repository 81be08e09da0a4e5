#pragma once

#include <map>
#include <string>
#include <string_view>

namespace microtome {

/// The plain values of simple YAML under their paths: "model_name", "d_model.value" (nested by
/// indentation), "transcoders.0", "transcoders.0.filepath" (lists of values or of maps). Only lines
/// `key: value` and `- value` are read; texts over several lines, flow collections, anchors and
/// tags are left out. What stands twice is taken as it stands first.
std::map<std::string, std::string> readYamlLines(std::string_view text);

} // namespace microtome
