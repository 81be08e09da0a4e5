#include "core/nn/train/trainer.h"

#include "core/analysis/heads.h"
#include "core/nn/machine.h"
#include "core/nn/open.h"
#include "core/nn/train/folder.h"
#include "core/work/error.h"
#include "core/work/replacefile.h"
#include "core/work/sha256.h"

#include <ATen/Context.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cmath>

namespace microtome {

namespace fs = std::filesystem;

namespace nn {

namespace {

constexpr double never = 1e300; ///< a held-out loss that any other improves on
constexpr std::chrono::milliseconds sayEvery(500);

at::Device deviceNamed(const std::string& name)
{
    if (name == "cpu")
        return at::kCPU;
    if (name != "cuda")
        throw Error("The device " + name + " is not known; give cpu or cuda.");
    if (!cudaAvailable())
        throw Error("This build's libtorch has no GPU to use; train with --device cpu.");
    return at::kCUDA;
}

/// Numbers too small to be normal count as zero while it lives: they are slow.
class FlushDenormals {
public:
    FlushDenormals() { at::globalContext().setFlushDenormal(true); }
    ~FlushDenormals() { at::globalContext().setFlushDenormal(false); }
    FlushDenormals(const FlushDenormals&) = delete;
    FlushDenormals& operator=(const FlushDenormals&) = delete;
};

Corpus corpusOf(const Recipe& recipe, const fs::path& file, const TrainStart& start, bool heldout)
{
    const auto limit = heldout ? static_cast<std::size_t>(recipe.evaluateDocuments) : 0;
    return readCorpus(
        file, recipe.documents, start.tokenizer.get(), start.architecture.vocabulary, limit);
}

} // namespace

Trainer::Trainer(
    Recipe recipe, fs::path out, const TrainOptions& options, const OnTrainProgress& report)
    : m_recipe(std::move(recipe))
    , m_out(std::move(out))
    , m_options(options)
    , m_report(report)
    , m_device(deviceNamed(options.device))
    , m_threads(options.threads > 0 ? options.threads : m_recipe.threads)
    , m_start(startOf(m_recipe, m_device))
    , m_corpus(corpusOf(m_recipe, m_recipe.train, m_start, false))
    , m_batches(m_corpus, rows())
    , m_forward(m_start.architecture, m_device, TrainForward::wayOn(m_device))
    , m_optimizer(m_recipe.optimizer, m_start.leaves.weights(), m_start.leaves.decayed())
    , m_file(m_out, identity())
{
    const Machine machine = prepareMachine(m_threads);
    m_threads = machine.threads;
    m_engine = machine.engine + ", " + machine.blas + ", f32, " + options.device + ", "
        + std::to_string(m_threads) + (m_threads == 1 ? " thread" : " threads");
    if (!m_recipe.heldout.empty()) {
        m_heldoutCorpus = corpusOf(m_recipe, m_recipe.heldout, m_start, true);
        m_heldout = Batches(*m_heldoutCorpus, rows()).once(0);
    }
    for (const auto& [name, path] : m_recipe.tasks)
        m_tasks.emplace_back(name, path, m_start, m_recipe.tasksLimit);
}

RowSettings Trainer::rows() const
{
    return {m_recipe.sequence, m_recipe.batchTokens, m_recipe.packing == Recipe::Packing::Packed,
        m_recipe.predicted == Recipe::Predicted::Last, m_recipe.order == Recipe::Order::File,
        m_start.eos, m_recipe.seed};
}

std::string Trainer::identity() const
{
    return sha256(m_recipe.meaning) + " " + m_corpus.hash() + " " + m_options.device;
}

void Trainer::prepareFolder()
{
    std::error_code error;
    fs::create_directories(m_out, error);
    if (error || !fs::is_directory(m_out, error))
        throw Error("The model cannot be written to " + m_out.string()
            + ": a folder of that name cannot be made.");
    if (!m_options.resume && !fs::is_empty(m_out, error))
        throw Error(m_out.string() + " is not empty; go on with --resume, or name another folder.");
}

void Trainer::begin()
{
    if (m_file.exists()) {
        m_state = m_file.read(m_start.leaves, m_optimizer);
        m_batches.seek(m_state.cursor);
        return;
    }
    m_state.best = never;
    m_state.record.recipe = m_recipe.text;
    m_state.record.engine = m_engine;
    saveState();
    writeSurroundings(m_out, m_start);
}

Parameters Trainer::parameters() const
{
    return m_start.leaves.decoder(m_start.config).parameters;
}

at::Tensor Trainer::lossOf(const Parameters& p, const Batch& batch) const
{
    const at::Tensor ids
        = at::tensor(batch.ids, at::kLong).to(m_device).view({batch.rows, batch.width});
    at::Tensor residual = m_forward.residual(p, ids);
    if (batch.predicted == batch.rows * batch.width)
        return m_forward.loss(p, residual, at::tensor(batch.targets, at::kLong).to(m_device));
    std::vector<std::int64_t> places;
    std::vector<std::int64_t> targets;
    for (std::size_t i = 0; i < batch.targets.size(); ++i)
        if (batch.targets[i] >= 0) {
            places.push_back(static_cast<std::int64_t>(i));
            targets.push_back(batch.targets[i]);
        }
    residual = residual.index_select(0, at::tensor(places, at::kLong).to(m_device));
    return m_forward.loss(p, residual, at::tensor(targets, at::kLong).to(m_device));
}

void Trainer::step()
{
    const auto began = Clock::now();
    const Batch batch = m_batches.next();
    Leaves& leaves = m_start.leaves;
    double loss = 0;
    {
        const at::Tensor value = lossOf(parameters(), batch);
        loss = value.item<double>();
        if (std::isfinite(loss))
            value.backward();
    }
    const double norm = std::isfinite(loss) ? lengthOf(leaves.gradients()) : NAN;
    if (!std::isfinite(norm))
        throw Error("The loss is no longer a number after " + std::to_string(m_state.step)
            + " steps: training diverged. Take a lower learning rate, a longer warm-up or stronger "
              "clipping.");
    const double clip = m_recipe.optimizer.clip;
    const double factor = clip > 0 && norm > clip ? clip / norm : 1;
    m_optimizer.step(leaves.weights(), leaves.gradients(), factor, m_recipe.rateAfter(m_state.step),
        m_state.step + 1);
    at::Tensor gradients = leaves.gradients();
    gradients.zero_();
    m_loss = loss;
    m_state.gradientNorm = norm;
    m_state.lossSum += loss * static_cast<double>(batch.predicted);
    m_state.lossTokens += batch.predicted;
    m_state.tokens += batch.predicted;
    m_state.cursor = m_batches.cursor();
    ++m_state.step;
    ++m_stepsHere;
    // Lately: older steps count less and less.
    m_stepSeconds
        = 0.98 * m_stepSeconds + std::chrono::duration<double>(Clock::now() - began).count();
    m_stepTokens = 0.98 * m_stepTokens + static_cast<double>(batch.predicted);
}

std::optional<double> Trainer::heldoutLoss() const
{
    if (m_heldout.empty())
        return {};
    const at::NoGradGuard guard;
    const Parameters p = parameters();
    double sum = 0;
    std::int64_t tokens = 0;
    for (const Batch& batch : m_heldout) {
        sum += lossOf(p, batch).item<double>() * static_cast<double>(batch.predicted);
        tokens += batch.predicted;
    }
    return sum / static_cast<double>(tokens);
}

void Trainer::evaluate()
{
    const at::NoGradGuard guard;
    TrainState& s = m_state;
    if (s.step == 0) {
        m_loss = lossOf(parameters(), m_batches.next()).item<double>();
        m_batches.seek(s.cursor);
    }
    const double train = s.lossTokens > 0 ? s.lossSum / static_cast<double>(s.lossTokens) : m_loss;
    const auto heldout = heldoutLoss();
    s.record.steps = s.step;
    s.record.losses.push_back(
        {s.step, s.tokens, train, heldout, m_recipe.rateAfter(s.step), s.gradientNorm});
    const Parameters p = parameters();
    for (const Task& task : m_tasks)
        s.record.tasks[task.name()].push_back(task.measure(m_forward, p, m_device, s.step));
    s.lossSum = 0;
    s.lossTokens = 0;
    if (heldout) {
        s.waited = *heldout < s.best - m_recipe.least ? 0 : s.waited + 1;
        if (s.waited == 0)
            s.best = *heldout;
    }
    say(true, heldout);
}

bool Trainer::stopsEarly() const
{
    return m_recipe.patience > 0 && m_state.waited >= m_recipe.patience;
}

void Trainer::scoreHeads(const fs::path& folder)
{
    if (!m_recipe.heads)
        return;
    const at::NoGradGuard guard;
    TrainingRecord::Heads heads;
    heads.step = m_state.step;
    try {
        const auto model = openModel(folder, {m_options.device, "f32", m_threads});
        const HeadScores scores = headAtlas(*model);
        for (const HeadScore kind :
            {HeadScore::Previous, HeadScore::Duplicate, HeadScore::Induction}) {
            const Matrix& values = scores.of(kind);
            auto& layers = heads.scores[headScoreName(kind)];
            for (std::size_t l = 0; l < values.rows(); ++l)
                layers.emplace_back(values.row(l).begin(), values.row(l).end());
        }
    } catch (const Error&) {
        return; // a context or vocabulary too small for the atlas
    }
    m_state.record.heads.push_back(std::move(heads));
}

void Trainer::checkpoint()
{
    const fs::path folder = writeCheckpoint(m_out, m_start, m_state.step, m_recipe.halfCheckpoints);
    m_state.record.checkpoints.push_back({m_state.step, checkpointName(m_state.step)});
    scoreHeads(folder);
}

void Trainer::writeRecord() const
{
    replaceFile(m_out / "training.json", m_state.record.toJson());
}

void Trainer::saveState()
{
    m_file.write(m_state, m_start.leaves, m_optimizer);
}

void Trainer::visit()
{
    const std::int64_t s = m_state.step;
    const bool end = s == m_recipe.steps;
    const auto& steps = m_recipe.checkpoints;
    const bool marked = !end && std::binary_search(steps.begin(), steps.end(), s);
    const bool evaluated = end || marked || s % m_recipe.evaluateEvery == 0;
    if (evaluated)
        evaluate();
    if (marked)
        checkpoint();
    if (evaluated || marked)
        writeRecord();
}

void Trainer::say(bool evaluated, std::optional<double> heldout)
{
    if (!m_report || (!evaluated && Clock::now() - m_said < sayEvery))
        return;
    m_said = Clock::now();
    TrainProgress p;
    p.step = m_state.step;
    p.steps = m_recipe.steps;
    p.loss = m_loss;
    p.evaluated = evaluated;
    p.heldout = heldout;
    p.tokensPerSecond = m_stepSeconds > 0 ? m_stepTokens / m_stepSeconds : 0;
    if (m_stepsHere > 0 && p.tokensPerSecond > 0) {
        const double left = static_cast<double>(p.steps - p.step);
        const double tokens = static_cast<double>(m_state.tokens)
            / static_cast<double>(std::max<std::int64_t>(1, p.step));
        p.secondsLeft = left
            * (tokens / p.tokensPerSecond + m_visitSeconds / static_cast<double>(m_stepsHere));
    }
    m_report(p);
}

TrainingRecord Trainer::finish()
{
    const std::int64_t s = m_state.step;
    writeWeights(m_out, m_start.leaves, false);
    auto& checkpoints = m_state.record.checkpoints;
    if (checkpoints.empty() || checkpoints.back().step != s) {
        checkpoints.push_back({s, checkpointName(s)});
        scoreHeads(m_out);
    }
    writeRecord();
    m_file.remove();
    return m_state.record;
}

TrainingRecord Trainer::run()
{
    const FlushDenormals flush;
    const at::AutoGradMode gradients(true);
    prepareFolder();
    std::error_code error;
    if (!m_file.exists() && fs::exists(m_out / "model.safetensors", error))
        if (const auto record = TrainingRecord::beside(m_out)) {
            if (record->recipe == m_recipe.text)
                return *record;
            throw Error(m_out.string()
                + " holds a model that was trained by another recipe; name another folder.");
        }
    begin();
    if (m_state.step == 0)
        visit();
    while (m_state.step < m_recipe.steps && !stopsEarly()) {
        step();
        const auto stepped = Clock::now();
        visit();
        const bool stopped = m_options.stop && m_options.stop->load(std::memory_order_relaxed);
        if (m_state.step < m_recipe.steps && (stopped || m_state.step % m_recipe.saveEvery == 0))
            saveState();
        m_visitSeconds += std::chrono::duration<double>(Clock::now() - stepped).count();
        if (stopped && m_state.step < m_recipe.steps)
            throw Error("Training was stopped after step " + std::to_string(m_state.step) + " of "
                + std::to_string(m_recipe.steps) + "; go on with --resume.");
        say(false);
    }
    return finish();
}

} // namespace nn

TrainingRecord train(const fs::path& recipe, const fs::path& out, const TrainOptions& options,
    const OnTrainProgress& report)
{
    nn::Trainer trainer(readRecipe(recipe), out, options, report);
    return trainer.run();
}

} // namespace microtome
