#include "core/nn/metrics.h"
#include "core/nn/network.h"

#include "core/work/error.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/tensor.h>
#include <torch/csrc/autograd/autograd.h>

#include <algorithm>

namespace microtome::nn {

namespace {

/// The copies of the residual stream that heads read. Where they are on the path of a gradient, the
/// shared norm's points are not: they need a pass of their own.
bool isCopy(Point point)
{
    return point >= Point::AttnIn && point <= Point::VInput;
}

void checkRequest(const GradientRequest& request, const Architecture& a)
{
    checkMetric(request.metric, a, request.ids);
    if (request.metric.kind == Metric::Kind::Accuracy)
        throw Error("Accuracy has no gradient; measure a logit difference or a log-probability.");
    for (const Site& site : request.at) {
        a.check(site);
        if (site.point == Point::Tokens)
            throw Error("Token ids have no gradient; ask for hook_embed.");
        const bool norm = site.point == Point::Ln1Scale || site.point == Point::Ln1Normalized;
        for (const Edit& e : request.edits)
            if (norm && e.active() && isCopy(e.site.point) && e.site.layer == site.layer)
                throw Error("There is no single derivative by " + site.name() + " while "
                    + e.site.name() + " is edited: every head then has a norm of its own.");
    }
}

} // namespace

Gradient Network::gradient(const GradientRequest& request, const Progress& progress)
{
    check(request.ids);
    checkRequest(request, architecture());
    Gradient out;
    out.activations.ids = out.gradients.ids = request.ids;
    out.activations.heads = out.gradients.heads = architecture().heads;
    out.activations.kvHeads = out.gradients.kvHeads = architecture().kvHeads;
    std::vector<Site> shared, copies;
    for (const Site& site : request.at)
        (isCopy(site.point) ? copies : shared).push_back(site);
    if (!shared.empty() || copies.empty())
        differentiate(request, shared, out, progress.part(0, copies.empty() ? 1 : 0.5));
    if (!copies.empty())
        differentiate(request, copies, out, progress.part(0.5, 1));
    return out;
}

void Network::differentiate(const GradientRequest& request, const std::vector<Site>& at,
    Gradient& out, const Progress& progress)
{
    const Metric& metric = request.metric;
    const bool direction = metric.kind == Metric::Kind::Direction;
    std::vector<Site> sites;
    for (const Site& site : at)
        sites.push_back(site.whole());
    std::vector<Site> wants = sites;
    if (direction)
        wants.push_back(metric.site.whole());

    std::vector<Job> jobs;
    {
        const at::NoGradGuard guard;
        jobs.push_back(job(request.ids, request.edits, wants, nullptr, false));
    }
    const at::AutoGradMode grad(true);
    std::vector<Sequence> alone;
    alone.push_back(std::move(jobs.front().sequence));
    alone.front().frozen = jobs.front().frozen.empty() ? nullptr : &jobs.front().frozen;
    Course course;
    course.onPath = true;
    course.progress = progress.part(0.1, 0.4);
    const at::Tensor final = m_decoder.run(alone, course);

    const auto positions = metricPositions(metric, request.ids.size());
    const at::Tensor rows = at::tensor(positions, at::kLong).to(final.device());
    Taps taps(architecture(), alone, true);
    const at::Tensor normal = m_decoder.normaliseFinally(final, taps);
    at::Tensor value;
    if (taps.asked(Point::Logits, 0)) {
        at::Tensor logits = m_decoder.unembed(normal);
        taps.at(Point::Logits, 0, logits);
        if (!direction)
            value = metricOfLogits(metric, logits.index_select(0, rows), request.ids);
    } else if (!direction) {
        value = metricOf(metric, m_decoder, normal.index_select(0, rows), request.ids);
    }
    if (direction)
        value = directionOf(metric, alone.front().captured.at(metric.site.whole()));
    out.value = value.item<double>();

    std::vector<at::Tensor> inputs;
    for (const Site& site : sites)
        inputs.push_back(alone.front().captured.at(site));
    progress.step(0.5);
    std::vector<at::Tensor> found(inputs.size());
    if (value.requires_grad() && !inputs.empty())
        found = torch::autograd::grad({value}, inputs, {}, false, false, true);

    for (std::size_t i = 0; i < at.size(); ++i) {
        const bool map = at[i].point == Point::AttnScores || at[i].point == Point::Pattern;
        const auto columns = map ? static_cast<std::int64_t>(request.ids.size())
                                 : inputs[i].numel() / inputs[i].size(0);
        // An activation that the metric does not depend on has no gradient: zeros.
        const at::Tensor g = found[i].defined() ? found[i] : inputs[i].detach() * 0;
        for (auto [trace, tensor] : {std::pair {&out.activations, inputs[i]}, {&out.gradients, g}}) {
            trace->values[at[i].whole()] = toMatrix(tensor, columns);
            if (at[i].head.valid())
                trace->values[at[i]] = trace->at(at[i]);
        }
    }
}

} // namespace microtome::nn
