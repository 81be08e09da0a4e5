#pragma once

#include "core/features/load/coderfolder.h"

#include <map>
#include <string>

namespace microtome {

/// The files of a folder called PREFIX, a layer's number and .safetensors, by that number.
std::map<int, std::string> layerFiles(const CoderFolder&, std::string_view prefix);

/// The files that a set's config.yaml lists under `transcoders`, by layer, as far as they lie in
/// the folder: paths, or hf://OWNER/REPOSITORY/PATH of which the path is taken; or, of older sets,
/// maps with `layer` and `filepath`. `fields` are those of readYamlLines().
std::map<int, std::string> listedFiles(
    const CoderFolder&, const std::map<std::string, std::string>& fields);

/// The numbers must run from 0 without a hole. Throws Error with a sentence that names the first
/// that is missing.
void checkNoLayerMissing(const std::map<int, std::string>& files, std::string_view prefix);

/// The layer that one of these files is of. Throws Error when it is none of them.
int layerOf(const std::map<int, std::string>& files, const std::string& file);

/// Their names in the order of the layers.
std::vector<std::string> namesOf(const std::map<int, std::string>& files);

} // namespace microtome
