#include "core/nn/network.h"

#include "core/work/error.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/tensor.h>

#include <algorithm>
#include <chrono>
#include <map>

namespace microtome::nn {

namespace {

/// Rows of all sequences together in one pass: enough to feed the products, small enough to be
/// stopped soon and to keep what one layer needs in a few MB.
constexpr std::int64_t rowsTogether = 512;

/// Whether the values of a point at positions that a run does not compute can be taken from a base.
bool isKept(Point point)
{
    return point == Point::ResidPre || point == Point::ResidPost || point > Point::ResidPost;
}

/// Whether an edit carries what happens at one position of the prompt to all others.
bool mixesPositions(const Edit& e)
{
    return e.operation == Operation::Mean && e.values.empty();
}

bool isPrefix(const Edits& shorter, const Edits& longer)
{
    return shorter.size() <= longer.size()
        && std::equal(shorter.begin(), shorter.end(), longer.begin());
}

} // namespace

Job Network::job(const std::vector<TokenId>& ids, const Edits& all, std::vector<Site> wants,
    const std::shared_ptr<const Base>& given, bool keep)
{
    check(ids);
    const Architecture& a = architecture();
    const PointOrder order(a.layers);
    const Edits edits = activeEdits(all);
    const bool needsEnd = keep
        || std::any_of(wants.begin(), wants.end(), [](const Site& s) { return s.point > Point::ResidPost; });
    auto base = std::dynamic_pointer_cast<const KeptRun>(given);
    if (base && (base->owner != m_identity || base->ids != ids || !isPrefix(base->edits, edits)))
        base = nullptr;

    Job job;
    job.throughout = needsEnd;
    job.sequence.ids = ids;
    job.sequence.prompt = ids.size();
    if (base) {
        // What a base keeps of a layer's input is the value behind the edits of resid_pre.
        const auto inputEdited = [&](int layer) {
            return std::any_of(base->edits.begin(), base->edits.end(), [&](const Edit& e) {
                return e.site.point == Point::ResidPre && e.site.layer.value() == layer;
            });
        };
        const int last = order(Point::ResidPost, a.layers - 1);
        int earliest = last + 1; // of what has to be computed, as an order of points
        auto from = ids.size();
        for (auto i = base->edits.size(); i < edits.size(); ++i) {
            from = std::min(from, firstTouched(edits[i], ids, a.bos));
            earliest = std::min(earliest, order(edits[i].site));
        }
        if (std::any_of(edits.begin(), edits.end(), mixesPositions))
            from = 0;
        for (const Site& want : wants)
            if (!isKept(want.point)
                || (want.point == Point::ResidPost && inputEdited(want.layer.value() + 1))) {
                from = 0;
                earliest = std::min(earliest, order(want));
            }
        if (from == ids.size())
            earliest = last + 1; // no position is touched
        job.base = base;
        job.fromTokens = earliest < order(Point::ResidPre, 0);
        job.sequence.from = static_cast<std::int64_t>(from);
        job.start = job.fromTokens ? 0 : a.layers;
        for (int l = a.layers - 1; l >= 0 && !job.fromTokens; --l)
            if (earliest <= order(Point::ResidPost, l))
                job.start = l;
        const bool atPost = job.start < a.layers && earliest == order(Point::ResidPost, job.start);
        const auto here = [&](const Edit& e) { return order(e.site) == earliest; };
        if (atPost && std::none_of(base->edits.begin(), base->edits.end(), here)
            && !inputEdited(job.start + 1)) {
            job.pendingPost = true;
            ++job.start;
        }
        while (!job.fromTokens && !job.pendingPost && inputEdited(job.start)) {
            job.fromTokens = job.start == 0;
            job.start -= !job.fromTokens;
        }
    }
    if (keep) {
        for (int l = 0; l < a.layers; ++l)
            wants.push_back({Point::ResidPre, Layer(l), {}});
    }
    std::sort(wants.begin(), wants.end());
    wants.erase(std::unique(wants.begin(), wants.end()), wants.end());
    job.plan = std::make_unique<Plan>(a, edits, std::move(wants));
    job.sequence.plan = job.plan.get();
    job.sequence.cache = base ? KvCache(base->cache, keep) : KvCache(a.layers, keep);
    freeze(job);
    return job;
}

void Network::freeze(Job& job)
{
    std::vector<Site> sites;
    for (const Edit& e : job.plan->edits())
        if (e.operation == Operation::Freeze)
            sites.push_back(e.site.whole());
    if (sites.empty())
        return;
    std::vector<Job> without;
    without.push_back(this->job(job.sequence.ids, {}, sites, nullptr, false));
    const auto computed = compute(without, {});
    if (computed.front().defined()) {
        std::vector<Sequence> alone;
        alone.push_back(std::move(without.front().sequence));
        m_decoder.captureEnd(alone, computed.front());
        without.front().sequence = std::move(alone.front());
    }
    const auto from = job.sequence.from;
    for (auto& [site, value] : without.front().sequence.captured) {
        if (site.point > Point::ResidPost) { // these points are passed at every position
            job.frozen[site] = value;
            continue;
        }
        const int axis = site.point == Point::AttnScores || site.point == Point::Pattern;
        const at::Tensor rows = value.narrow(axis, from, value.size(axis) - from);
        job.frozen[site] = axis ? rows.transpose(0, 1).contiguous() : rows;
    }
    job.sequence.frozen = &job.frozen;
}

std::vector<at::Tensor> Network::computeTogether(std::vector<Job*> jobs, const Progress& progress)
{
    std::vector<Sequence> sequences;
    std::vector<at::Tensor> residuals;
    Course course;
    course.start = jobs.front()->start;
    course.throughout = false;
    course.progress = progress;
    const bool fromTokens = jobs.front()->fromTokens;
    for (Job* job : jobs) {
        course.throughout |= job->throughout;
        if (!fromTokens) {
            const auto& stored = job->base->residual[static_cast<std::size_t>(job->start)];
            residuals.push_back(stored.narrow(0, job->sequence.from, job->sequence.rows()));
        }
        job->sequence.frozen = job->frozen.empty() ? nullptr : &job->frozen;
        sequences.push_back(std::move(job->sequence));
    }
    if (!fromTokens)
        course.residual = residuals.size() == 1 ? residuals.front() : at::cat(residuals, 0);
    if (!fromTokens && std::any_of(jobs.begin(), jobs.end(), [](Job* j) { return j->pendingPost; })) {
        const int layer = course.start - 1;
        std::vector<at::Tensor> inputs;
        for (std::size_t i = 0; i < jobs.size(); ++i)
            inputs.push_back(jobs[i]->base->residual[static_cast<std::size_t>(layer)].narrow(
                0, sequences[i].from, sequences[i].rows()));
        Taps(architecture(), sequences, false)
            .at(Point::ResidPost, layer, course.residual, at::cat(inputs, 0));
    }
    std::int64_t rows = 0;
    for (const Sequence& s : sequences)
        rows += s.rows();
    // Where no edit touches a position there is nothing to compute.
    const at::Tensor x = rows > 0 ? m_decoder.run(sequences, course) : course.residual;
    std::vector<at::Tensor> out;
    std::int64_t row = 0;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        Sequence& s = sequences[i];
        out.push_back(x.defined() ? x.narrow(0, row, s.rows()) : at::Tensor());
        row += s.rows();
        jobs[i]->sequence = std::move(s);
    }
    return out;
}

