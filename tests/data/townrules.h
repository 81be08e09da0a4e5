#pragma once

#include <map>
#include <string>
#include <vector>

/// What can be said of the town's text by reading it, with rules of their own: nothing here knows
/// how the text was written.
namespace townrules {

/// Words, marks and halves of years, as anybody would cut them.
std::vector<std::string> cut(const std::string& text);

/// Where each sentence ends: behind `.` and `?`.
std::vector<std::pair<std::size_t, std::size_t>> sentences(const std::vector<std::string>& words);

bool isName(const std::string& word); ///< of a person
bool isWoman(const std::string& name);
bool isColour(const std::string& word);

/// One label of every word of a text, empty where there is none. Each is found by itself.
std::vector<std::string> languages(const std::vector<std::string>& words);
std::vector<std::string> speakers(const std::vector<std::string>& words);
std::vector<std::string> referents(const std::vector<std::string>& words);
std::vector<std::string> relations(const std::vector<std::string>& words);
std::vector<std::string> sentiments(const std::vector<std::string>& words);

/// Parts of speech of the words that are no nouns, verbs and adjectives (these are left empty).
std::vector<std::string> closedParts(const std::vector<std::string>& words);

/// Olu words and what they mean, learnt from the texts that tell it.
std::map<std::string, std::string> learnOlu(const std::vector<std::vector<std::string>>& texts);

/// English words as they are, Olu ones by what is known of them.
std::vector<std::string> colours(
    const std::vector<std::string>& words, const std::map<std::string, std::string>& olu);

} // namespace townrules
