#pragma once

#include "core/features/coder/coder.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace microtome {

/// A coder by the path that a person knows it by.
struct NamedCoder {
    std::string name;
    SparseCoder coder;
};

/// All coders in a folder or file: the one that it is, or the parts of a set as PATH/PART. Throws
/// Error with a sentence.
std::vector<NamedCoder> openCoders(const std::filesystem::path&);

/// The dictionaries that come with a model: what lies in MODEL/dictionaries, by name, JSON files
/// left out. None where there is no such folder.
std::vector<std::filesystem::path> dictionariesBeside(const std::filesystem::path& model);

/// What is known of latents of the dictionaries that come with a model, by the dictionary's name in
/// that folder: the best label of each in dictionaries/labels.json, which is the document of
/// `features labels`. Nothing where that file is absent or something else.
using KnownLabels = std::map<std::pair<std::string, std::uint32_t>, std::string>;
KnownLabels labelsBeside(const std::filesystem::path& model);

} // namespace microtome
