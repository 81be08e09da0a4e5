#pragma once

#include "core/analysis/training.h"
#include "core/nn/train/forward.h"
#include "core/nn/train/start.h"

namespace microtome::nn {

/// A prompt set as a task: right is the prompt after which the most probable token is the first of
/// one of its answers (`|` stands between several).
class Task {
public:
    /// The first `limit` (0: all) prompts of the file. Throws Error naming the line.
    Task(std::string name, const std::filesystem::path&, const TrainStart&, std::int64_t limit);

    const std::string& name() const { return m_name; }
    TrainingRecord::Accuracy measure(
        const TrainForward&, const Parameters&, at::Device, std::int64_t step) const;

private:
    struct Item {
        std::vector<TokenId> ids;
        std::vector<TokenId> answers;
    };

    std::string m_name;
    std::vector<Item> m_items; ///< by length
};

} // namespace microtome::nn
