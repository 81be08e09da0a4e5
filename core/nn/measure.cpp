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

bool editsEnd(const Plan& plan)
{
    return std::any_of(plan.edits().begin(), plan.edits().end(),
        [](const Edit& e) { return e.site.point > Point::ResidPost; });
}

/// The dot product of a captured site, [tokens, ...], with the metric's direction.
at::Tensor directionOf(const Metric& m, at::Tensor value)
{
    if (m.site.head.valid() && value.dim() == 3)
        value = value.select(1, m.site.head.value());
    const auto position = m.position.valid() ? m.position.value() : value.size(0) - 1;
    return (value[position].flatten().to(at::kDouble)
        * toTensor(m.direction).flatten().to(value.device(), at::kDouble))
        .sum();
}

} // namespace

std::vector<double> Network::measure(const MeasureRequest& request, const Progress& progress)
{
    const at::NoGradGuard guard;
    check(request.ids);
    checkMetric(request.metric, architecture(), request.ids.size());
    auto base = request.base;
    if (!base) {
        RunRequest whole {request.ids, {}, {}, {}, true, {}};
        base = Model::run(whole, progress.part(0, 0.05)).base;
    }
    const bool direction = request.metric.kind == Metric::Kind::Direction;
    const std::vector<Site> wants
        = direction ? std::vector<Site> {request.metric.site} : std::vector<Site> {};
    const auto positions = metricPositions(request.metric, request.ids.size());
    const at::Tensor rows = at::tensor(positions, at::kLong).to(m_decoder.parameters().device);

    // Variants are taken in groups, so that what is kept of them does not grow with their number.
    constexpr std::size_t together = 256;
    std::vector<double> values(request.variants.size());
    for (std::size_t begin = 0; begin < values.size(); begin += together) {
        const std::size_t end = std::min(values.size(), begin + together);
        std::vector<Job> jobs;
        for (std::size_t i = begin; i < end; ++i) {
            jobs.push_back(job(request.ids, request.variants[i], wants, base, false));
            jobs.back().throughout = !direction;
        }
        const auto size = static_cast<double>(values.size());
        const auto computed = compute(jobs, progress.part(static_cast<double>(begin) / size, static_cast<double>(end) / size));
        for (std::size_t i = begin; i < end; ++i) {
            Job& j = jobs[i - begin];
            at::Tensor value;
            if (direction) {
                RunRequest asked {request.ids, wants, {}, {}, false, {}};
                const Trace trace = traceOf(j, asked, {});
                value = directionOf(request.metric, toTensor(trace.at(request.metric.site)));
            } else {
                const at::Tensor final = completed(j, computed[i - begin]);
                if (editsEnd(*j.plan)) {
                    j.sequence.from = 0;
                    value = metricOfLogits(request.metric, logitsOf(j.sequence, final, rows),
                        request.ids);
                } else {
                    const at::Tensor normal
                        = m_decoder.normaliseFinally(final.index_select(0, rows));
                    value = metricOf(request.metric, m_decoder, normal, request.ids);
                }
            }
            values[i] = value.item<double>();
        }
    }
    return values;
}

Gradient Network::gradient(const GradientRequest& request, const Progress& progress)
{
    check(request.ids);
    const Metric& metric = request.metric;
    checkMetric(metric, architecture(), request.ids.size());
    if (metric.kind == Metric::Kind::Accuracy)
        throw Error("Accuracy has no gradient; measure a logit difference or a log-probability.");
    std::vector<Site> sites;
    for (const Site& site : request.at) {
        architecture().check(site);
        if (site.point == Point::Tokens)
            throw Error("Token ids have no gradient; ask for hook_embed.");
        sites.push_back(site.whole());
    }
    const bool direction = metric.kind == Metric::Kind::Direction;
    if (direction)
        sites.push_back(metric.site.whole());

    std::vector<Job> jobs;
    {
        const at::NoGradGuard guard;
        jobs.push_back(job(request.ids, request.edits, sites, nullptr, false));
    }
    progress.step(0.1);
    const at::AutoGradMode grad(true);
    Job& j = jobs.front();
    std::vector<Sequence> alone;
    alone.push_back(std::move(j.sequence));
    alone.front().frozen = j.frozen.empty() ? nullptr : &j.frozen;
    at::Tensor leaf;
    Course course;
    course.onPath = true;
    course.leaf = &leaf;
    const at::Tensor final = m_decoder.run(alone, course);
    progress.step(0.4);

    const auto positions = metricPositions(metric, request.ids.size());
    const at::Tensor rows = at::tensor(positions, at::kLong).to(final.device());
    at::Tensor value;
    if (direction) {
        value = directionOf(metric, alone.front().captured.at(metric.site.whole()));
    } else {
        Taps taps(architecture(), alone, true);
        const at::Tensor normal = m_decoder.normaliseFinally(final, taps);
        if (taps.asked(Point::Logits, 0)) {
            at::Tensor logits = m_decoder.unembed(normal);
            taps.at(Point::Logits, 0, logits);
            value = metricOfLogits(metric, logits.index_select(0, rows), request.ids);
        } else {
            value = metricOf(metric, m_decoder, normal.index_select(0, rows), request.ids);
        }
    }
    if (!value.requires_grad())
        throw Error("The metric does not depend on the prompt's activations under these edits.");

    std::vector<at::Tensor> inputs;
    for (const Site& site : sites)
        inputs.push_back(alone.front().captured.at(site));
    progress.step(0.5);
    const auto found = torch::autograd::grad({value}, inputs, {}, false, false, true);

    Gradient out;
    out.value = value.item<double>();
    out.activations.ids = out.gradients.ids = request.ids;
    out.activations.heads = out.gradients.heads = architecture().heads;
    out.activations.kvHeads = out.gradients.kvHeads = architecture().kvHeads;
    for (std::size_t i = 0; i < request.at.size(); ++i) {
        const Site& site = request.at[i];
        const bool map = site.point == Point::AttnScores || site.point == Point::Pattern;
        const auto columns = map ? static_cast<std::int64_t>(request.ids.size())
                                 : inputs[i].numel() / inputs[i].size(0);
        const at::Tensor g = found[i].defined() ? found[i] : inputs[i].detach() * 0;
        for (auto [trace, tensor] : {std::pair {&out.activations, inputs[i]}, {&out.gradients, g}}) {
            trace->values[site.whole()] = toMatrix(tensor, columns);
            if (site.head.valid())
                trace->values[site] = trace->at(site);
        }
    }
    return out;
}

} // namespace microtome::nn
