#include "tests/fakemodel.h"

#include "tests/fakeformulas.h"
#include "tests/wordtokenizer.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace microtome {

namespace {

class FakeBase : public Base {
public:
    explicit FakeBase(std::vector<TokenId> ids)
        : m_ids(std::move(ids))
    {
    }
    std::size_t bytes() const override { return m_ids.size() * sizeof(TokenId); }
    const std::vector<TokenId>& ids() const { return m_ids; }

private:
    std::vector<TokenId> m_ids;
};

std::vector<double> rowOf(const FakeValue& value, std::size_t row)
{
    const auto first = value.cells.begin() + static_cast<std::ptrdiff_t>(row * value.columns);
    return {first, first + static_cast<std::ptrdiff_t>(value.columns)};
}

Matrix rounded(const FakeValue& value)
{
    return {value.rows, value.columns, std::vector<float>(value.cells.begin(), value.cells.end())};
}

/// Indices of the logits, the highest first, equal ones by id.
std::vector<TokenId> ordered(const std::vector<double>& logits)
{
    std::vector<TokenId> ids(logits.size());
    std::iota(ids.begin(), ids.end(), 0);
    std::stable_sort(ids.begin(), ids.end(), [&](TokenId a, TokenId b) {
        return logits[static_cast<std::size_t>(a)] > logits[static_cast<std::size_t>(b)];
    });
    return ids;
}

double divergence(const std::vector<double>& logP, const std::vector<double>& logQ)
{
    double sum = 0;
    for (std::size_t i = 0; i < logP.size(); ++i)
        if (const double p = std::exp(logP[i]); p > 0)
            sum += p * (logP[i] - logQ[i]);
    return sum;
}

} // namespace

FakeModel::FakeModel(
    Architecture a, FakeWeights weights, std::shared_ptr<const Tokenizer> tokenizer)
    : m_weights(weightsFrom(a, weights))
    , m_tokenizer(std::move(tokenizer))
{
    a.validate();
    m_info.name = "fake-" + std::to_string(a.layers) + "l";
    m_info.path = "/models/" + m_info.name;
    m_info.hash = "fake";
    m_info.tokenizerHash = m_tokenizer ? m_tokenizer->hash() : std::string();
    for (const auto& [name, tensor] : m_weights)
        m_info.parameters += static_cast<std::int64_t>(tensor.values.size());
    m_info.weightBytes = static_cast<std::uint64_t>(m_info.parameters) * sizeof(float);
    m_info.fileDtype = "F32";
    m_info.dtype = "f64";
    m_info.device = "cpu";
    m_info.engine = "reference";
    m_info.architecture = std::move(a);
}

FakeModel::FakeModel(Architecture a, std::uint64_t seed, std::shared_ptr<const Tokenizer> tokenizer)
    : FakeModel(a, randomWeights(a, seed), std::move(tokenizer))
{
}

void FakeModel::setPath(const std::filesystem::path& path)
{
    m_info.path = path.string();
    m_info.name = path.filename().string();
    m_info.hash = "fake " + path.string();
}

std::unique_ptr<FakeModel> FakeModel::small(std::uint64_t seed)
{
    Architecture a;
    a.family = "gpt2";
    a.layers = 3;
    a.heads = a.kvHeads = 4;
    a.dModel = 16;
    a.dHead = 4;
    a.dMlp = 32;
    a.vocabulary = 60;
    a.context = 128;
    a.attentionScale = 0.5;
    a.bos = 0;
    a.eos = {1};
    return std::make_unique<FakeModel>(a, seed, std::make_shared<WordTokenizer>(60));
}

std::unique_ptr<FakeModel> FakeModel::deep(std::uint64_t seed)
{
    Architecture a;
    a.family = "gpt2";
    a.layers = 48;
    a.heads = a.kvHeads = 2;
    a.dModel = 8;
    a.dHead = 4;
    a.dMlp = 16;
    a.vocabulary = 60;
    a.context = 512;
    a.attentionScale = 0.5;
    a.bos = 0;
    a.eos = {1};
    return std::make_unique<FakeModel>(a, seed, std::make_shared<WordTokenizer>(60));
}

FakePass FakeModel::pass(const std::vector<TokenId>& ids, std::size_t promptLength,
    const Edits& edits, const std::set<Site>& keep)
{
    check(ids);
    for (const Site& site : keep)
        architecture().check(site);
    ++m_passes;
    return {architecture(), m_weights, {ids, promptLength}, edits, keep};
}

void FakeModel::checkBase(const Base* base, const std::vector<TokenId>& ids) const
{
    if (!base)
        return;
    const auto* own = dynamic_cast<const FakeBase*>(base);
    if (!own || own->ids() != ids)
        throw Error("The kept run belongs to another prompt or model.");
}

