#pragma once

#include "core/model/model.h"
#include "core/nn/decoder.h"
#include "core/nn/weights.h"

#include <memory>

namespace microtome::nn {

/// What is kept of a run: the residual stream at the input of every block and behind the last one,
/// keys and values.
struct KeptRun : Base {
    std::shared_ptr<const void> owner; ///< the identity of the network that made it
    std::vector<TokenId> ids;
    Edits edits;
    std::vector<at::Tensor> residual; ///< layers + 1 of [tokens, dModel]
    KvCache cache;

    std::size_t bytes() const override;
};

/// One sequence of a run: what of it is computed, and what is taken from a kept run.
struct Job {
    Sequence sequence;
    std::unique_ptr<Plan> plan;
    std::shared_ptr<const KeptRun> base; ///< null: everything is computed
    int start = 0;             ///< first block that is computed
    bool fromTokens = true;    ///< false: begins with the residual stream of the base
    bool pendingPost = false;  ///< begins with the edits of resid_post of block start - 1
    bool throughout = true;
    Captured frozen;
};

/// A decoder as a Model. Only the compute thread may use it.
class Network : public Model {
public:
    Network(ModelInfo, LoadedDecoder, Weights, std::shared_ptr<const Tokenizer>);

    using Model::run;
    const ModelInfo& info() const override { return m_info; }
    std::shared_ptr<const Tokenizer> tokenizer() const override { return m_tokenizer; }
    std::vector<Trace> run(const std::vector<RunRequest>&, const Progress&) override;
    std::vector<ReadOut> readOut(const ReadOutRequest&, const Progress&) override;
    std::vector<double> measure(const MeasureRequest&, const Progress&) override;
    Gradient gradient(const GradientRequest&, const Progress&) override;
    std::vector<Generation> generate(
        const std::vector<GenerateRequest>&, const Progress&, const OnStep&) override;
    Matrix weight(const std::string& name, Head) const override;
    Matrix unembedding(const std::vector<TokenId>&) const override;
    Matrix embedding(const std::vector<TokenId>&) const override;
    Estimate estimate(std::size_t tokens, std::size_t sequences) const override;

private:
    /// Decides what of a request is computed. `keep`: keys, values and residuals are wanted.
    Job job(const std::vector<TokenId>&, const Edits&, std::vector<Site> wants,
        const std::shared_ptr<const Base>&, bool keep);
    void freeze(Job&); ///< finds what its frozen sites have without edits

    /// Runs jobs that begin at the same block together; returns each one's residual stream behind
    /// the last block for its computed rows (undefined where a job ends earlier).
    std::vector<at::Tensor> compute(std::vector<Job>&, const Progress&);
    std::vector<at::Tensor> computeTogether(std::vector<Job*>, const Progress&);

    /// The residual stream behind the last block at every position.
    at::Tensor completed(const Job&, const at::Tensor& computed) const;
    void differentiate(
        const GradientRequest&, const std::vector<Site>& at, Gradient&, const Progress&);
    Trace traceOf(Job&, const RunRequest&, const at::Tensor& final);
    std::shared_ptr<const KeptRun> keptOf(Job&, const at::Tensor& final) const;

    /// The rows of the logits of one sequence whose `from` is 0, through the final points; captures
    /// of these land in the sequence.
    at::Tensor logitsOf(Sequence&, const at::Tensor& final, const at::Tensor& rows) const;

    void learn(double operations, double seconds);
    double operations(std::size_t tokens) const;

    ModelInfo m_info;
    Decoder m_decoder;
    Weights m_weights;
    std::shared_ptr<const Tokenizer> m_tokenizer;
    std::shared_ptr<const void> m_identity = std::make_shared<int>(); ///< no address is used twice
    double m_rate = 5e10; ///< operations per second seen lately
};

/// A tensor as a matrix of `columns` columns (0: its last axis), sharing its memory where it can.
Matrix toMatrix(const at::Tensor&, std::int64_t columns = 0);

/// [rows, columns], sharing the matrix's memory; the caller keeps the matrix.
at::Tensor toTensor(const Matrix&);

} // namespace microtome::nn
