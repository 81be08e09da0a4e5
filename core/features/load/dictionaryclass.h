#pragma once

#include "core/features/coder/coder.h"
#include "core/features/load/codertensors.h"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace microtome {

/// The dict_class of dictionary_learning whose tensors these are; empty where they are of none.
/// AutoEncoderTopK stands for BatchTopKSAE, too, whose tensors are the same.
std::string dictionaryClass(const CoderTensors&);

/// A dictionary of one of its classes, by the table of features-and-steering.md 2.4. The trainer's
/// description may be empty. Throws Error with a sentence.
SparseCoder readDictionaryClass(
    const std::string& file, const StoredValue& weights, const nlohmann::json& trainer);

} // namespace microtome