std::vector<Trace> FakeModel::run(const std::vector<RunRequest>& requests, const Progress& progress)
{
    std::vector<Trace> traces;
    for (const RunRequest& request : requests) {
        checkBase(request.base.get(), request.ids);
        const FakePass done = pass(request.ids, request.ids.size(), request.edits,
            {request.want.begin(), request.want.end()});
        Trace trace;
        trace.ids = request.ids;
        trace.heads = architecture().heads;
        trace.kvHeads = architecture().kvHeads;
        trace.logitPositions = request.logitPositions;
        if (trace.logitPositions.empty())
            for (std::size_t p = 0; p < request.ids.size(); ++p)
                trace.logitPositions.emplace_back(static_cast<std::int64_t>(p));
        for (const Site& site : request.want) {
            if (site.point == Point::Logits) {
                std::vector<float> rows;
                for (const Position p : trace.logitPositions) {
                    if (p.value() < 0 || static_cast<std::size_t>(p.value()) >= request.ids.size())
                        throw Error("There is no position " + std::to_string(p.value()) + ".");
                    const auto row = rowOf(done.logits(), static_cast<std::size_t>(p.value()));
                    rows.insert(rows.end(), row.begin(), row.end());
                }
                trace.values[site] = Matrix(trace.logitPositions.size(),
                    static_cast<std::size_t>(architecture().outputs()), std::move(rows));
            } else {
                Trace whole = trace;
                whole.values = {{site.whole(), rounded(done.value(site.whole()))}};
                trace.values[site] = whole.at(site);
            }
        }
        if (request.keepBase)
            trace.base = std::make_shared<FakeBase>(request.ids);
        traces.push_back(std::move(trace));
        progress.step(static_cast<double>(traces.size()) / static_cast<double>(requests.size()));
    }
    return traces;
}

ReadOut FakeModel::summary(const std::vector<double>& logits, int topK,
    const std::vector<TokenId>& tracked, const std::vector<double>* reference) const
{
    ReadOut out;
    const auto best = ordered(logits);
    for (std::size_t i = 0; i < std::min(best.size(), static_cast<std::size_t>(std::max(topK, 0)));
         ++i)
        out.top.push_back({best[i], static_cast<float>(logits[static_cast<std::size_t>(best[i])])});
    out.logSumExp = logSumExp(logits);
    const auto logP = logProbabilities(logits);
    for (const double p : logP)
        out.entropy -= std::exp(p) > 0 ? std::exp(p) * p : 0;
    for (const TokenId id : tracked) {
        const double own = logits.at(static_cast<std::size_t>(id));
        out.logits.push_back(static_cast<float>(own));
        out.ranks.push_back(static_cast<std::int32_t>(
            std::count_if(logits.begin(), logits.end(), [&](double x) { return x > own; })));
    }
    if (reference)
        out.kl = divergence(*reference, logP);
    return out;
}

std::vector<ReadOut> FakeModel::readOut(const ReadOutRequest& request, const Progress& progress)
{
    const Architecture& a = architecture();
    const auto logitsOf = [&](const Matrix& rows, std::size_t i) {
        if (rows.columns() != static_cast<std::size_t>(a.dModel))
            throw Error("A read-out needs rows as wide as the residual stream.");
        const std::vector<double> row(rows.row(i).begin(), rows.row(i).end());
        return readOutRow(a, m_weights, row, request.normalise);
    };
    std::vector<std::vector<double>> references;
    for (std::size_t i = 0; i < request.reference.rows(); ++i)
        references.push_back(logProbabilities(logitsOf(request.reference, i)));
    std::vector<ReadOut> out;
    for (std::size_t i = 0; i < request.rows.rows(); ++i) {
        progress.check();
        const int reference = request.referenceRow.empty() ? -1 : request.referenceRow.at(i);
        const auto& tracked
            = request.trackedPerRow.empty() ? request.tracked : request.trackedPerRow.at(i);
        out.push_back(summary(logitsOf(request.rows, i), request.topK, tracked,
            reference < 0 ? nullptr : &references.at(static_cast<std::size_t>(reference))));
    }
    return out;
}