std::vector<at::Tensor> Network::compute(std::vector<Job>& jobs, const Progress& progress)
{
    std::map<std::tuple<int, bool, bool>, std::vector<std::size_t>> groups;
    for (std::size_t i = 0; i < jobs.size(); ++i)
        groups[{jobs[i].start, jobs[i].fromTokens, jobs[i].pendingPost}].push_back(i);
    std::vector<at::Tensor> out(jobs.size());
    std::size_t done = 0;
    for (const auto& [begin, members] : groups) {
        for (std::size_t i = 0; i < members.size();) {
            std::vector<Job*> together;
            std::int64_t rows = 0;
            const std::size_t first = i;
            while (i < members.size()
                && (together.empty() || rows + jobs[members[i]].sequence.rows() <= rowsTogether)) {
                together.push_back(&jobs[members[i]]);
                rows += jobs[members[i]].sequence.rows();
                ++i;
            }
            const auto all = static_cast<double>(jobs.size());
            const auto now = progress.part(
                static_cast<double>(done) / all, static_cast<double>(done + i - first) / all);
            const auto clock = std::chrono::steady_clock::now();
            auto results = computeTogether(together, now);
            if (rows > 0 && together.front()->throughout) {
                const std::chrono::duration<double> took = std::chrono::steady_clock::now() - clock;
                const int layers = architecture().layers;
                const double part = static_cast<double>(layers - together.front()->start) / layers;
                learn(operations(static_cast<std::size_t>(rows)) * part, took.count());
            }
            for (std::size_t k = first; k < i; ++k)
                out[members[k]] = std::move(results[k - first]);
            done += i - first;
        }
    }
    return out;
}

at::Tensor Network::completed(const Job& job, const at::Tensor& computed) const
{
    if (!job.base || job.sequence.from == 0)
        return computed;
    return at::cat({job.base->residual.back().narrow(0, 0, job.sequence.from), computed}, 0);
}

std::shared_ptr<const KeptRun> Network::keptOf(Job& job, const at::Tensor& final) const
{
    auto kept = std::make_shared<KeptRun>();
    kept->owner = m_identity;
    kept->ids = job.sequence.ids;
    kept->edits = job.plan->edits();
    kept->cache = std::move(job.sequence.cache);
    for (int l = 0; l < architecture().layers; ++l) {
        const auto found = job.sequence.captured.find({Point::ResidPre, Layer(l), {}});
        const auto* base = job.base ? &job.base->residual[static_cast<std::size_t>(l)] : nullptr;
        if (found == job.sequence.captured.end())
            kept->residual.push_back(*base);
        else if (base && job.sequence.from > 0)
            kept->residual.push_back(
                at::cat({base->narrow(0, 0, job.sequence.from), found->second}, 0));
        else
            kept->residual.push_back(found->second.contiguous());
    }
    kept->residual.push_back(final);
    return kept;
}

