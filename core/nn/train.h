#pragma once

#include "core/analysis/training.h"

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace microtome {

struct TrainOptions {
    std::string device = "cpu"; ///< cpu, cuda
    int threads = 0; ///< 0: as the recipe says
    bool resume = false; ///< go on from the state that an interrupted training left
    std::shared_ptr<std::atomic<bool>> stop; ///< set: finish the step, save the state, throw Error
};

/// Where training is. Losses are mean nats per predicted token.
struct TrainProgress {
    std::int64_t step = 0; ///< taken
    std::int64_t steps = 0; ///< planned
    double loss = 0; ///< of the last step's batch
    bool evaluated = false; ///< this is the report of an evaluation
    std::optional<double> heldout; ///< at an evaluation, where there is a held-out text
    double tokensPerSecond = 0; ///< predicted tokens, lately, evaluations left aside
    double secondsLeft = 0;
};

using OnTrainProgress = std::function<void(const TrainProgress&)>;

/// Trains a decoder as the recipe (core/nn/train/recipe.h) says and writes it to the folder `out`:
/// config.json, tokenizer.json, model.safetensors, training.json, checkpoints/. `report` is called
/// on the computing thread, at most every half second and at every evaluation. The same recipe,
/// device and threads give the same bytes, however often it was interrupted and resumed. Throws
/// Error with a sentence; what was saved stays.
TrainingRecord train(const std::filesystem::path& recipe, const std::filesystem::path& out,
    const TrainOptions& = {}, const OnTrainProgress& report = {});

} // namespace microtome
