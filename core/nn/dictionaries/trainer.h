#pragma once

#include "core/nn/dictionaries/evaluation.h"
#include "core/nn/dictionaries/state.h"
#include "core/nn/dictionaries/train.h"

#include <chrono>

namespace microtome::nn {

/// One training of a dictionary from its first step, or from where it was interrupted, to its end.
class DictionaryTrainer {
public:
    DictionaryTrainer(const DictionaryRecipe&, DictionarySource&, std::filesystem::path out,
        const DictionaryTrainOptions&, const OnDictionaryProgress&);

    DictionaryRecord run();

private:
    using Clock = std::chrono::steady_clock;

    void prepareFolder();
    bool finished() const; ///< an earlier run came to the end
    void begin(); ///< the state of step 0, or the one that was saved
    void measureScales(const DictionaryRows&);
    DictionaryRows scaled(const DictionaryRows&) const;
    DictionaryRows evaluationRows();
    std::vector<std::int32_t> dead() const;

    void train();
    void step();
    void evaluate();
    void writeRecord() const;
    void saveState();
    DictionaryRecord finish();
    void save(const DictionaryEvaluation&);
    std::optional<DictionaryRecord::CrossEntropy> crossEntropy(float threshold);
    void say(const DictionaryRecord::Point*);

    const DictionaryRecipe& m_recipe;
    DictionarySource& m_source;
    std::filesystem::path m_out;
    DictionaryTrainOptions m_options;
    Progress m_progress;
    const OnDictionaryProgress& m_report;
    std::string m_engine;
    DictionaryWeights m_weights;
    DictionaryWeights m_gradient;
    DictionaryPass m_pass;
    AdamW m_optimizer;
    DictionaryStateFile m_file;
    DictionaryState m_state;

    double m_loss = 0; ///< of the last step
    Clock::time_point m_said;
    double m_stepSeconds = 0; ///< spent in steps, lately
    double m_stepTokens = 0;
    double m_visitSeconds = 0; ///< spent in evaluations since the start
    std::int64_t m_stepsHere = 0; ///< steps of this process
};

} // namespace microtome::nn
