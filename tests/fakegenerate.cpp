#include "tests/fakeformulas.h"
#include "tests/fakemodel.h"

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

/// Draws from the logits; `order` lists the ids, best first.
TokenId drawn(const GenerateRequest& request, const std::vector<double>& logits,
    const std::vector<ReadOut::Entry>& order, FakeRandom& random)
{
    if (request.temperature <= 0)
        return order.front().id;
    std::vector<double> heated;
    for (const auto& entry : order)
        heated.push_back(logits[static_cast<std::size_t>(entry.id)] / request.temperature);
    if (request.topK > 0 && static_cast<std::size_t>(request.topK) < heated.size())
        heated.resize(static_cast<std::size_t>(request.topK));
    std::vector<double> weights = logProbabilities(heated);
    double whole = 0;
    std::size_t kept = 0;
    while (kept < weights.size() && (kept == 0 || whole < request.topP)) {
        weights[kept] = std::exp(weights[kept]);
        whole += weights[kept++];
    }
    double left = random.uniform() * whole;
    for (std::size_t i = 0; i < kept; ++i)
        if ((left -= weights[i]) < 0)
            return order[i].id;
    return order[kept - 1].id;
}

} // namespace

Generation FakeModel::generated(
    const GenerateRequest& request, std::size_t index, const OnStep& onStep)
{
    const Architecture& a = architecture();
    Generation out;
    FakeRandom random(request.seed);
    std::vector<TokenId> ids = request.ids;
    for (int n = 0; n < request.count && ids.size() <= static_cast<std::size_t>(a.context); ++n) {
        const FakeValue logits = pass(ids, request.ids.size(), request.edits, {}).logits();
        const auto first = logits.cells.end() - static_cast<std::ptrdiff_t>(logits.columns);
        const std::vector<double> row(first, logits.cells.end());
        const ReadOut all = summary(row, a.outputs(), {}, nullptr);
        Generation::Step step;
        step.id = drawn(request, row, all.top, random);
        step.logProbability = logProbabilities(row)[static_cast<std::size_t>(step.id)];
        step.logSumExp = all.logSumExp;
        step.alternatives.assign(all.top.begin(),
            all.top.begin() + std::min<std::ptrdiff_t>(request.alternatives, a.outputs()));
        out.steps.push_back(step);
        if (onStep)
            onStep(index, step);
        ids.push_back(step.id);
        if (request.stopAtEos && std::find(a.eos.begin(), a.eos.end(), step.id) != a.eos.end())
            break;
    }
    return out;
}

std::vector<Generation> FakeModel::generate(
    const std::vector<GenerateRequest>& requests, const Progress& progress, const OnStep& onStep)
{
    std::vector<Generation> out;
    for (std::size_t i = 0; i < requests.size(); ++i) {
        out.push_back(generated(requests[i], i, [&](std::size_t index, const Generation::Step& s) {
            progress.check();
            if (onStep)
                onStep(index, s);
        }));
        progress.step(static_cast<double>(i + 1) / static_cast<double>(requests.size()));
    }
    return out;
}

Matrix FakeModel::weight(const std::string& name, Head head) const
{
    const auto found = m_weights.find(name);
    const bool perHead = name.find(".attn.") != std::string::npos && !name.ends_with("b_O");
    if (found == m_weights.end()) {
        const bool absentBias = architecture().norm == Norm::RmsNorm && name.ends_with(".b")
            && m_weights.contains(name.substr(0, name.size() - 1) + "w");
        if (!absentBias)
            throw Error("There is no weight " + name + " in this model.");
        return Matrix::filled(1, static_cast<std::size_t>(architecture().dModel), 0);
    }
    const Matrix& all = found->second.values;
    if (!perHead)
        return all;
    const auto heads = static_cast<std::size_t>(found->second.shape.front());
    if (!head.valid() || static_cast<std::size_t>(head.value()) >= heads)
        throw Error("Choose a head of " + name + ": 0 to " + std::to_string(heads - 1) + ".");
    const std::size_t size = all.size() / heads;
    const auto from = all.values().subspan(static_cast<std::size_t>(head.value()) * size, size);
    return {all.rows() / heads, all.columns(), {from.begin(), from.end()}};
}

Matrix FakeModel::unembedding(const std::vector<TokenId>& ids) const
{
    const Matrix& w = m_weights.at("unembed.W_U").values;
    std::vector<float> rows;
    for (const TokenId id : ids) {
        if (id < 0 || id >= architecture().outputs())
            throw Error("There is no token " + std::to_string(id) + " to predict.");
        for (std::size_t i = 0; i < w.rows(); ++i)
            rows.push_back(w(i, static_cast<std::size_t>(id)));
    }
    return {ids.size(), w.rows(), std::move(rows)};
}

Matrix FakeModel::embedding(const std::vector<TokenId>& ids) const
{
    const Matrix& w = m_weights.at("embed.W_E").values;
    std::vector<float> rows;
    for (const TokenId id : ids) {
        if (id < 0 || id >= architecture().vocabulary)
            throw Error("There is no token " + std::to_string(id) + ".");
        const auto row = w.row(static_cast<std::size_t>(id));
        rows.insert(rows.end(), row.begin(), row.end());
    }
    return {ids.size(), w.columns(), std::move(rows)};
}

Model::Estimate FakeModel::estimate(std::size_t tokens, std::size_t sequences) const
{
    const auto work = static_cast<double>(m_info.parameters) * static_cast<double>(tokens)
        * static_cast<double>(sequences);
    return {work * 2e-9,
        tokens * sequences * static_cast<std::size_t>(architecture().dModel) * sizeof(double)};
}

} // namespace microtome
