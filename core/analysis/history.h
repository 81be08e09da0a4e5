#pragma once

#include "core/analysis/training.h"

#include <optional>
#include <span>

namespace microtome {

/// The saved states of one training, in the order of their steps, and what is told of it.
struct TrainingHistory {
    struct State {
        std::string name; ///< "step-000100", "final"
        std::filesystem::path path;
        std::optional<std::int64_t> step; ///< absent for a final model whose record tells none
    };

    std::filesystem::path model; ///< the folder of the model that became of it, or that was opened
    std::vector<State> states; ///< empty where there is only one
    std::optional<TrainingRecord> record;
    std::string problem; ///< why the record beside the model cannot be read, in a sentence

    /// The state that lies in a folder.
    std::optional<std::size_t> indexOf(const std::filesystem::path& folder) const;

    /// The state whose step is nearest to `step`, as drawn on an axis by the step's logarithm;
    /// nothing without states that have one.
    std::optional<std::size_t> nearest(double step) const;

    /// Scores of the record at a state by the score's name, [layer][head]; null where it has none.
    const std::vector<std::vector<double>>* scores(
        std::size_t state, const std::string& name) const;

    /// The evaluation at a state's step; null where the record has none.
    const TrainingRecord::Loss* loss(std::size_t state) const;

    /// Of a model's folder: `checkpoints/step-N` in it and the model itself as the last; of one of
    /// these checkpoints the same; of any other folder named by a step (`step1000`,
    /// `checkpoint-2000`) those beside it. Never throws.
    static TrainingHistory of(const std::filesystem::path& model);

    /// Whether both are of one training: the same folders in the same order.
    bool sameSeries(const TrainingHistory&) const;
};

/// Where a step stands on an axis by its logarithm, where step 0 has a place of its own:
/// log10(1 + step).
double placeOfStep(double step);

/// Where a series rises most steeply.
struct Rise {
    std::size_t from = 0; ///< the rise is between this point and the next
    double by = 0;
};

/// The interval with the greatest slope over log10(1 + step), among those that carry at least a
/// tenth of the whole rise (so that no ripple between two close points is taken for it). Nothing
/// when the series never rises by `least`.
std::optional<Rise> steepestRise(
    std::span<const double> steps, std::span<const double> values, double least = 0.1);

} // namespace microtome
