#include "core/nn/network.h"

#include "core/work/error.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <random>

namespace microtome::nn {

namespace {

/// Chooses the next token of one sequence from its logits.
class Sampler {
public:
    explicit Sampler(const GenerateRequest& request)
        : m_request(request)
        , m_random(request.seed)
    {
    }

    Generation::Step choose(std::span<const float> logits)
    {
        Generation::Step step;
        const auto peak = *std::max_element(logits.begin(), logits.end());
        double sum = 0;
        for (const float x : logits)
            sum += std::exp(static_cast<double>(x) - peak);
        step.logSumExp = peak + std::log(sum);
        step.alternatives = best(logits, static_cast<std::size_t>(std::max(m_request.alternatives, 0)));
        step.id = m_request.temperature > 0 ? sample(logits)
                                            : static_cast<TokenId>(std::distance(logits.begin(),
                                                  std::max_element(logits.begin(), logits.end())));
        step.logProbability = logits[static_cast<std::size_t>(step.id)] - step.logSumExp;
        return step;
    }

private:
    static std::vector<ReadOut::Entry> best(std::span<const float> logits, std::size_t k)
    {
        std::vector<TokenId> order(logits.size());
        std::iota(order.begin(), order.end(), 0);
        k = std::min(k, order.size());
        std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(k), order.end(),
            [&](TokenId a, TokenId b) {
                const float x = logits[static_cast<std::size_t>(a)];
                const float y = logits[static_cast<std::size_t>(b)];
                return x > y || (x == y && a < b);
            });
        std::vector<ReadOut::Entry> top;
        for (std::size_t i = 0; i < k; ++i)
            top.push_back({order[i], logits[static_cast<std::size_t>(order[i])]});
        return top;
    }

    /// Temperature, then the k most likely, then the smallest set that holds the mass p; the most
    /// likely token always stays.
    TokenId sample(std::span<const float> logits)
    {
        const std::size_t k = m_request.topK > 0 ? static_cast<std::size_t>(m_request.topK) : logits.size();
        const auto order = best(logits, k);
        std::vector<double> weight;
        for (const auto& entry : order)
            weight.push_back(std::exp(
                (static_cast<double>(entry.logit) - order.front().logit) / m_request.temperature));
        if (m_request.topP < 1) {
            const double all = std::accumulate(weight.begin(), weight.end(), 0.0);
            double mass = 0;
            std::size_t kept = 0;
            while (kept < weight.size() && mass < m_request.topP * all)
                mass += weight[kept++];
            weight.resize(std::max<std::size_t>(kept, 1));
        }
        // Not std::discrete_distribution: its draws differ between standard libraries.
        const double all = std::accumulate(weight.begin(), weight.end(), 0.0);
        const double draw = static_cast<double>(m_random() >> 11) * 0x1p-53 * all;
        double passed = 0;
        std::size_t i = 0;
        while (i + 1 < weight.size() && (passed += weight[i]) <= draw)
            ++i;
        return order[i].id;
    }

    const GenerateRequest& m_request;
    std::mt19937_64 m_random;
};

/// One sequence that is being continued, and its twin without edits where sites are frozen.
struct Continued {
    std::size_t request = 0;
    std::unique_ptr<Plan> plan;
    std::unique_ptr<Plan> twinPlan;
    Sequence sequence;
    std::vector<Sequence> twin; ///< none or one
    Captured frozen;
    Sampler sampler;
    bool done = false;

    Continued(std::size_t index, const GenerateRequest& r)
        : request(index)
        , sampler(r)
    {
    }
};

void checkRequest(const GenerateRequest& r)
{
    if (r.count < 0 || r.temperature < 0 || !std::isfinite(r.temperature) || r.topK < 0
        || !(r.topP > 0) || r.topP > 1)
        throw Error("Generation needs a count and a temperature of at least 0, a top-k of at least 0 "
                    "and a top-p between 0 and 1.");
}

} // namespace

