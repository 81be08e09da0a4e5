#include "core/nn/dictionaries/trainer.h"

#include "core/features/save/saelens.h"
#include "core/nn/machine.h"
#include "core/work/error.h"
#include "core/work/replacefile.h"
#include "core/work/sha256.h"

#include <ATen/Context.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/mean.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace microtome {

namespace fs = std::filesystem;

namespace nn {

namespace {

constexpr std::chrono::milliseconds sayEvery(500);

/// Numbers too small to be normal count as zero while it lives: they are slow.
class FlushDenormals {
public:
    FlushDenormals() { at::globalContext().setFlushDenormal(true); }
    ~FlushDenormals() { at::globalContext().setFlushDenormal(false); }
    FlushDenormals(const FlushDenormals&) = delete;
    FlushDenormals& operator=(const FlushDenormals&) = delete;
};

std::string engineOf(const DictionaryRecipe& recipe, const DictionaryTrainOptions& options)
{
    const Machine machine = prepareMachine(options.threads > 0 ? options.threads : recipe.threads);
    return machine.engine + ", " + machine.blas + ", f32, " + std::to_string(machine.threads)
        + (machine.threads == 1 ? " thread" : " threads");
}

/// sqrt(d) / mean |x|: activations times it have a mean length of sqrt(d) (SAELens,
/// expected_average_only_in).
double scaleOf(const at::Tensor& rows)
{
    double sum = 0;
    for (std::int64_t t = 0; t < rows.size(0); ++t) {
        double squares = 0;
        const float* const row = rows.data_ptr<float>() + t * rows.size(1);
        for (std::int64_t i = 0; i < rows.size(1); ++i)
            squares += static_cast<double>(row[i]) * static_cast<double>(row[i]);
        sum += std::sqrt(squares);
    }
    if (!std::isfinite(sum))
        throw Error("The activations are not all numbers; a dictionary cannot be trained on them.");
    const double mean = sum / static_cast<double>(rows.size(0));
    return mean > 0 ? std::sqrt(static_cast<double>(rows.size(1))) / mean : 1;
}

} // namespace

DictionaryTrainer::DictionaryTrainer(const DictionaryRecipe& recipe, DictionarySource& source,
    fs::path out, const DictionaryTrainOptions& options, const OnDictionaryProgress& report)
    : m_recipe(recipe)
    , m_source(source)
    , m_out(std::move(out))
    , m_options(options)
    , m_progress({}, options.stop)
    , m_report(report)
    , m_engine(engineOf(recipe, options))
    , m_weights(recipe, source.dIn(), source.dOut())
    , m_gradient(recipe, source.dIn(), source.dOut())
    , m_pass(recipe)
    , m_optimizer(recipe.optimizer, m_weights.all(), 0)
    , m_file(m_out, sha256(recipe.meaning) + " " + source.hash())
{
}

void DictionaryTrainer::prepareFolder()
{
    std::error_code error;
    fs::create_directories(m_out, error);
    if (error || !fs::is_directory(m_out, error))
        throw Error("The dictionary cannot be written to " + m_out.string()
            + ": a folder of that name cannot be made.");
    if (!m_options.resume && !fs::is_empty(m_out, error))
        throw Error(m_out.string() + " is not empty; go on with --resume, or name another folder.");
}

bool DictionaryTrainer::finished() const
{
    std::error_code error;
    if (m_file.exists() || !fs::exists(m_out / "cfg.json", error))
        return false;
    const auto record = DictionaryRecord::beside(m_out);
    if (record && record->recipe == m_recipe.text)
        return true;
    throw Error(m_out.string()
        + " holds a dictionary that was trained by another recipe; name another folder.");
}

void DictionaryTrainer::measureScales(const DictionaryRows& rows)
{
    if (m_recipe.normalise) {
        m_state.inputScale = scaleOf(rows.inputs);
        m_state.outputScale
            = rows.targets.is_same(rows.inputs) ? m_state.inputScale : scaleOf(rows.targets);
    }
}

DictionaryRows DictionaryTrainer::scaled(const DictionaryRows& rows) const
{
    DictionaryRows made;
    made.inputs = rows.inputs * m_state.inputScale;
    made.targets
        = rows.targets.is_same(rows.inputs) ? made.inputs : rows.targets * m_state.outputScale;
    if (rows.gradients.defined())
        made.gradients = rows.gradients * m_state.gradientScale;
    return made;
}

DictionaryRows DictionaryTrainer::evaluationRows()
{
    return scaled(m_source.evaluation(m_progress));
}

void DictionaryTrainer::begin()
{
    if (m_file.exists()) {
        m_state = m_file.read(m_weights, m_optimizer);
        m_source.seek(m_state.place, m_progress);
        m_source.evaluation(m_progress);
        return;
    }
    measureScales(m_source.evaluation(m_progress));
    m_weights.begin(m_recipe, evaluationRows().targets.mean({0}).contiguous());
    m_state.place = m_source.place();
    m_state.lastFired.assign(static_cast<std::size_t>(m_weights.latents()), 0);
    if (m_recipe.gradient > 0) {
        const at::Tensor gradients = m_source.next(m_progress).gradients;
        m_state.gradientScale = scaleOf(gradients);
        m_source.seek(m_state.place, m_progress);
    }
    SparseCoder coder = m_weights.coder(m_recipe, m_state.inputScale, m_state.outputScale, 0);
    m_source.declare(coder.declared);
    DictionaryRecord& record = m_state.record;
    record.architecture = saeLensArchitecture(coder);
    record.model = coder.declared.model;
    record.hook = m_recipe.site;
    record.hookOut = m_recipe.target.empty() ? m_recipe.site : m_recipe.target;
    record.dIn = m_weights.dIn();
    record.dOut = m_weights.dOut();
    record.latents = m_weights.latents();
    record.inputScale = m_state.inputScale;
    record.outputScale = m_state.outputScale;
    record.recipe = m_recipe.text;
    record.engine = m_engine;
    saveState();
}

std::vector<std::int32_t> DictionaryTrainer::dead() const
{
    std::vector<std::int32_t> latents;
    for (std::size_t i = 0; i < m_state.lastFired.size(); ++i)
        if (m_state.tokens - m_state.lastFired[i] >= m_recipe.deadAfter)
            latents.push_back(static_cast<std::int32_t>(i));
    return latents;
}

void DictionaryTrainer::step()
{
    const auto began = Clock::now();
    const DictionaryRows rows = scaled(m_source.next(m_progress));
    const DictionaryLoss loss = m_pass.differentiate(
        m_weights, rows, dead(), m_recipe.sparsityAfter(m_state.step), m_gradient);
    m_weights.removeAlong(m_gradient);
    const double norm = std::isfinite(loss.total) ? lengthOf(m_gradient.all()) : NAN;
    if (!std::isfinite(norm))
        throw Error("The loss is no longer a number after " + std::to_string(m_state.step)
            + " steps: training diverged. Take a lower learning rate or a longer warm-up.");
    const double clip = m_recipe.optimizer.clip;
    const double factor = clip > 0 && norm > clip ? clip / norm : 1;
    m_optimizer.step(m_weights.all(), m_gradient.all(), factor, m_recipe.rateAfter(m_state.step),
        m_state.step + 1);
    m_weights.normaliseDecoder();
    m_weights.keepThresholds();

    m_loss = loss.total;
    m_state.lossSum += loss.total;
    ++m_state.lossSteps;
    m_state.tokens += rows.tokens();
    for (std::size_t i = 0; i < loss.fired.size(); ++i)
        if (loss.fired[i])
            m_state.lastFired[i] = m_state.tokens;
    m_state.place = m_source.place();
    ++m_state.step;
    ++m_stepsHere;
    // Lately: older steps count less and less.
    m_stepSeconds
        = 0.98 * m_stepSeconds + std::chrono::duration<double>(Clock::now() - began).count();
    m_stepTokens = 0.98 * m_stepTokens + static_cast<double>(rows.tokens());
}

void DictionaryTrainer::evaluate()
{
    const DictionaryEvaluation found = evaluateDictionary(m_recipe, m_weights, evaluationRows());
    DictionaryRecord::Point point;
    point.step = m_state.step;
    point.tokens = m_state.tokens;
    if (m_state.lossSteps > 0)
        point.loss = m_state.lossSum / static_cast<double>(m_state.lossSteps);
    point.fvu = found.fvu;
    point.l0 = found.l0;
    point.dead = static_cast<double>(dead().size()) / static_cast<double>(m_weights.latents());
    point.rate = m_recipe.rateAfter(m_state.step);
    m_state.lossSum = 0;
    m_state.lossSteps = 0;
    m_state.record.steps = m_state.step;
    m_state.record.tokens = m_state.tokens;
    m_state.record.curve.push_back(point);
    writeRecord();
    say(&point);
}

void DictionaryTrainer::writeRecord() const
{
    replaceFile(m_out / "dictionary.json", m_state.record.toJson());
}

void DictionaryTrainer::saveState()
{
    m_file.write(m_state, m_weights, m_optimizer);
}

void DictionaryTrainer::say(const DictionaryRecord::Point* point)
{
    if (!m_report || (!point && Clock::now() - m_said < sayEvery))
        return;
    m_said = Clock::now();
    DictionaryProgress p;
    p.step = m_state.step;
    p.steps = m_recipe.steps;
    p.loss = m_loss;
    p.evaluated = point != nullptr;
    if (point)
        p.point = *point;
    p.tokensPerSecond = m_stepSeconds > 0 ? m_stepTokens / m_stepSeconds : 0;
    if (m_stepsHere > 0 && p.tokensPerSecond > 0)
        p.secondsLeft = static_cast<double>(p.steps - p.step)
            * (static_cast<double>(m_recipe.batch) / p.tokensPerSecond
                + m_visitSeconds / static_cast<double>(m_stepsHere));
    m_report(p);
}

std::optional<DictionaryRecord::CrossEntropy> DictionaryTrainer::crossEntropy(float threshold)
{
    if (m_recipe.lossTokens == 0)
        return {};
    const Reconstruct reconstruct = [&](const at::Tensor& inputs) {
        const at::NoGradGuard guard;
        const at::Tensor x = inputs * m_state.inputScale;
        const Entries f = m_pass.encode(m_weights, x, threshold);
        return m_pass.decode(m_weights, f, x).mul_(1 / m_state.outputScale);
    };
    return m_source.crossEntropy(reconstruct, m_progress);
}

void DictionaryTrainer::save(const DictionaryEvaluation& found)
{
    DictionaryRecord& record = m_state.record;
    const double threshold = static_cast<double>(found.threshold);
    SparseCoder coder
        = m_weights.coder(m_recipe, m_state.inputScale, m_state.outputScale, threshold);
    m_source.declare(coder.declared);
    if (m_recipe.kind == DictionaryRecipe::Kind::BatchTopK)
        record.threshold = threshold / m_state.outputScale;
    record.ce = crossEntropy(found.threshold);
    saveSaeLens(coder, m_out, found.frequencies,
        {{"training_tokens", m_state.tokens}, {"training_program", "Microtome"}},
        m_recipe.half ? SaeLensMatrices::Float16 : SaeLensMatrices::Float32);
    writeRecord();
    m_file.remove();
}

DictionaryRecord DictionaryTrainer::finish()
{
    save(evaluateDictionary(m_recipe, m_weights, evaluationRows()));
    return m_state.record;
}

void DictionaryTrainer::train()
{
    begin();
    if (m_state.record.curve.empty())
        evaluate();
    while (m_state.step < m_recipe.steps) {
        m_progress.check();
        step();
        const auto stepped = Clock::now();
        const bool end = m_state.step == m_recipe.steps;
        if (end || m_state.step % m_recipe.evaluateEvery == 0)
            evaluate();
        if (!end && m_state.step % m_recipe.saveEvery == 0)
            saveState();
        m_visitSeconds += std::chrono::duration<double>(Clock::now() - stepped).count();
        say(nullptr);
    }
}

DictionaryRecord DictionaryTrainer::run()
{
    const FlushDenormals flush;
    const at::NoGradGuard guard;
    prepareFolder();
    if (finished())
        return *DictionaryRecord::beside(m_out);
    try {
        train();
        return finish();
    } catch (const Cancelled&) {
        if (!m_state.record.curve.empty())
            saveState();
        throw Error("Training was stopped after step " + std::to_string(m_state.step) + " of "
            + std::to_string(m_recipe.steps) + "; go on with --resume.");
    }
}

} // namespace nn

DictionaryRecord trainDictionary(const DictionaryRecipe& recipe, Model& model, const fs::path& out,
    const DictionaryTrainOptions& options, const OnDictionaryProgress& report)
{
    const auto source = nn::modelSource(recipe, model);
    return nn::DictionaryTrainer(recipe, *source, out, options, report).run();
}

DictionaryRecord trainDictionary(const DictionaryRecipe& recipe, const ActivationRows& rows,
    const ActivationRows& heldout, const fs::path& out, const DictionaryTrainOptions& options,
    const OnDictionaryProgress& report)
{
    const auto source = nn::matrixSource(recipe, rows, heldout);
    return nn::DictionaryTrainer(recipe, *source, out, options, report).run();
}

} // namespace microtome
