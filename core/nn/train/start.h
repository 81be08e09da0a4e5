#pragma once

#include "core/nn/train/leaves.h"
#include "core/nn/train/recipe.h"
#include "core/text/tokenizer.h"

#include <nlohmann/json.hpp>

#include <memory>

namespace microtome::nn {

/// The model that training begins with.
struct TrainStart {
    nlohmann::json config; ///< what its folder will say
    std::string configText; ///< the same, as it is written
    std::filesystem::path tokenizerFolder; ///< whose files go with it; empty: none
    std::shared_ptr<const Tokenizer> tokenizer; ///< null without one
    Leaves leaves;
    Architecture architecture;
    TokenId eos = -1; ///< what stands between documents; -1: none is known
};

/// Reads or makes it; fills in the recipe's row length where it names none. Throws Error with a
/// sentence.
TrainStart startOf(Recipe&, at::Device);

} // namespace microtome::nn
