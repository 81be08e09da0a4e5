#pragma once

#include "core/nn/dictionaries/pass.h"
#include "core/nn/dictionaries/train.h"

#include <nlohmann/json.hpp>

#include <filesystem>
#include <string>

namespace microtome::test {

/// A recipe with what every test of these says filled in.
DictionaryRecipe recipeOf(const nlohmann::json&);

/// The recipe of each kind, for activations of width d and for a transcoder, by name.
std::vector<std::pair<std::string, nlohmann::json>> everyKind();

/// Random weights with decoder rows of length 1, and thresholds above 0.
nn::DictionaryWeights randomWeights(
    const DictionaryRecipe&, std::int64_t dIn, std::int64_t dOut, std::uint64_t seed);

at::Tensor randomTensor(std::int64_t rows, std::int64_t columns, std::uint64_t seed);
Matrix matrixOf(const at::Tensor&);

/// Activations that are sums of a few of `features` random directions in d dimensions, each firing
/// with its own probability, and the directions [features, d].
struct Superposition {
    Matrix directions;
    Matrix activations;
};

/// Feature i fires with probability min(1, c / (i + 1)^power), c such that `active` fire on
/// average, with a height drawn evenly from 0.5 ... 1.5: Zipf firing.
Superposition superposition(std::size_t features, std::size_t d, std::size_t tokens, double active,
    double power, std::uint64_t seed);

std::string bytesOf(const std::filesystem::path&);

} // namespace microtome::test
