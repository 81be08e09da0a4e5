#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace microtome::wired {

/// The vocabulary of the wired models: the words of a small town, one for every pair of a kind
/// (person, place, ...) and a first letter (a to l), so that a word is known by two small facts.
/// Two special tokens stand before the words: the start of a text, and any word not known.
struct Town {
    static constexpr int start = 0; ///< token id of <s>
    static constexpr int unknown = 1; ///< token id of <unk>: kind and letter of its own
    static constexpr int kinds = 10; ///< nine kinds of words and the unknown one
    static constexpr int letters = 13; ///< a to l and the unknown one

    std::vector<std::string> tokens; ///< by id: <s>, <unk>, then kind by kind, letter by letter
    std::vector<std::string> kindNames; ///< `kinds` names
    /// Which kinds are expected after a word of each kind: [kinds + 1], the last for the start.
    std::vector<std::vector<int>> expected;

    int size() const { return static_cast<int>(tokens.size()); }
    int kindOf(int token) const; ///< 0 .. kinds - 1; not for the start
    int letterOf(int token) const; ///< 0 .. letters - 1; not for the start
};

Town buildTown();

} // namespace microtome::wired
