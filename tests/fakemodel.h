#pragma once

#include "core/model/model.h"
#include "tests/fakepass.h"

#include <filesystem>

namespace microtome {

/// An independent reference decoder: plain C++ doubles, no torch, one full forward pass for
/// everything that is asked for. It is the model that views and analysis are tested on, and a
/// second opinion on the engine. What the points are and what edits do to them is said in
/// fakepass.h and fakeedit.h.
///
/// - A base is only a token of having run the ids; continuing from one of other ids throws Error.
/// - Trace and ReadOut round to float; measure and gradient do not.
/// - Gradient: central finite differences through Add edits of one unit at one position, appended
/// to
///   the list (so the derivative is with respect to the edited value; 0 at masked cells). Small
///   sizes only.
/// - Generation: every step is a full forward of all ids so far, in which `prompt`, `last` and
/// `mean`
///   mean the positions of the request's ids and `generated` those after them. It ends after an EOS
///   (which is part of the result) or where the context is full. Sampling: temperature, the top k,
///   then the fewest best tokens whose probability reaches top p; a step draws one uniform number.
class FakeModel : public Model {
public:
    FakeModel(Architecture, FakeWeights, std::shared_ptr<const Tokenizer> = {});

    /// Random weights.
    FakeModel(Architecture, std::uint64_t seed, std::shared_ptr<const Tokenizer> = {});

    /// 3 layers x 4 heads, width 16, vocabulary 60, context 128, a word tokenizer with BOS.
    static std::unique_ptr<FakeModel> small(std::uint64_t seed = 1);

    /// 48 layers x 2 heads, width 8, context 512: deep and long, and still quick.
    static std::unique_ptr<FakeModel> deep(std::uint64_t seed = 1);

    const ModelInfo& info() const override { return m_info; }
    std::shared_ptr<const Tokenizer> tokenizer() const override { return m_tokenizer; }

    using Model::run;
    std::vector<Trace> run(const std::vector<RunRequest>&, const Progress& = {}) override;
    std::vector<ReadOut> readOut(const ReadOutRequest&, const Progress& = {}) override;
    std::vector<double> measure(const MeasureRequest&, const Progress& = {}) override;
    Gradient gradient(const GradientRequest&, const Progress& = {}) override;
    std::vector<Generation> generate(
        const std::vector<GenerateRequest>&, const Progress& = {}, const OnStep& = {}) override;
    Matrix weight(const std::string& name, Head = {}) const override;
    Matrix unembedding(const std::vector<TokenId>&) const override;
    Matrix embedding(const std::vector<TokenId>&) const override;
    Estimate estimate(std::size_t tokens, std::size_t sequences = 1) const override;

    /// As if it had been opened from there.
    void setPath(const std::filesystem::path& path);

    const FakeWeights& weights() const { return m_weights; }

    /// Forward passes of whole sequences so far.
    std::size_t passes() const { return m_passes; }

private:
    FakePass pass(const std::vector<TokenId>&, std::size_t promptLength, const Edits&,
        const std::set<Site>& keep);
    void checkBase(const Base*, const std::vector<TokenId>&) const;
    double measured(const Metric&, const FakePass&, const std::vector<TokenId>&) const;
    ReadOut summary(const std::vector<double>& logits, int topK,
        const std::vector<TokenId>& tracked, const std::vector<double>* reference) const;
    Generation generated(const GenerateRequest&, std::size_t index, const OnStep&);

    ModelInfo m_info;
    FakeWeights m_weights;
    std::shared_ptr<const Tokenizer> m_tokenizer;
    std::size_t m_passes = 0;
};

} // namespace microtome