double FakeModel::measured(
    const Metric& metric, const FakePass& done, const std::vector<TokenId>& ids) const
{
    const std::size_t last = ids.size() - 1;
    const std::size_t at
        = metric.position.valid() ? static_cast<std::size_t>(metric.position.value()) : last;
    if (at > last)
        throw Error("The metric's position lies outside the prompt.");
    const auto logits = rowOf(done.logits(), at);
    const auto mean = [&](const std::vector<TokenId>& of) {
        double sum = 0;
        for (const TokenId id : of)
            sum += logits.at(static_cast<std::size_t>(id));
        return of.empty() ? 0 : sum / static_cast<double>(of.size());
    };
    const auto reference = [&](std::size_t row) {
        return std::vector<double>(
            metric.reference.row(row).begin(), metric.reference.row(row).end());
    };
    switch (metric.kind) {
    case Metric::Kind::LogitDifference:
        return mean(metric.answers) - mean(metric.wrongs);
    case Metric::Kind::LogProbability: {
        std::vector<double> chosen;
        for (const TokenId id : metric.answers)
            chosen.push_back(logProbabilities(logits).at(static_cast<std::size_t>(id)));
        return logSumExp(chosen);
    }
    case Metric::Kind::Kl: {
        if (metric.position.valid())
            return divergence(
                reference(metric.reference.rows() == 1 ? 0 : at), logProbabilities(logits));
        if (metric.reference.rows() != ids.size())
            throw Error("The metric needs one reference row for each position.");
        double sum = 0;
        for (std::size_t p = 0; p < ids.size(); ++p)
            sum += divergence(reference(p), logProbabilities(rowOf(done.logits(), p)));
        return sum / static_cast<double>(ids.size());
    }
    case Metric::Kind::Loss: {
        if (last == 0)
            throw Error("The loss needs a prompt of at least two tokens.");
        if (*std::max_element(ids.begin() + 1, ids.end()) >= architecture().outputs())
            throw Error("The loss needs tokens that have a logit.");
        double sum = 0;
        for (std::size_t p = 0; p < last; ++p)
            sum -= logProbabilities(rowOf(done.logits(), p))[static_cast<std::size_t>(ids[p + 1])];
        return sum / static_cast<double>(last);
    }
    case Metric::Kind::Accuracy:
        return ordered(logits).front() == metric.answers.at(0) ? 1 : 0;
    case Metric::Kind::Direction: {
        const FakeValue& value = done.value(metric.site.whole());
        const std::size_t width = metric.direction.columns();
        const std::size_t from = metric.site.head.valid()
            ? static_cast<std::size_t>(metric.site.head.value()) * width
            : 0;
        double dot = 0;
        for (std::size_t i = 0; i < width; ++i)
            dot += value.at(at, from + i) * static_cast<double>(metric.direction(0, i));
        return dot;
    }
    }
    return 0;
}

std::vector<double> FakeModel::measure(const MeasureRequest& request, const Progress& progress)
{
    checkBase(request.base.get(), request.ids);
    std::set<Site> keep;
    if (request.metric.kind == Metric::Kind::Direction)
        keep.insert(request.metric.site);
    std::vector<double> values;
    for (const Edits& variant : request.variants) {
        values.push_back(measured(
            request.metric, pass(request.ids, request.ids.size(), variant, keep), request.ids));
        progress.step(
            static_cast<double>(values.size()) / static_cast<double>(request.variants.size()));
    }
    return values;
}

Gradient FakeModel::gradient(const GradientRequest& request, const Progress& progress)
{
    const auto at = [&](const Edits& edits) {
        return measure({request.ids, {edits}, request.metric, {}}).front();
    };
    Gradient out;
    out.value = at(request.edits);
    out.activations = run(RunRequest{request.ids, request.at, request.edits, {}, false, {}});
    out.gradients = out.activations;
    const double step = 1e-4;
    for (const Site& site : request.at) {
        const Matrix& value = out.activations.values.at(site);
        const bool square = site.point == Point::AttnScores || site.point == Point::Pattern;
        const std::size_t heads = isPerHead(site.point) && !site.head.valid()
            ? static_cast<std::size_t>(architecture().headsAt(site.point))
            : 1;
        const std::size_t width = square ? value.columns() : value.columns() / heads;
        std::vector<float> slopes(value.size());
        for (std::size_t r = 0; r < value.rows(); ++r)
            for (std::size_t c = 0; c < value.columns(); ++c) {
                progress.check();
                const std::size_t head = square ? r / request.ids.size() : c / width;
                Edit nudge;
                nudge.site = site;
                if (isPerHead(site.point) && !site.head.valid())
                    nudge.site.head = Head(static_cast<std::int64_t>(head));
                nudge.operation = Operation::Add;
                nudge.unit = Unit(static_cast<std::int64_t>(square ? c : c % width));
                nudge.positions = EditPositions::at(
                    Position(static_cast<std::int64_t>(square ? r % request.ids.size() : r)));
                Edits edits = request.edits;
                edits.push_back(nudge);
                edits.back().number = step;
                const double up = at(edits);
                edits.back().number = -step;
                slopes[r * value.columns() + c] = static_cast<float>((up - at(edits)) / (2 * step));
            }
        out.gradients.values[site] = Matrix(value.rows(), value.columns(), std::move(slopes));
    }
    return out;
}

} // namespace microtome
