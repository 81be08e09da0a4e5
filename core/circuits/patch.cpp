#include "core/circuits/patch.h"

#include "core/work/error.h"

#include <array>
#include <cmath>
#include <limits>

namespace microtome {

namespace {

constexpr std::array<std::pair<Point, const char*>, 9> sweeps{{
    {Point::ResidPre, "resid_pre"},
    {Point::ResidMid, "resid_mid"},
    {Point::AttnOut, "attn_out"},
    {Point::MlpOut, "mlp_out"},
    {Point::Z, "head_out"},
    {Point::Q, "q"},
    {Point::K, "k"},
    {Point::V, "v"},
    {Point::Pattern, "pattern"},
}};

/// At most this many patched runs are asked for at once, so that progress and cancelling stay
/// alive.
constexpr std::size_t runsAtOnce = 256;

void check(const Architecture& a, const PatchRequest& request)
{
    const auto clean = request.clean.ids.size();
    const auto corrupted = request.corrupted.ids.size();
    if (clean != corrupted)
        throw Error("The clean prompt has " + std::to_string(clean) + " tokens, the corrupted one "
            + std::to_string(corrupted) + ". Patching needs equally many: change one of them.");
    if (clean == 0)
        throw Error("There is nothing to patch: the prompts have no tokens.");
    a.check({sweepPoint(request.sweep), Layer(0), {}});
}

PatchSweep shapeOf(const Architecture& a, const PatchRequest& request)
{
    check(a, request);
    PatchSweep out;
    out.sweep = request.sweep;
    out.byPosition = request.byPosition || !sweepsHeads(request.sweep);
    out.denoising = request.denoising;
    out.clean = request.clean.ids;
    out.corrupted = request.corrupted.ids;
    out.metric = metricName(request.metric.kind);
    out.layers = a.layers;
    out.positions = out.byPosition ? static_cast<int>(out.clean.size()) : 1;
    out.heads = sweepsHeads(request.sweep) ? a.headsAt(sweepPoint(request.sweep)) : 1;
    return out;
}

Subject prepared(
    Model& model, const Prompt& prompt, std::shared_ptr<const Base> base, const Progress& progress)
{
    return base ? Subject{prompt, {}, std::move(base)} : subjectOf(model, prompt, progress);
}

/// The patches of one layer, positions outermost; all of a head share the values of `source`.
std::vector<Edits> layerVariants(
    const PatchSweep& shape, const Site& whole, const Matrix& values, const Trace& cutter)
{
    std::vector<Edit> perHead;
    for (int h = 0; h < shape.heads; ++h) {
        Edit edit;
        edit.operation = Operation::Patch;
        edit.site = whole;
        edit.values = values;
        if (sweepsHeads(shape.sweep)) {
            edit.site.head = Head(h);
            edit.values = cutter.at(edit.site);
        }
        perHead.push_back(std::move(edit));
    }
    std::vector<Edits> variants;
    for (int p = 0; p < shape.positions; ++p)
        for (Edit edit : perHead) {
            if (shape.byPosition)
                edit.positions = EditPositions::at(Position(p));
            variants.push_back({std::move(edit)});
        }
    return variants;
}

void normalise(PatchSweep& out)
{
    const double difference = out.cleanMetric - out.corruptedMetric;
    if (!(std::abs(difference) >= 1e-3 * std::abs(out.cleanMetric)) || difference == 0)
        out.remark = "The clean and the corrupted run differ by " + std::to_string(difference)
            + " only: the normalised values mean little. Choose prompts that differ in the answer.";
    std::vector<float> values;
    values.reserve(out.raw.size());
    for (const float raw : out.raw.values())
        values.push_back(difference == 0
                ? std::numeric_limits<float>::quiet_NaN()
                : static_cast<float>(
                    (static_cast<double>(raw) - out.corruptedMetric) / difference));
    out.normalised = Matrix(out.raw.rows(), out.raw.columns(), std::move(values));
}

} // namespace

const char* sweepName(Sweep sweep)
{
    return sweeps[static_cast<std::size_t>(sweep)].second;
}

std::optional<Sweep> sweepNamed(std::string_view name)
{
    for (std::size_t i = 0; i < sweeps.size(); ++i)
        if (name == sweeps[i].second)
            return static_cast<Sweep>(i);
    return {};
}

Point sweepPoint(Sweep sweep)
{
    return sweeps[static_cast<std::size_t>(sweep)].first;
}

bool sweepsHeads(Sweep sweep)
{
    return isPerHead(sweepPoint(sweep));
}

PatchSweep patchSweep(Model& model, const PatchRequest& request, const Progress& progress)
{
    PatchSweep out = shapeOf(model.architecture(), request);
    const Subject clean = prepared(model, request.clean, request.cleanBase, progress.part(0, 0.03));
    const Subject corrupted
        = prepared(model, request.corrupted, request.corruptedBase, progress.part(0.03, 0.06));
    MeasureRequest measure{clean.prompt.ids, {Edits{}}, request.metric, clean.base};
    out.cleanMetric = model.measure(measure).front();
    measure.ids = corrupted.prompt.ids;
    measure.base = corrupted.base;
    out.corruptedMetric = model.measure(measure).front();

    const Subject& source = request.denoising ? clean : corrupted;
    const Subject& target = request.denoising ? corrupted : clean;
    measure.ids = target.prompt.ids;
    measure.base = target.base;
    const Progress sweeping = progress.part(0.06, 1);
    const double cells = static_cast<double>(out.layers) * out.positions * out.heads;
    std::vector<Site> sites;
    for (int l = 0; l < out.layers; ++l)
        sites.push_back({sweepPoint(request.sweep), Layer(l), {}});
    std::vector<float> raw;
    captureEach(model, source, sites, [&](const Site& site, const Matrix& values) {
        Trace cutter;
        cutter.heads = model.architecture().heads;
        cutter.kvHeads = model.architecture().kvHeads;
        cutter.values = {{site, values}};
        const auto variants = layerVariants(out, site, values, cutter);
        for (std::size_t begin = 0; begin < variants.size(); begin += runsAtOnce) {
            const std::size_t end = std::min(begin + runsAtOnce, variants.size());
            measure.variants.assign(variants.begin() + static_cast<std::ptrdiff_t>(begin),
                variants.begin() + static_cast<std::ptrdiff_t>(end));
            const auto done = static_cast<double>(raw.size());
            for (const double value :
                model.measure(measure,
                    sweeping.part(done / cells, (done + static_cast<double>(end - begin)) / cells)))
                raw.push_back(static_cast<float>(value));
        }
    });
    out.raw = Matrix(static_cast<std::size_t>(out.layers),
        static_cast<std::size_t>(out.positions * out.heads), std::move(raw));
    normalise(out);
    progress.step(1);
    return out;
}

SweepEstimate estimateSweep(const Model& model, const PatchRequest& request)
{
    const PatchSweep shape = shapeOf(model.architecture(), request);
    SweepEstimate estimate;
    estimate.runs = static_cast<std::size_t>(shape.layers)
        * static_cast<std::size_t>(shape.positions) * static_cast<std::size_t>(shape.heads);
    const auto one = model.estimate(shape.clean.size());
    // A patch at layer l leaves the layers before it as they are: half a run on average. Beside
    // them run the two prompts and the capture of the source.
    estimate.seconds = one.seconds * (static_cast<double>(estimate.runs) / 2 + 3);
    estimate.bytes = one.bytes * 2;
    return estimate;
}

Edit patchFrom(Model& model, const Subject& source, const Site& from, Position fromPosition,
    const Site& to, Position toPosition, const Progress& progress)
{
    const Architecture& a = model.architecture();
    a.check(from);
    a.check(to);
    const bool maps = from.point == Point::Pattern || from.point == Point::AttnScores
        || to.point == Point::Pattern || to.point == Point::AttnScores;
    const auto width = [&](const Site& s) {
        return a.widthAt(s.point) * (s.head.valid() ? 1 : a.headsAt(s.point));
    };
    if (maps || width(from) != width(to))
        throw Error("The value of " + from.text() + " does not fit " + to.text()
            + ": drag between points of the same kind.");
    const Position position = source.resolve(fromPosition);
    const Matrix all = model.run(source.request({from}), progress).at(from);
    const auto row = all.row(static_cast<std::size_t>(position.value()));
    Edit edit;
    edit.site = to;
    edit.operation = Operation::Patch;
    edit.positions = EditPositions::at(toPosition);
    edit.values = Matrix(1, row.size(), {row.begin(), row.end()});
    edit.source = from.text() + " at position " + std::to_string(position.value());
    return edit;
}

bool CausalCone::reaches(const Site& cell, Position p) const
{
    constexpr int afterBlocks = std::numeric_limits<int>::max();
    const auto block = [](const Site& s) {
        return isLayered(s.point) ? s.layer.value() : s.point < Point::ResidPre ? -1 : afterBlocks;
    };
    const int from = block(at);
    const int to = block(cell);
    if (p < position || to < from || (to == from && cell.point < at.point))
        return false;
    if (p == position || from == afterBlocks)
        return p == position;
    // Another position is reached where attention mixes: in this block if the change comes in as a
    // key or value, else in the next one; and only by what stands behind the scores there.
    const bool comesIn = at.point <= Point::RotK && at.point != Point::QInput
        && at.point != Point::Q && at.point != Point::RotQ;
    const int mixing = from < 0 ? 0 : comesIn ? from : from + 1;
    return to > mixing || (to == mixing && cell.point >= Point::AttnScores);
}

} // namespace microtome
