#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace microtome::world {

/// What is known of a token; empty where it says nothing. README.md of this folder tells the words.
struct Labels {
    std::string language; ///< english, olu, code; names and marks have that of their sentence
    std::string part; ///< noun, name, verb, ...
    std::string number; ///< singular, plural
    std::string gender; ///< female, male: of names and pronouns
    std::string colour; ///< of a colour word, and of the noun beside it
    std::string sentiment; ///< positive, negative
    std::string speaker; ///< who says it
    std::string referent; ///< the person that a name or a pronoun stands for
    std::string relation; ///< capital, ...: all of a sentence about it
    std::string reason; ///< why what stands before decides this token; empty where it does not
};

/// The names of the columns, and the label in each, in the same order.
inline constexpr const char* labelNames[] = {"language", "part", "number", "gender", "colour",
    "sentiment", "speaker", "referent", "relation", "reason"};
inline constexpr std::string Labels::*labelFields[] = {&Labels::language, &Labels::part,
    &Labels::number, &Labels::gender, &Labels::colour, &Labels::sentiment, &Labels::speaker,
    &Labels::referent, &Labels::relation, &Labels::reason};

/// One token of the town's tokenizer, which makes one of every word, mark and half of a year.
struct Token {
    std::string text;
    bool glued = false; ///< no space before it
    Labels labels;
};

/// A sentence within a text: tokens [begin, end), and the form it was written by.
struct Sentence {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::string form;
};

struct Text {
    std::vector<Token> tokens;
    std::vector<Sentence> sentences;

    std::string plain() const { return plain(0, tokens.size()); }
    std::string plain(std::size_t begin, std::size_t end) const;
    void append(const Text&);
};

/// The words between the spaces.
std::vector<std::string> wordsOf(const std::string&);

} // namespace microtome::world