std::vector<Generation> Network::generate(const std::vector<GenerateRequest>& requests,
    const Progress& progress, const OnStep& onStep)
{
    const at::NoGradGuard guard;
    const Architecture& a = architecture();
    std::vector<Continued> all;
    int longest = 0;
    for (std::size_t i = 0; i < requests.size(); ++i) {
        const GenerateRequest& r = requests[i];
        check(r.ids);
        checkRequest(r);
        longest = std::max(longest, r.count);
        Continued& c = all.emplace_back(i, r);
        c.plan = std::make_unique<Plan>(a, activeEdits(r.edits), std::vector<Site> {});
        std::vector<Site> frozen;
        for (const Edit& e : c.plan->edits())
            if (e.operation == Operation::Freeze)
                frozen.push_back(e.site.whole());
        const auto capacity = std::min<std::int64_t>(a.context, std::ssize(r.ids) + r.count);
        const auto fresh = [&](const Plan* plan) {
            Sequence s;
            s.ids = r.ids;
            s.prompt = r.ids.size();
            s.plan = plan;
            s.cache = KvCache(a.layers, true, r.cache ? capacity : 0);
            return s;
        };
        c.sequence = fresh(c.plan.get());
        if (!frozen.empty()) {
            std::sort(frozen.begin(), frozen.end());
            frozen.erase(std::unique(frozen.begin(), frozen.end()), frozen.end());
            c.twinPlan = std::make_unique<Plan>(a, Edits {}, frozen);
            c.twin.push_back(fresh(c.twinPlan.get()));
        }
    }

    std::vector<Generation> out(requests.size());
    for (int step = 0; step < longest; ++step) {
        progress.step(static_cast<double>(step) / longest);
        std::vector<Continued*> running;
        for (Continued& c : all)
            if (!c.done && step < requests[c.request].count)
                running.push_back(&c);
        if (running.empty())
            break;
        std::vector<Sequence> sequences;
        for (Continued* c : running) {
            if (!c->twin.empty()) {
                m_decoder.captureEnd(c->twin, m_decoder.run(c->twin, {}));
                c->frozen = std::move(c->twin.front().captured);
                for (auto& [site, value] : c->frozen)
                    if (site.point == Point::AttnScores || site.point == Point::Pattern)
                        value = value.transpose(0, 1).contiguous();
                c->twin.front().captured.clear();
                c->sequence.frozen = &c->frozen;
            }
            sequences.push_back(std::move(c->sequence));
        }
        const at::Tensor residual = m_decoder.run(sequences, {});
        Taps taps(a, sequences, false);
        at::Tensor normal = m_decoder.normaliseFinally(residual, taps);
        std::vector<std::int64_t> ends;
        for (const Sequence& s : sequences)
            ends.push_back(s.row + s.rows() - 1);
        const at::Tensor rows = at::tensor(ends, at::kLong).to(normal.device());
        at::Tensor logits;
        if (taps.edited(Point::Logits, 0)) {
            logits = m_decoder.unembed(normal);
            taps.at(Point::Logits, 0, logits);
            logits = logits.index_select(0, rows);
        } else {
            logits = m_decoder.unembed(normal.index_select(0, rows));
        }
        logits = logits.to(at::kCPU, at::kFloat).contiguous();
        const auto width = static_cast<std::size_t>(logits.size(1));
        for (std::size_t i = 0; i < running.size(); ++i) {
            Continued& c = *running[i];
            c.sequence = std::move(sequences[i]);
            const GenerateRequest& r = requests[c.request];
            const auto chosen
                = c.sampler.choose({logits.data_ptr<float>() + i * width, width});
            out[c.request].steps.push_back(chosen);
            if (onStep)
                onStep(c.request, chosen);
            const bool ended = r.stopAtEos
                && std::find(a.eos.begin(), a.eos.end(), chosen.id) != a.eos.end();
            c.done = ended || c.sequence.ids.size() + 1 > static_cast<std::size_t>(a.context);
            for (Sequence* s : {&c.sequence, c.twin.empty() ? nullptr : &c.twin.front()}) {
                if (!s)
                    continue;
                s->from = r.cache ? std::ssize(s->ids) : 0;
                s->ids.push_back(chosen.id);
            }
        }
    }
    return out;
}

} // namespace microtome::nn
