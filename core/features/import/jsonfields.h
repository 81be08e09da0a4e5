#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace microtome {

/// Features that a file may number: none has an index of this or more.
constexpr std::uint64_t importedLatents = std::uint64_t{1} << 26;

// What a record says under a key. Absent or null is nothing or empty; what is of another type, or
// too large for what it is, throws Unreadable.
std::optional<double> numberIn(const nlohmann::json& record, const char* key);
std::string textIn(const nlohmann::json& record, const char* key);
std::vector<float> numbersIn(const nlohmann::json& record, const char* key);
std::vector<std::string> textsIn(const nlohmann::json& record, const char* key);

/// The index of a feature, a whole number or digits in a string; must be there.
std::uint32_t indexIn(const nlohmann::json& record, const char* key);
std::vector<std::uint32_t> indicesIn(const nlohmann::json& record, const char* key);

/// The array of objects under a key, empty where there is none.
const nlohmann::json& objectsIn(const nlohmann::json& record, const char* key);

/// Whether a key is there with something in it.
bool saysAnything(const nlohmann::json& record, const char* key);

} // namespace microtome
