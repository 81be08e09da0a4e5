#pragma once

#include "data/world/random.h"

#include <string>
#include <vector>

namespace microtome::world {

/// A question with a twin of as many tokens that has another answer.
struct Pair {
    std::string clean;
    std::string corrupted;
    std::vector<std::string> answers; ///< of the clean one, with the space before it; any is right
    std::vector<std::string> wrong; ///< those of the twin that are not right here
    std::string form;
};

/// Something a model of the town should have learnt.
struct Task {
    std::string name; ///< "indirect_object"
    std::string about; ///< one sentence for the card
    int aim = 0; ///< percent that a trained model is to reach; 0: none is set
};

const std::vector<Task>& tasks();

inline constexpr int heldOutPrompts = 500; ///< of each task

/// Those that models are measured on, of the task that is the i-th of tasks().
std::vector<Pair> heldOutPairs(std::size_t task);

/// The next question; what it asks about never occurs in the corpus (heldout.h).
Pair drawPair(const std::string& task, Random&);

} // namespace microtome::world
