#pragma once

#include "core/nn/train.h"
#include "core/nn/train/state.h"
#include "core/nn/train/tasks.h"

#include <chrono>

namespace microtome::nn {

/// One training from its first step, or from where it was interrupted, to its end.
class Trainer {
public:
    Trainer(Recipe, std::filesystem::path out, const TrainOptions&, const OnTrainProgress&);

    TrainingRecord run();

private:
    using Clock = std::chrono::steady_clock;

    RowSettings rows() const;
    std::string identity() const;
    void prepareFolder();
    void begin(); ///< the state of step 0, or the one that was saved

    /// The mean loss of a batch; under autograd it can be differentiated.
    at::Tensor lossOf(const Parameters&, const Batch&) const;
    Parameters parameters() const; ///< made of the weights as they are

    void step();
    void visit(); ///< evaluation and checkpoint, where this step has them
    void evaluate();
    std::optional<double> heldoutLoss() const;
    void checkpoint();
    void scoreHeads(const std::filesystem::path& folder);
    void writeRecord() const;
    void saveState();
    bool stopsEarly() const;
    TrainingRecord finish();
    void say(bool evaluated, std::optional<double> heldout = {});

    Recipe m_recipe;
    std::filesystem::path m_out;
    TrainOptions m_options;
    const OnTrainProgress& m_report;
    at::Device m_device;
    int m_threads = 1;
    std::string m_engine;
    TrainStart m_start;
    Corpus m_corpus;
    std::optional<Corpus> m_heldoutCorpus;
    std::vector<Batch> m_heldout;
    std::vector<Task> m_tasks;
    Batches m_batches;
    TrainForward m_forward;
    AdamW m_optimizer;
    StateFile m_file;
    TrainState m_state;

    double m_loss = 0; ///< of the last step
    Clock::time_point m_said;
    double m_stepSeconds = 0; ///< spent in steps, lately
    double m_stepTokens = 0; ///< predicted in them
    double m_visitSeconds = 0; ///< spent in visits since the start
    std::int64_t m_stepsHere = 0; ///< steps of this process
};

} // namespace microtome::nn
