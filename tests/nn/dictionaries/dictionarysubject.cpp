#include "tests/nn/dictionaries/dictionarysubject.h"

#include "core/nn/train/random.h"

#include <ATen/ops/empty.h>

#include <cmath>
#include <fstream>
#include <iterator>

namespace microtome::test {

using nlohmann::json;

DictionaryRecipe recipeOf(const json& form)
{
    json whole{{"steps", 10}, {"batch", 16}};
    whole.merge_patch(form);
    return dictionaryRecipe(whole, ".");
}

std::vector<std::pair<std::string, json>> everyKind()
{
    return {{"standard", {{"kind", "standard"}, {"sparsity", 0.7}}},
        {"topk", {{"kind", "topk"}, {"k", 3}}}, {"batchtopk", {{"kind", "batchtopk"}, {"k", 2.5}}},
        {"gradient", {{"kind", "topk"}, {"k", 3}, {"gradient", 2}}},
        {"jumprelu step",
            {{"kind", "jumprelu"}, {"sparsity", 0.7},
                {"jumprelu", {{"threshold", 0.4}, {"bandwidth", 0.5}, {"pre_act", 0.3}}}}},
        {"jumprelu tanh",
            {{"kind", "jumprelu"}, {"sparsity", 0.7},
                {"jumprelu",
                    {{"threshold", 0.4}, {"bandwidth", 0.5}, {"penalty", "tanh"},
                        {"to_input", true}}}}},
        {"jumprelu step to input",
            {{"kind", "jumprelu"}, {"sparsity", 0.7},
                {"jumprelu", {{"threshold", 0.4}, {"bandwidth", 0.5}, {"to_input", true}}}}},
        {"gated", {{"kind", "gated"}, {"sparsity", 0.7}}},
        {"unsubtracted", {{"kind", "topk"}, {"k", 3}, {"subtract", false}}},
        {"transcoder",
            {{"kind", "standard"}, {"sparsity", 0.7}, {"site", "in"}, {"target", "out"}}},
        {"skip transcoder",
            {{"kind", "batchtopk"}, {"k", 2}, {"site", "in"}, {"target", "out"}, {"skip", true}}},
        {"jumprelu transcoder",
            {{"kind", "jumprelu"}, {"sparsity", 0.2}, {"site", "in"}, {"target", "out"}}}};
}

at::Tensor randomTensor(std::int64_t rows, std::int64_t columns, std::uint64_t seed)
{
    nn::TrainRandom random(seed, 3);
    at::Tensor made = at::empty({rows, columns}, at::kFloat);
    float* const values = made.data_ptr<float>();
    for (std::int64_t i = 0; i < rows * columns; ++i)
        values[i] = static_cast<float>(random.normal());
    return made;
}

nn::DictionaryWeights randomWeights(
    const DictionaryRecipe& recipe, std::int64_t dIn, std::int64_t dOut, std::uint64_t seed)
{
    nn::DictionaryWeights weights(recipe, dIn, dOut);
    nn::TrainRandom random(seed, 5);
    float* const values = weights.all().data_ptr<float>();
    for (std::int64_t i = 0; i < weights.all().numel(); ++i)
        values[i] = static_cast<float>(0.5 * random.normal());
    if (weights.threshold())
        for (std::int64_t i = 0; i < weights.latents(); ++i)
            weights.threshold()[i] = static_cast<float>(0.2 + 0.6 * random.uniform());
    weights.normaliseDecoder();
    return weights;
}

Matrix matrixOf(const at::Tensor& x)
{
    const float* const values = x.data_ptr<float>();
    return {static_cast<std::size_t>(x.size(0)), static_cast<std::size_t>(x.size(1)),
        std::vector<float>(values, values + x.numel())};
}

Superposition superposition(std::size_t features, std::size_t d, std::size_t tokens, double active,
    double power, std::uint64_t seed)
{
    nn::TrainRandom random(seed, 9);
    std::vector<float> directions(features * d);
    for (std::size_t i = 0; i < features; ++i) {
        double squares = 0;
        for (std::size_t j = 0; j < d; ++j) {
            directions[i * d + j] = static_cast<float>(random.normal());
            squares += std::pow(double(directions[i * d + j]), 2);
        }
        for (std::size_t j = 0; j < d; ++j)
            directions[i * d + j] /= static_cast<float>(std::sqrt(squares));
    }
    std::vector<double> probabilities(features);
    double sum = 0;
    for (std::size_t i = 0; i < features; ++i)
        sum += probabilities[i] = std::pow(double(i + 1), -power);
    for (double& p : probabilities)
        p = std::min(1.0, p * active / sum);
    std::vector<float> activations(tokens * d);
    for (std::size_t t = 0; t < tokens; ++t)
        for (std::size_t i = 0; i < features; ++i) {
            if (random.uniform() >= probabilities[i])
                continue;
            const auto height = static_cast<float>(0.5 + random.uniform());
            for (std::size_t j = 0; j < d; ++j)
                activations[t * d + j] += height * directions[i * d + j];
        }
    return {Matrix(features, d, std::move(directions)), Matrix(tokens, d, std::move(activations))};
}

std::string bytesOf(const std::filesystem::path& path)
{
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

} // namespace microtome::test
