#pragma once

#include <string>
#include <vector>

namespace microtome::world {

inline constexpr int countryCount = 32;

/// One thing that is known of every country: its capital, its currency, ...
struct Relation {
    std::string noun; ///< "capital"
    std::vector<std::string> values;
    std::vector<int> of; ///< for each country the index into values
};

const std::vector<std::string>& countryNames();
int countryNamed(const std::string&);

/// Ten relations; capital and river are one to one, the others many to one.
const std::vector<Relation>& relations();
int relationNamed(const std::string& noun);

const std::string& valueOf(int relation, int country);

} // namespace microtome::world
