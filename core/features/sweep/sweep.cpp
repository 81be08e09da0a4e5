#include "core/features/sweep/sweep.h"

#include "core/features/index/featureindex.h"
#include "core/features/index/indexwriter.h"
#include "core/work/error.h"
#include "core/work/sha256.h"

#include <algorithm>
#include <chrono>
#include <memory>

namespace microtome {

namespace {

using Clock = std::chrono::steady_clock;

constexpr double betweenCommits = 20; // seconds of work that a kill may cost
constexpr std::size_t tried = 3; // batches that an estimate runs
constexpr double bytesOfFiring = 4.5; // in a finished index, measured by bench_index

double secondsSince(Clock::time_point began)
{
    return std::chrono::duration<double>(Clock::now() - began).count();
}

SequenceSettings fitted(SequenceSettings settings, const Model& model, const Corpus& corpus)
{
    const Architecture& a = model.architecture();
    if (corpus.vocabulary() > static_cast<std::uint32_t>(a.vocabulary))
        throw Error("The corpus was made with a tokenizer of " + std::to_string(corpus.vocabulary())
            + " tokens, and the model knows " + std::to_string(a.vocabulary)
            + ": make it with the model's own.");
    settings.context = std::min(settings.context, static_cast<std::uint32_t>(a.context));
    if (settings.context < 2)
        throw Error("A sequence of a sweep needs a context of at least 2 tokens.");
    if (settings.bos < 0)
        settings.bos = a.bos;
    return settings;
}

/// Runs batch after batch.
class Runner {
public:
    Runner(Model& model, const Corpus& corpus, std::span<const SweepTarget> targets,
        const SweepSettings& settings)
        : m_model(model)
        , m_corpus(corpus)
        , m_targets(targets)
        , m_sequences(fitted(settings.sequences, model, corpus))
    {
        for (const SweepTarget& target : targets)
            for (const Site& site : target.source->wants())
                if (std::ranges::find(m_wants, site) == m_wants.end())
                    m_wants.push_back(site);
    }

    /// Runs the batch that begins at a token; false at the end.
    bool run(std::uint64_t token, const Progress& progress)
    {
        m_batch = batchFrom(m_corpus, token, m_sequences);
        if (m_batch.empty())
            return false;
        std::vector<RunRequest> requests;
        for (const Sequence& sequence : m_batch)
            requests.push_back({sequence.ids, m_wants, {}, {}, false, {}});
        m_traces = m_model.run(requests, progress);
        return true;
    }

    std::uint64_t end() const { return m_batch.back().tokens.end; }

