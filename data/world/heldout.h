#pragma once

#include <string>

namespace microtome::world {

/// What is kept out of the training text, so that a task asks for the rule and not for a memory.
/// Each is about a tenth of all there is, fixed for ever.
namespace heldout {

bool pair(const std::string& person, const std::string& other); ///< people of one giving; unordered
bool giver(const std::string& person); ///< nobody gives to them or takes from them
bool place(const std::string& person, const std::string& place); ///< with a pronoun behind
bool together(const std::string& thing, const std::string& other); ///< in one passage; unordered
bool liked(const std::string& verb, const std::string& thing);
bool span(const std::string& span, int from); ///< and the year it began in
bool resident(const std::string& person, const std::string& country);
bool fact(int country, int relation, const std::string& form);
bool twoFacts(int country, int relation); ///< asked by the capital or the stream
bool request(const std::string& craft, const std::string& topic);
bool sorted(int a, int b, int c); ///< in any order
bool opposite(const std::string& word, const std::string& form);
bool drill(
    const std::string& person, const std::string& word); ///< who is told a plural or a translation
bool listed(const std::string& first, const std::string& second); ///< the first two of a list

} // namespace heldout

} // namespace microtome::world
