#pragma once

#include "core/nn/train/freshweights.h"

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace microtome {

/// What a training configuration file says, checked and with defaults filled in. Paths are whole.
struct Recipe {
    enum class Documents { Lines, Blank, File };
    enum class Order { Shuffled, File };
    enum class Packing { Packed, Padded };
    enum class Predicted { All, Last };
    enum class Schedule { Cosine, Constant };

    std::filesystem::path file;
    std::string text; ///< the file, as it was given
    std::string meaning; ///< the same without regard to spaces and order of keys

    std::filesystem::path from; ///< the folder that is fine-tuned; empty: from nothing
    std::string config; ///< the new model's config.json; empty when fine-tuning
    std::filesystem::path
        tokenizer; ///< tokenizer.json, or its folder; may be empty for a new model
    FreshWeights fresh; ///< of a new model

    std::filesystem::path train;
    std::filesystem::path heldout; ///< may be empty
    Documents documents = Documents::Lines;
    Order order = Order::Shuffled; ///< of the first epoch
    Packing packing = Packing::Packed;
    Predicted predicted = Predicted::All;
    std::map<std::string, std::filesystem::path> tasks; ///< prompt sets by name

    std::int64_t steps = 0;
    std::int64_t batchTokens = 4096;
    std::int64_t sequence = 0; ///< 0: 128, or the context where it is shorter

    struct Optimizer {
        double rate = 1e-3;
        double beta1 = 0.9;
        double beta2 = 0.95;
        double epsilon = 1e-8;
        double decay = 0.1;
        bool decayAll = false; ///< also norms, biases and embeddings
        std::int64_t warmup = 0; ///< steps
        Schedule schedule = Schedule::Cosine;
        double final = 0.1; ///< of the rate, at the end of the cosine
        double clip = 1; ///< longest gradient; 0: off
    } optimizer;

    std::uint64_t seed = 0;
    int threads = 1;

    std::int64_t evaluateEvery = 0; ///< steps
    std::int64_t evaluateDocuments = 200; ///< of the held-out file; 0: all
    std::int64_t tasksLimit = 200; ///< prompts of each task; 0: all

    bool heads = true; ///< head scores at every checkpoint
    std::vector<std::int64_t> checkpoints; ///< steps, in order
    bool halfCheckpoints = true; ///< in half precision
    std::int64_t saveEvery = 200; ///< steps between two saved states

    std::int64_t patience = 0; ///< evaluations without progress until training stops; 0: never
    double least = 0.001; ///< nats of held-out loss that count as progress

    /// The learning rate of the step that follows `taken` steps: linear warm-up, then constant, or
    /// the cosine of SGDR (Loshchilov and Hutter 1608.03983) down to `final` times the rate.
    double rateAfter(std::int64_t taken) const;

    /// All settings, given and assumed, one a line, for the person.
    std::string words() const;
};

/// Throws Error with a sentence for anything that is missing, unknown or makes no sense.
Recipe readRecipe(const std::filesystem::path&);

} // namespace microtome