at::Tensor Network::logitsOf(Sequence& s, const at::Tensor& final, const at::Tensor& rows) const
{
    std::vector<Sequence> alone;
    alone.push_back(std::move(s));
    Taps taps(architecture(), alone, false);
    const at::Tensor normal = m_decoder.normaliseFinally(final, taps);
    at::Tensor logits;
    if (taps.edited(Point::Logits, 0)) {
        logits = m_decoder.unembed(normal);
        taps.at(Point::Logits, 0, logits);
        logits = logits.index_select(0, rows);
    } else if (rows.size(0) > 0) {
        logits = m_decoder.unembed(normal.index_select(0, rows));
    }
    s = std::move(alone.front());
    return logits;
}

namespace {

/// The rows of the logits that a request wants; none when it does not want logits.
std::vector<Position> wantedLogits(const RunRequest& request)
{
    const bool wants = std::any_of(request.want.begin(), request.want.end(),
        [](const Site& s) { return s.point == Point::Logits; });
    std::vector<Position> positions = wants ? request.logitPositions : std::vector<Position>();
    if (wants && positions.empty())
        for (std::size_t p = 0; p < request.ids.size(); ++p)
            positions.emplace_back(p);
    for (const Position p : positions)
        if (p.value() < 0 || p.value() >= static_cast<int>(request.ids.size()))
            throw Error("Logits were asked for at position " + std::to_string(p.value())
                + ", outside the prompt.");
    return positions;
}

} // namespace

Trace Network::traceOf(Job& job, const RunRequest& request, const at::Tensor& final)
{
    const Architecture& a = architecture();
    Sequence& s = job.sequence;
    Trace trace;
    trace.ids = request.ids;
    trace.heads = a.heads;
    trace.kvHeads = a.kvHeads;
    const auto from = s.from;
    const bool wantsFinal = std::any_of(request.want.begin(), request.want.end(),
        [](const Site& w) { return w.point > Point::ResidPost; });
    if (wantsFinal) {
        trace.logitPositions = wantedLogits(request);
        std::vector<std::int64_t> rows;
        for (const Position p : trace.logitPositions)
            rows.push_back(p.value());
        s.from = 0;
        const at::Tensor logits
            = logitsOf(s, final, at::tensor(rows, at::kLong).to(final.device()));
        s.captured[{Point::Logits, {}, {}}] = logits;
        s.from = from;
    }
    for (const Site& want : request.want) {
        const auto found = s.captured.find(want);
        at::Tensor value = found == s.captured.end() ? at::Tensor() : found->second;
        if (job.base && (want.point == Point::ResidPre || want.point == Point::ResidPost)) {
            const int layer = want.layer.value() + (want.point == Point::ResidPost);
            const at::Tensor& base = job.base->residual[static_cast<std::size_t>(layer)];
            if (!value.defined())
                value = base;
            else if (from > 0)
                value = at::cat({base.narrow(0, 0, from), value}, 0);
        }
        const bool map = want.point == Point::AttnScores || want.point == Point::Pattern;
        const auto columns = map ? static_cast<std::int64_t>(s.ids.size())
                                 : value.numel() / std::max<std::int64_t>(1, value.size(0));
        trace.values[want] = toMatrix(value, columns);
    }
    if (request.keepBase)
        trace.base = keptOf(job, final);
    return trace;
}

std::vector<Trace> Network::run(const std::vector<RunRequest>& requests, const Progress& progress)
{
    const at::NoGradGuard guard;
    std::vector<Job> jobs;
    for (const RunRequest& r : requests)
        jobs.push_back(job(r.ids, r.edits, r.want, r.base, r.keepBase));
    const auto computed = compute(jobs, progress);
    std::vector<Trace> traces;
    for (std::size_t i = 0; i < jobs.size(); ++i)
        traces.push_back(traceOf(jobs[i], requests[i],
            computed[i].defined() ? completed(jobs[i], computed[i]) : at::Tensor()));
    return traces;
}

double Network::operations(std::size_t tokens) const
{
    const Architecture& a = architecture();
    const double t = static_cast<double>(tokens);
    const double products = 2.0 * static_cast<double>(m_info.parameters) * t;
    return products + 4.0 * a.layers * a.heads * a.dHead * t * t / 2;
}

void Network::learn(double work, double seconds)
{
    if (seconds > 0)
        m_rate = 0.7 * m_rate + 0.3 * work / seconds;
}

Model::Estimate Network::estimate(std::size_t tokens, std::size_t sequences) const
{
    const Architecture& a = architecture();
    const double each = 4.0 * static_cast<double>(tokens)
        * (3.0 * (a.layers + 1) * a.dModel + 2.0 * a.layers * a.kvHeads * a.dHead);
    return {operations(tokens) * static_cast<double>(sequences) / m_rate,
        static_cast<std::uint64_t>(each * static_cast<double>(sequences))};
}

} // namespace microtome::nn
