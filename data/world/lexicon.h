#pragma once

#include <map>
#include <string>
#include <vector>

namespace microtome::world {

/// A word of the town's language and all that is known of it.
struct Word {
    std::string text;
    std::string
        part; ///< noun, name, verb, adjective, colour, pronoun, determiner, preposition, ...
    std::string number; ///< "singular", "plural" or nothing
    std::string gender; ///< "female", "male" or nothing
    std::string sentiment; ///< "positive", "negative" or nothing
    std::string colour; ///< the English colour that it is, or nothing
    std::string olu; ///< the same in Olu, the town's second language; empty: it has no such word
    std::string code; ///< the same in the town's substitution cipher; empty: not in it
};

/// All words, by their text; the lists that sentences draw from; and the two other tongues.
struct Lexicon {
    std::map<std::string, Word> words;

    std::vector<std::string> women;
    std::vector<std::string> men;
    std::vector<std::string> things; ///< nouns that can be carried; the plural is plurals[i]
    std::vector<std::string> plurals;
    std::vector<std::string> places;
    std::vector<std::string> jobs;
    std::vector<std::string> jobPlurals;
    std::vector<std::string> colours;
    std::vector<std::string> plain; ///< adjectives without a mood
    std::vector<std::string> glad; ///< moods
    std::vector<std::string> sad;
    std::vector<std::string> praise; ///< verbs: loved, ...
    std::vector<std::string> blame; ///< verbs: hated, ...
    std::vector<std::string> moves; ///< verbs: carried, ...
    std::vector<std::string> times; ///< morning, ...
    std::vector<std::string> spans; ///< things that last: war, ...
    std::vector<std::pair<std::string, std::string>> opposites;
    std::vector<std::string> teas; ///< harmless things to ask for
    std::vector<std::string> poisons; ///< things nobody explains how to make
    std::vector<std::string> crafts; ///< verbs: make, ...

    /// A word by its text, in any of the tongues; throws std::logic_error for an unknown one.
    const Word& operator[](const std::string& text) const;

    /// Every spelling there is, each once, in a fixed order.
    std::vector<std::string> spellings() const;
};

const Lexicon& lexicon();

} // namespace microtome::world
