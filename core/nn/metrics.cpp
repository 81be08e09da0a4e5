#include "core/nn/metrics.h"

#include "core/nn/network.h"
#include "core/work/error.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/linear.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/logsumexp.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <numeric>

namespace microtome::nn {

namespace {

at::Tensor index(const std::vector<TokenId>& ids, const at::Tensor& like)
{
    return at::tensor(ids, at::kInt).to(like.device());
}

/// Means of the answers' and of the wrong tokens' columns.
at::Tensor difference(const Metric& m, const at::Tensor& logits)
{
    at::Tensor value = logits.index_select(1, index(m.answers, logits)).mean();
    if (!m.wrongs.empty())
        value = value - logits.index_select(1, index(m.wrongs, logits)).mean();
    return value;
}

at::Tensor loss(const at::Tensor& logProbabilities, const std::vector<TokenId>& ids)
{
    const std::vector<TokenId> next(ids.begin() + 1, ids.end());
    return -logProbabilities
                .gather(1, index(next, logProbabilities).to(at::kLong).unsqueeze(1))
                .mean();
}

} // namespace

std::vector<std::int64_t> metricPositions(const Metric& m, std::size_t tokens)
{
    std::vector<std::int64_t> all(tokens);
    std::iota(all.begin(), all.end(), 0);
    if (m.kind == Metric::Kind::Loss) {
        all.pop_back();
        return all;
    }
    if (m.kind == Metric::Kind::Kl && !m.position.valid() && m.reference.rows() > 1)
        return all;
    return {m.position.valid() ? m.position.value() : static_cast<std::int64_t>(tokens) - 1};
}

void checkMetric(const Metric& m, const Architecture& a, const std::vector<TokenId>& ids)
{
    const std::size_t tokens = ids.size();
    const auto need = [](bool good, const char* sentence) {
        if (!good)
            throw Error(sentence);
    };
    need(!m.position.valid() || m.position.value() < static_cast<int>(tokens),
        "The metric's position lies outside the prompt.");
    for (const auto* list : {&m.answers, &m.wrongs})
        for (const TokenId id : *list)
            need(id >= 0 && id < a.outputs(), "The metric names a token that is not in the vocabulary.");
    switch (m.kind) {
    case Metric::Kind::LogitDifference:
    case Metric::Kind::LogProbability:
    case Metric::Kind::Accuracy:
        need(!m.answers.empty(), "The metric needs an answer token.");
        break;
    case Metric::Kind::Loss:
        need(tokens > 1, "The loss needs at least two tokens.");
        need(std::all_of(ids.begin() + 1, ids.end(), [&](TokenId id) { return id < a.outputs(); }),
            "The loss needs tokens that the model can predict: the prompt has one without a logit.");
        break;
    case Metric::Kind::Kl:
        need(m.reference.columns() == static_cast<std::size_t>(a.outputs())
                && m.reference.rows() == metricPositions(m, tokens).size(),
            "The KL metric needs the reference's log-probabilities, one row for each position.");
        break;
    case Metric::Kind::Direction:
        a.check(m.site);
        need(m.site.point != Point::AttnScores && m.site.point != Point::Pattern
                && m.site.point <= Point::ResidPost,
            "A direction can be measured at activations of the layers only.");
        need(m.direction.size()
                == static_cast<std::size_t>(a.widthAt(m.site.point))
                    * static_cast<std::size_t>(m.site.head.valid() ? 1 : a.headsAt(m.site.point)),
            "The metric's direction does not have the width of its site.");
        break;
    }
}

at::Tensor metricOfLogits(
    const Metric& m, const at::Tensor& given, const std::vector<TokenId>& ids)
{
    const at::Tensor logits = given.to(at::kDouble);
    switch (m.kind) {
    case Metric::Kind::LogitDifference:
        return difference(m, logits);
    case Metric::Kind::LogProbability: {
        const at::Tensor p = at::log_softmax(logits, 1);
        return at::logsumexp(p.index_select(1, index(m.answers, p)), {1}).sum();
    }
    case Metric::Kind::Kl: {
        const at::Tensor q = toTensor(m.reference).to(logits.device(), at::kDouble);
        const at::Tensor p = at::log_softmax(logits, 1);
        return (q.exp() * (q - p)).sum(1).mean();
    }
    case Metric::Kind::Loss:
        return loss(at::log_softmax(logits, 1), ids);
    case Metric::Kind::Accuracy:
        return (logits.argmax(1) == m.answers.front()).to(at::kDouble).mean();
    case Metric::Kind::Direction:
        break;
    }
    throw Error("A direction is not a metric of the logits.");
}

at::Tensor metricOf(const Metric& m, const Decoder& decoder, const at::Tensor& normal,
    const std::vector<TokenId>& ids)
{
    if (m.kind != Metric::Kind::LogitDifference)
        return metricOfLogits(m, decoder.unembed(normal), ids);
    std::vector<TokenId> read = m.answers;
    read.insert(read.end(), m.wrongs.begin(), m.wrongs.end());
    const Product& head = decoder.parameters().unembed;
    const at::Tensor rows = index(read, normal);
    const at::Tensor bias
        = head.bias().defined() ? head.bias().index_select(0, rows) : at::Tensor();
    const at::Tensor logits
        = at::linear(normal, head.weight().index_select(0, rows), bias).to(at::kDouble);
    const auto answers = static_cast<std::int64_t>(m.answers.size());
    at::Tensor value = logits.narrow(1, 0, answers).mean();
    if (!m.wrongs.empty())
        value = value - logits.narrow(1, answers, static_cast<std::int64_t>(m.wrongs.size())).mean();
    return value;
}

at::Tensor directionOf(const Metric& m, at::Tensor value)
{
    if (m.site.head.valid() && value.dim() == 3)
        value = value.select(1, m.site.head.value());
    const auto position = m.position.valid() ? m.position.value() : value.size(0) - 1;
    return (value[position].flatten().to(at::kDouble)
        * toTensor(m.direction).flatten().to(value.device(), at::kDouble))
        .sum();
}

} // namespace microtome::nn
