#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace microtome {

/// How a model came to be: what `training.json` in its folder tells. It holds no times of day and
/// no durations, so that the same recipe writes the same bytes.
struct TrainingRecord {
    /// One evaluation. Losses are mean nats per predicted token.
    struct Loss {
        std::int64_t step = 0; ///< optimiser steps taken before it
        std::int64_t tokens = 0; ///< predicted tokens seen so far
        double train = 0; ///< since the evaluation before; at step 0 of the first batch
        std::optional<double> heldout; ///< where there is a held-out text
        double rate = 0; ///< learning rate
        double gradientNorm = 0; ///< before clipping, of the last step
    };
    /// One evaluation of a task: the share of its prompts whose next token is one of the answers.
    struct Accuracy {
        std::int64_t step = 0;
        double accuracy = 0; ///< 0 to 1
        double loss = 0; ///< -log of the answers' joint probability, mean nats
    };
    /// Scores of every head at a checkpoint, on repeated random tokens: [layer][head] by the name
    /// of the score (`previous`, `induction`, ...).
    struct Heads {
        std::int64_t step = 0;
        std::map<std::string, std::vector<std::vector<double>>> scores;
    };
    /// A saved state: the folder `checkpoints/NAME` of the model's. The last one is the model
    /// itself.
    struct Checkpoint {
        std::int64_t step = 0;
        std::string name; ///< "step-000100"
    };

    std::int64_t steps = 0; ///< taken; fewer than planned when stopped early
    std::string recipe; ///< the configuration file, as it was given
    std::string engine; ///< libtorch, BLAS, dtype, threads
    std::vector<Loss> losses;
    std::map<std::string, std::vector<Accuracy>> tasks; ///< by name
    std::vector<Heads> heads;
    std::vector<Checkpoint> checkpoints;

    std::string toJson() const;

    /// Throws Error with a sentence when the text is damaged or of a later version. Series that are
    /// absent are empty.
    static TrainingRecord fromJson(const std::string&);

    /// The record in a model's folder or, for a checkpoint's folder, in that of its model; nothing
    /// when there is none. Throws Error when there is one that cannot be read.
    static std::optional<TrainingRecord> beside(const std::filesystem::path& model);
};

} // namespace microtome
