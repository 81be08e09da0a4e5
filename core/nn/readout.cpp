#include "core/nn/network.h"

#include "core/work/error.h"

#include <ATen/TensorOperators.h>
#include <ATen/Parallel.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/topk.h>

#include <algorithm>
#include <map>
#include <numeric>

namespace microtome::nn {

namespace {

constexpr std::size_t rowsAtOnce = 64; ///< whose logits are held together

/// The k largest entries, highest first; equal ones: lower id first.
std::vector<ReadOut::Entry> best(std::span<const float> logits, std::size_t k)
{
    const auto before = [](const ReadOut::Entry& a, const ReadOut::Entry& b) {
        return a.logit > b.logit || (a.logit == b.logit && a.id < b.id);
    };
    std::vector<ReadOut::Entry> top;
    k = std::min(k, logits.size());
    for (std::size_t i = 0; i < logits.size() && k > 0; ++i) {
        if (top.size() == k && !(logits[i] > top.back().logit))
            continue;
        if (top.size() == k)
            top.pop_back();
        const ReadOut::Entry entry {static_cast<TokenId>(i), logits[i]};
        top.insert(std::upper_bound(top.begin(), top.end(), entry, before), entry);
    }
    return top;
}

std::int32_t rankOf(std::span<const float> logits, TokenId id)
{
    const float own = logits[static_cast<std::size_t>(id)];
    return static_cast<std::int32_t>(
        std::count_if(logits.begin(), logits.end(), [own](float x) { return x > own; }));
}

void checkRequest(const ReadOutRequest& r, const Architecture& a)
{
    const auto good = [&](TokenId id) { return id >= 0 && id < a.outputs(); };
    if (!r.rows.empty() && r.rows.columns() != static_cast<std::size_t>(a.dModel))
        throw Error("A read-out needs rows of the residual stream, "
            + std::to_string(a.dModel) + " numbers wide.");
    if (!r.reference.empty() && r.reference.columns() != static_cast<std::size_t>(a.dModel))
        throw Error("A read-out's reference needs rows of the residual stream, "
            + std::to_string(a.dModel) + " numbers wide.");
    bool sound = std::all_of(r.tracked.begin(), r.tracked.end(), good);
    for (const auto& list : r.trackedPerRow)
        sound = sound && std::all_of(list.begin(), list.end(), good);
    if (!sound)
        throw Error("A token that is to be followed is not in the model's vocabulary.");
    if (!r.trackedPerRow.empty() && r.trackedPerRow.size() != r.rows.rows())
        throw Error("A read-out was given token lists for another number of rows.");
    if (!r.referenceRow.empty() && r.referenceRow.size() != r.rows.rows())
        throw Error("A read-out was given references for another number of rows.");
    for (const int i : r.referenceRow)
        if (i >= static_cast<int>(r.reference.rows()))
            throw Error("A read-out names a reference that it was not given.");
}

} // namespace

std::vector<ReadOut> Network::readOut(const ReadOutRequest& request, const Progress& progress)
{
    const at::NoGradGuard guard;
    checkRequest(request, architecture());
    const std::size_t n = request.rows.rows();
    const auto referenceOf
        = [&](std::size_t row) { return request.referenceRow.empty() ? -1 : request.referenceRow[row]; };
    // Rows with the same reference come together, so that each reference is read out once.
    std::vector<std::int64_t> order(n);
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) {
        return referenceOf(static_cast<std::size_t>(a)) < referenceOf(static_cast<std::size_t>(b));
    });
    const at::Tensor rows = n > 0 ? toTensor(request.rows) : at::Tensor();
    const auto logitsAt = [&](const at::Tensor& from, const std::vector<std::int64_t>& which) {
        const Parameters& p = m_decoder.parameters();
        at::Tensor x = from.index_select(0, at::tensor(which, at::kLong)).to(p.device, p.dtype);
        if (request.normalise)
            x = m_decoder.normaliseFinally(x);
        return m_decoder.unembed(x).to(at::kCPU, at::kFloat);
    };

    std::vector<ReadOut> out(n);
    for (std::size_t begin = 0; begin < n; begin += rowsAtOnce) {
        progress.step(static_cast<double>(begin) / static_cast<double>(n));
        const std::size_t count = std::min(rowsAtOnce, n - begin);
        const std::vector<std::int64_t> chunk(order.begin() + static_cast<std::ptrdiff_t>(begin),
            order.begin() + static_cast<std::ptrdiff_t>(begin + count));
        const at::Tensor logits = logitsAt(rows, chunk);
        const at::Tensor peak = logits.amax(1, true);
        const at::Tensor weight = (logits - peak).exp();
        const at::Tensor sum = weight.sum(1, false, at::kDouble);
        const at::Tensor lse = peak.squeeze(1).to(at::kDouble) + sum.log();
        const at::Tensor mean = (weight * logits).sum(1, false, at::kDouble) / sum;

        std::vector<std::int64_t> references;
        std::map<int, std::int64_t> place;
        for (const auto row : chunk) {
            const int reference = referenceOf(static_cast<std::size_t>(row));
            if (reference >= 0 && place.emplace(reference, references.size()).second)
                references.push_back(reference);
        }
        at::Tensor known; // log-probabilities of the references
        if (!references.empty())
            known = at::log_softmax(logitsAt(toTensor(request.reference), references), 1);

        for (std::size_t i = 0; i < count; ++i) {
            ReadOut& r = out[static_cast<std::size_t>(chunk[i])];
            const auto own = static_cast<std::int64_t>(i);
            r.logSumExp = lse[own].item<double>();
            r.entropy = r.logSumExp - mean[own].item<double>();
            const int reference = referenceOf(static_cast<std::size_t>(chunk[i]));
            if (reference >= 0) {
                const at::Tensor p = known[place.at(reference)];
                r.kl = (p.exp() * (p - (logits[own] - static_cast<float>(r.logSumExp))))
                           .sum(at::kDouble)
                           .item<double>();
            }
        }
        const auto width = static_cast<std::size_t>(logits.size(1));
        const float* data = logits.data_ptr<float>();
        at::parallel_for(0, static_cast<std::int64_t>(count), 1, [&](std::int64_t from, std::int64_t to) {
            for (auto i = static_cast<std::size_t>(from); i < static_cast<std::size_t>(to); ++i) {
                const auto row = static_cast<std::size_t>(chunk[i]);
                const std::span<const float> own(data + i * width, width);
                ReadOut& r = out[row];
                r.top = best(own, static_cast<std::size_t>(std::max(request.topK, 0)));
                const auto& tracked
                    = request.trackedPerRow.empty() ? request.tracked : request.trackedPerRow[row];
                for (const TokenId id : tracked) {
                    r.logits.push_back(own[static_cast<std::size_t>(id)]);
                    r.ranks.push_back(rankOf(own, id));
                }
            }
        });
    }
    return out;
}

} // namespace microtome::nn
