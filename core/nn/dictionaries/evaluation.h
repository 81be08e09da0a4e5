#pragma once

#include "core/nn/dictionaries/pass.h"

namespace microtome::nn {

/// What a dictionary comes to on tokens that are kept for it.
struct DictionaryEvaluation {
    double fvu = 0; ///< Σ |y - y^|² / Σ |y - mean y|², in doubles (features-and-steering.md 3.1)
    double l0 = 0; ///< latents that fire, mean over tokens
    float threshold = 0; ///< of BatchTopK: k latents fire on average above it
    std::vector<double> frequencies; ///< [n]: share of tokens in which each fires
};

DictionaryEvaluation evaluateDictionary(
    const DictionaryRecipe&, const DictionaryWeights&, const DictionaryRows&);

} // namespace microtome::nn
