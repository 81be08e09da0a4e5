#pragma once

#include "core/model/architecture.h"
#include "core/model/edit.h"
#include "core/model/metric.h"
#include "core/model/tokens.h"
#include "core/model/trace.h"
#include "core/work/progress.h"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace microtome {

/// What a model is and runs on; provenance of every number it produces.
struct ModelInfo {
    std::string name; ///< last part of the path
    std::string path;
    std::string hash; ///< SHA-256 over the weight files' headers and bytes
    std::string tokenizerHash;
    Architecture architecture;
    std::int64_t parameters = 0;
    std::string fileDtype; ///< as stored: F32, F16, BF16
    std::string dtype;     ///< as computed: f32, bf16
    std::string device;    ///< cpu, cuda
    int threads = 1;
    std::string blas;    ///< "OpenBLAS 0.3.21, OpenMP" ...
    std::string engine;  ///< "libtorch 1.13.1, oneDNN 2.6.3"
    std::vector<std::string> unused;  ///< tensors in the files that the family does not know
    std::vector<std::string> missing; ///< optional tensors that are absent
    std::vector<std::string> notes;   ///< sentences for the person (NaN weights, threads held at 1, ...)
    std::uint64_t weightBytes = 0;
};

/// One sequence to run.
struct RunRequest {
    std::vector<TokenId> ids;
    std::vector<Site> want;
    Edits edits;

    /// Continue from this run of the same ids: only what differs from it is computed. Results are
    /// those of the full run.
    std::shared_ptr<const Base> base;
    bool keepBase = false;

    /// Rows of the Logits site; empty: every position.
    std::vector<Position> logitPositions;
};

/// Read-out of residual-stream rows through the final norm and the unembedding.
struct ReadOutRequest {
    Matrix rows;           ///< [n, dModel]
    bool normalise = true; ///< apply the final norm, its statistics recomputed from each row
    int topK = 5;
    std::vector<TokenId> tracked;               ///< logits and ranks of these in every row
    std::vector<std::vector<TokenId>> trackedPerRow; ///< or of these, one list per row
    Matrix reference; ///< [m, dModel], read out the same way: KL(reference ‖ row)
    std::vector<int> referenceRow; ///< for each row the row of `reference`; -1: none
};

/// What one row reads out as. Logits as the model gives them; f64 sums.
struct ReadOut {
    struct Entry {
        TokenId id = -1;
        float logit = 0;
    };
    std::vector<Entry> top; ///< highest first; ties: lower id first
    double logSumExp = 0;
    double entropy = 0; ///< nats
    double kl = 0;      ///< nats; 0 without a reference
    std::vector<float> logits;       ///< of the tracked tokens
    std::vector<std::int32_t> ranks; ///< of the tracked tokens: number of tokens with a strictly higher logit

    double probability(float logit) const;
};

/// A metric under many variants of edits.
struct MeasureRequest {
    std::vector<TokenId> ids;
    std::vector<Edits> variants;
    Metric metric;
    std::shared_ptr<const Base> base; ///< of the same ids; made when absent
};

struct GradientRequest {
    std::vector<TokenId> ids;
    Edits edits;
    Metric metric;
    std::vector<Site> at;
};

struct Gradient {
    double value = 0;    ///< the metric
    Trace activations;   ///< of the sites asked for
    Trace gradients;     ///< d metric / d site, same shapes
};

struct GenerateRequest {
    std::vector<TokenId> ids;
    int count = 20;
    double temperature = 0; ///< 0: greedy
    int topK = 0;           ///< 0: off
    double topP = 1;        ///< 1: off
    std::uint64_t seed = 0;
    int alternatives = 0; ///< that many top tokens are reported for each step
    bool stopAtEos = true;
    bool cache = true; ///< off: every step is a full forward (for checks)
    Edits edits;
};

struct Generation {
    struct Step {
        TokenId id = -1;
        double logProbability = 0; ///< under the model's own distribution (temperature 1)
        std::vector<ReadOut::Entry> alternatives;
        double logSumExp = 0;
    };
    std::vector<Step> steps;
};

/// The network as anybody but the engine may see it. Not thread-safe: one compute thread owns it.
/// Every function throws Error with a sentence for bad input (ids out of the vocabulary, too long a
/// sequence, a site the model does not have, edits of the wrong shape), and Cancelled.
class Model {
public:
    virtual ~Model() = default;

    virtual const ModelInfo& info() const = 0;
    const Architecture& architecture() const { return info().architecture; }

    /// Null for a model without a tokenizer (it is used by ids).
    virtual std::shared_ptr<const Tokenizer> tokenizer() const = 0;

    /// The text as the model sees it; `bos` decides whether a BOS the model knows is put first
    /// (default: as the tokenizer does).
    Prompt prompt(const std::string& text, std::optional<bool> bos = {}) const;
    Prompt prompt(std::vector<TokenId> ids) const;

    /// Runs a batch; sequences may differ in length and edits. A batch of n gives what n runs give.
    virtual std::vector<Trace> run(const std::vector<RunRequest>&, const Progress& = {}) = 0;
    Trace run(const RunRequest&, const Progress& = {});

    virtual std::vector<ReadOut> readOut(const ReadOutRequest&, const Progress& = {}) = 0;

    /// The metric for each variant; batched, each started at its first edited layer and position.
    virtual std::vector<double> measure(const MeasureRequest&, const Progress& = {}) = 0;

    virtual Gradient gradient(const GradientRequest&, const Progress& = {}) = 0;

    /// Called after each step with the index of the request and the step.
    using OnStep = std::function<void(std::size_t request, const Generation::Step&)>;
    virtual std::vector<Generation> generate(
        const std::vector<GenerateRequest>&, const Progress& = {}, const OnStep& = {}) = 0;

    /// A weight under its TransformerLens name (`blocks.3.attn.W_O`, `blocks.3.attn.b_O`,
    /// `ln_final.w`, `unembed.b_U`, `blocks.3.mlp.W_out`, ...) as [in, out], or one row for vectors;
    /// W_Q, W_K, W_V, W_O and their biases of one head. A bias that the model does not have is zeros,
    /// a norm's gain ones. Throws Error when there is no such weight in this architecture.
    virtual Matrix weight(const std::string& name, Head head = {}) const = 0;

    /// Rows W_U[:, id] of the unembedding, [ids, dModel].
    virtual Matrix unembedding(const std::vector<TokenId>& ids) const = 0;

    /// Rows W_E[id] of the embedding, [ids, dModel].
    virtual Matrix embedding(const std::vector<TokenId>& ids) const = 0;

    /// Seconds and bytes that a run of `tokens` positions will take, from a model of its cost
    /// calibrated on earlier runs; for "ask first" thresholds.
    struct Estimate {
        double seconds = 0;
        std::uint64_t bytes = 0;
    };
    virtual Estimate estimate(std::size_t tokens, std::size_t sequences = 1) const = 0;

protected:
    /// Throws Error when ids cannot be run: empty, out of the vocabulary, longer than the context.
    void check(const std::vector<TokenId>& ids) const;
};

} // namespace microtome