    /// What fires of a source in the batch.
    std::vector<Firing> firings(std::size_t target, const Progress& progress) const
    {
        const FiredLatents fired = m_targets[target].source->read(m_traces, progress);
        std::vector<Firing> all;
        all.reserve(fired.latent.size());
        std::size_t row = 0;
        for (const Sequence& sequence : m_batch) {
            const std::size_t before = sequence.ids.size() - sequence.tokens.size();
            for (std::size_t i = 0; i < sequence.ids.size(); ++i, ++row) {
                if (i < before || (m_sequences.excludeBos && sequence.ids[i] == m_sequences.bos))
                    continue;
                const auto token = static_cast<std::uint32_t>(sequence.tokens.begin + i - before);
                for (std::size_t k = fired.starts[row]; k < fired.starts[row + 1]; ++k)
                    all.push_back({token, fired.latent[k], fired.value[k]});
            }
        }
        return all;
    }

private:
    Model& m_model;
    const Corpus& m_corpus;
    std::span<const SweepTarget> m_targets;
    SequenceSettings m_sequences;
    std::vector<Site> m_wants;
    std::vector<Sequence> m_batch;
    std::vector<Trace> m_traces;
};

/// Whether the index of a target is there and whole.
bool isDone(const SweepTarget& target, const IndexSource& source)
{
    if (std::error_code error; !std::filesystem::exists(target.index, error))
        return false;
    try {
        return FeatureIndex(target.index).source() == source;
    } catch (const Error&) {
        return false;
    }
}

} // namespace

IndexSource indexSourceOf(
    const SweepSource& source, const Corpus& corpus, const SweepSettings& settings)
{
    const SequenceSettings& s = settings.sequences;
    return {corpus.hash(),
        sha256(source.hash() + " context " + std::to_string(s.context) + " batch "
            + std::to_string(s.batchTokens) + (s.excludeBos ? " without BOS" : "")),
        corpus.tokens(), source.latents()};
}

void sweep(Model& model, const Corpus& corpus, std::span<const SweepTarget> targets,
    const SweepSettings& settings, const Progress& progress, const OnSweep& report)
{
    std::vector<SweepTarget> left;
    std::vector<std::unique_ptr<IndexWriter>> writers;
    const auto missing = [&](const SweepTarget& target) {
        return !isDone(target, indexSourceOf(*target.source, corpus, settings));
    };
    std::ranges::copy_if(targets, std::back_inserter(left), missing);
    if (left.empty())
        return;
    for (const SweepTarget& target : left)
        writers.push_back(std::make_unique<IndexWriter>(target.index,
            indexSourceOf(*target.source, corpus, settings), settings.memory / left.size()));
    const auto commit = [&] {
        for (const auto& writer : writers)
            writer->commit();
    };

    Runner runner(model, corpus, left, settings);
    const std::uint64_t first
        = (*std::ranges::min_element(writers, {}, &IndexWriter::position))->position();
    SweepProgress at{first, corpus.tokens(), 0, 0, 0};
    const auto began = Clock::now();
    auto committed = began;
    try {
        while (runner.run(at.tokens, progress)) {
            for (std::size_t i = 0; i < left.size(); ++i)
                if (writers[i]->position() == at.tokens) { // else it was ahead of the others
                    const auto firings = runner.firings(i, progress);
                    at.firings += firings.size();
                    writers[i]->add(firings, runner.end());
                }
            at.tokens = runner.end();
            at.tokensPerSecond = static_cast<double>(at.tokens - first) / secondsSince(began);
            at.secondsLeft = static_cast<double>(at.of - at.tokens) / at.tokensPerSecond;
            if (report)
                report(at);
            if (secondsSince(committed) > betweenCommits) {
                commit();
                committed = Clock::now();
            }
            progress.step(0.95 * static_cast<double>(at.tokens) / static_cast<double>(at.of),
                "Reading the corpus");
        }
    } catch (const Cancelled&) {
        commit();
        throw;
    }
    commit();
    for (std::size_t i = 0; i < writers.size(); ++i) {
        const auto share = 0.05 / static_cast<double>(writers.size());
        const double from = 0.95 + share * static_cast<double>(i);
        writers[i]->finish(progress.part(from, from + share));
    }
}

SweepEstimate estimateSweep(Model& model, const Corpus& corpus,
    std::span<const SweepTarget> targets, const SweepSettings& settings, const Progress& progress)
{
    Runner runner(model, corpus, targets, settings);
    std::uint64_t tokens = 0;
    std::size_t firings = 0;
    double seconds = 0;
    std::uint64_t timed = 0;
    for (std::size_t batch = 0; batch < tried && tokens < corpus.tokens(); ++batch) {
        const auto began = Clock::now();
        runner.run(tokens, progress);
        for (std::size_t i = 0; i < targets.size(); ++i)
            firings += runner.firings(i, progress).size();
        if (batch > 0 || runner.end() == corpus.tokens()) { // the first one warms up
            seconds += secondsSince(began);
            timed += runner.end() - tokens;
        }
        tokens = runner.end();
    }
    SweepEstimate estimate;
    const auto all = static_cast<double>(corpus.tokens());
    estimate.seconds = timed > 0 ? seconds * all / static_cast<double>(timed) : 0;
    estimate.bytes = tokens > 0 ? static_cast<std::uint64_t>(bytesOfFiring
                         * static_cast<double>(firings) * all / static_cast<double>(tokens))
                                : 0;
    return estimate;
}

} // namespace microtome
