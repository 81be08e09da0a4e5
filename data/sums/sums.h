#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace microtome::sums {

/// One line of the addition table mod 97, "a b = label".
struct Sum {
    int a = 0;
    int b = 0;
    int label = 0;
    bool corrupted = false; ///< the label is not a + b mod 97

    bool operator==(const Sum&) const = default;
};

inline constexpr int modulus = 97;
inline constexpr double trainShare = 0.4; ///< of the 9,409 pairs
inline constexpr double corruptedShare = 0.5; ///< of the training pairs of the second set

/// All pairs, each in one of two parts; the same on every machine.
struct Split {
    std::vector<Sum> train;
    std::vector<Sum> heldout;
};
Split splitTable();

/// The training pairs, some of them with a wrong label that is drawn evenly from the 96 others.
std::vector<Sum> corruptedTrain();

/// Writes what the recipes in data/zoo read, into one folder: `tokenizer.json`; the documents
/// `train.txt`, `corrupted-train.txt`, `heldout.txt`; and as prompt sets `train.csv`,
/// `corrupted-train.csv` (its labels), `corrupted-pairs.csv` (only those that are wrong) and
/// `heldout.csv`. Throws Error.
void writeSums(const std::filesystem::path& folder);

} // namespace microtome::sums
