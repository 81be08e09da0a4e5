#pragma once

#include "core/nn/train/recipe.h"

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <filesystem>
#include <string>

namespace microtome {

/// What the recipe of a sparse dictionary says, checked and with defaults filled in. Paths are
/// whole.
struct DictionaryRecipe {
    enum class Kind { Standard, TopK, BatchTopK, JumpRelu, Gated };
    enum class Penalty { Step, Tanh };

    std::string text; ///< as it was given
    std::string meaning; ///< the same without regard to spaces and order of keys

    Kind kind = Kind::TopK;
    std::int64_t latents = 0; ///< n; 0: expansion times the input's width
    std::int64_t expansion = 8;
    double k = 32; ///< of TopK and BatchTopK: latents that fire, each token or on average
    double gradient = 0; ///< beta of gradient-aware selection; 0: off
    double sparsity = 0; ///< weight of the penalty: L1, L0 or the gate's L1
    std::int64_t sparsityWarmup = 0; ///< steps in which that weight grows from 0

    struct Jump {
        double threshold = 0.01; ///< that every latent begins with
        double bandwidth = 0.05;
        Penalty penalty = Penalty::Step;
        double scale = 4; ///< c of tanh(c f)
        bool toInput = false; ///< the straight-through gradient reaches the encoder too
        double preAct = 0; ///< weight of the pre-activation loss that revives dead latents
    } jump;

    double aux = 1; ///< weight of the auxiliary loss that revives dead latents of TopK kinds
    std::int64_t deadAfter = 0; ///< tokens without firing until a latent counts as dead
    bool normalise = true; ///< inputs and targets are scaled to a mean length of sqrt(d)
    bool subtract = true; ///< the output's bias from the input (not in transcoders)
    bool skip = false; ///< a linear map past the latents (transcoders)
    double encoderStart = 1; ///< length of the encoder's rows at the start

    struct Data {
        std::filesystem::path train;
        std::filesystem::path heldout; ///< for evaluation; empty: other places of `train`
        Recipe::Documents documents = Recipe::Documents::Lines;
        Recipe::Packing packing = Recipe::Packing::Packed;
        std::int64_t sequence = 0; ///< tokens of a row; 0: 128, or the context where it is shorter
        bool prependBos = false; ///< a BOS stands before every row
        bool keepBos = false; ///< activations of BOS are trained on too
        std::int64_t skipFirst = 0; ///< positions of a row that are left out
        std::int64_t buffer = 65536; ///< tokens that are shuffled together in memory
    } data;
    std::string site; ///< where it reads
    std::string target; ///< where it writes; empty: the same (not a transcoder)

    std::int64_t steps = 0;
    std::int64_t batch = 2048; ///< tokens of a step
    Recipe::Optimizer optimizer; ///< schedule: linear warm-up, constant, linear to 0 at the end
    std::int64_t decaySteps = 0; ///< at the end

    std::uint64_t seed = 0;
    int threads = 1;
    std::int64_t evaluateEvery = 0; ///< steps
    std::int64_t evaluateTokens = 8192;
    std::int64_t lossTokens = 8192; ///< on which the model's loss is measured at the end; 0: not
    bool half = false; ///< the matrices are saved in half precision
    std::int64_t saveEvery = 200; ///< steps between two saved states

    bool topKind() const { return kind == Kind::TopK || kind == Kind::BatchTopK; }
    double rateAfter(std::int64_t taken) const;
    double sparsityAfter(std::int64_t taken) const;

    /// All settings, given and assumed, one group a line, for the person.
    std::string words() const;
};

/// Reads a recipe's JSON file. Throws Error with a sentence for anything that is missing, unknown
/// or makes no sense.
DictionaryRecipe readDictionaryRecipe(const std::filesystem::path&);

/// The same of JSON in memory; `home`: what its paths are relative to.
DictionaryRecipe dictionaryRecipe(const nlohmann::json&, const std::filesystem::path& home);

} // namespace microtome
