#include "core/nn/metrics.h"
#include "core/nn/network.h"

#include "core/work/error.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/tensor.h>

#include <algorithm>

namespace microtome::nn {

namespace {

bool editsEnd(const Plan& plan)
{
    return std::any_of(plan.edits().begin(), plan.edits().end(),
        [](const Edit& e) { return e.site.point > Point::ResidPost; });
}

} // namespace

std::vector<double> Network::measure(const MeasureRequest& request, const Progress& progress)
{
    const at::NoGradGuard guard;
    check(request.ids);
    checkMetric(request.metric, architecture(), request.ids);
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

} // namespace microtome::nn
