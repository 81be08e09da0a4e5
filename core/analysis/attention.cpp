#include "core/analysis/attention.h"

#include "core/work/error.h"

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

/// Average of the heads of a whole pattern, [heads * tokens, tokens] -> [tokens, tokens].
std::vector<double> headMean(const Matrix& pattern, std::size_t heads)
{
    const std::size_t cells = pattern.size() / heads;
    std::vector<double> mean(cells);
    for (std::size_t h = 0; h < heads; ++h)
        for (std::size_t i = 0; i < cells; ++i)
            mean[i] += static_cast<double>(pattern.values()[h * cells + i]);
    for (double& m : mean)
        m /= static_cast<double>(heads);
    return mean;
}

Matrix square(const std::vector<double>& values, std::size_t n)
{
    return {n, n, std::vector<float>(values.begin(), values.end())};
}

/// R_l = ½(A + I) R_{l-1}, in place; an empty `before` stands for the identity.
void rollOn(std::vector<double> a, std::vector<double>& before, std::size_t n, bool dropFirst)
{
    for (std::size_t i = 0; i < n; ++i) {
        double* const row = a.data() + i * n;
        if (dropFirst)
            row[0] = 0;
        double sum = 0;
        for (std::size_t j = 0; j < n; ++j)
            sum += row[j];
        for (std::size_t j = 0; j < n; ++j)
            row[j] = (sum > 0 ? row[j] / sum : j == i ? 1 : 0) / 2 + (j == i ? 0.5 : 0);
    }
    if (before.empty()) {
        before = std::move(a);
        return;
    }
    std::vector<double> after(n * n);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t k = 0; k < n; ++k)
            if (const double weight = a[i * n + k]; weight != 0)
                for (std::size_t j = 0; j < n; ++j)
                    after[i * n + j] += weight * before[k * n + j];
    before = std::move(after);
}

Site patternOf(int layer, Head head = {})
{
    return {Point::Pattern, Layer(layer), head};
}

/// ‖v_j W_O‖₂ for every position; v of the key/value head that the head shares.
Matrix valueNorms(Model& model, const Matrix& values, Layer layer, Head head)
{
    const Matrix wo = model.weight("blocks." + std::to_string(layer.value()) + ".attn.W_O", head);
    std::vector<float> norms(values.rows());
    std::vector<double> written(wo.columns());
    for (std::size_t j = 0; j < values.rows(); ++j) {
        std::fill(written.begin(), written.end(), 0);
        for (std::size_t e = 0; e < wo.rows(); ++e)
            for (std::size_t i = 0; i < wo.columns(); ++i)
                written[i] += static_cast<double>(values(j, e)) * static_cast<double>(wo(e, i));
        double sum = 0;
        for (const double w : written)
            sum += w * w;
        norms[j] = static_cast<float>(std::sqrt(sum));
    }
    return {1, norms.size(), std::move(norms)};
}

void computeHead(Model& model, const Subject& subject, AttentionMap& map, const Progress& progress)
{
    const Architecture& a = model.architecture();
    if (!map.head.valid())
        throw Error("Choose a head to look at its attention.");
    const Site pattern{Point::Pattern, map.layer, map.head};
    const Site values{Point::V, map.layer, Head(map.head.value() * a.kvHeads / a.heads)};
    a.check(pattern);
    const Trace trace = model.run(subject.request({pattern, values}), progress);
    map.weights = trace.at(pattern);
    map.valueNorms = valueNorms(model, trace.at(values), map.layer, map.head);
}

} // namespace

AttentionMap attentionMap(Model& model, const Subject& subject, AttentionMap::Kind kind,
    Layer layer, Head head, const Progress& progress)
{
    using Kind = AttentionMap::Kind;
    const Architecture& a = model.architecture();
    const auto n = subject.tokens();
    const auto heads = static_cast<std::size_t>(a.heads);
    AttentionMap map;
    map.kind = kind;
    map.ids = subject.prompt.ids;
    const bool rollout = kind == Kind::Rollout || kind == Kind::RolloutNoBos;
    if (kind != Kind::ModelMean) {
        map.layer = rollout && !layer.valid() ? Layer(a.layers - 1) : layer;
        a.check({Point::Pattern, map.layer, {}});
    }
    if (kind == Kind::SingleHead) {
        map.head = head;
        computeHead(model, subject, map, progress);
        return map;
    }

    std::vector<Site> sites;
    const int first = kind == Kind::LayerMean ? map.layer.value() : 0;
    const int last = kind == Kind::ModelMean ? a.layers - 1 : map.layer.value();
    for (int l = first; l <= last; ++l)
        sites.push_back(patternOf(l));
    std::vector<double> sum;
    captureEach(
        model, subject, sites,
        [&](const Site&, const Matrix& pattern) {
            std::vector<double> mean = headMean(pattern, heads);
            if (rollout) {
                rollOn(std::move(mean), sum, n, kind == Kind::RolloutNoBos);
            } else {
                sum.resize(mean.size());
                for (std::size_t i = 0; i < mean.size(); ++i)
                    sum[i] += mean[i] / static_cast<double>(sites.size());
            }
        },
        progress);
    map.weights = square(sum, n);
    return map;
}

Matrix rolledOut(const Matrix& meanPattern, const Matrix& before, bool dropFirst)
{
    const std::size_t n = meanPattern.rows();
    std::vector<double> rolled(before.values().begin(), before.values().end());
    rollOn({meanPattern.values().begin(), meanPattern.values().end()}, rolled, n, dropFirst);
    return square(rolled, n);
}

Matrix AttentionMap::valueWeighted(bool normalised) const
{
    if (valueNorms.columns() != weights.columns())
        throw Error("Value-weighted attention exists for a single head only: choose one.");
    std::vector<float> out;
    out.reserve(weights.size());
    for (std::size_t i = 0; i < weights.rows(); ++i) {
        double sum = 0;
        for (std::size_t j = 0; j < weights.columns(); ++j)
            sum += static_cast<double>(weights(i, j)) * static_cast<double>(valueNorms(0, j));
        const double divisor = normalised && sum > 0 ? sum : 1;
        for (std::size_t j = 0; j < weights.columns(); ++j)
            out.push_back(static_cast<float>(static_cast<double>(weights(i, j))
                * static_cast<double>(valueNorms(0, j)) / divisor));
    }
    return {weights.rows(), weights.columns(), std::move(out)};
}

Matrix maximumPooled(const Matrix& m, std::size_t n)
{
    const std::size_t rows = std::min(n, m.rows());
    const std::size_t columns = std::min(n, m.columns());
    if (rows == m.rows() && columns == m.columns())
        return m;
    std::vector<float> out;
    out.reserve(rows * columns);
    for (std::size_t r = 0; r < rows; ++r)
        for (std::size_t c = 0; c < columns; ++c) {
            const std::size_t top = r * m.rows() / rows;
            const std::size_t left = c * m.columns() / columns;
            float highest = m(top, left);
            for (std::size_t y = top; y < (r + 1) * m.rows() / rows; ++y)
                for (std::size_t x = left; x < (c + 1) * m.columns() / columns; ++x)
                    highest = std::max(highest, m(y, x));
            out.push_back(highest);
        }
    return {rows, columns, std::move(out)};
}

AttentionThumbnails attentionThumbnails(
    Model& model, const Subject& subject, Layer layer, std::size_t n, const Progress& progress)
{
    const Architecture& a = model.architecture();
    AttentionThumbnails thumbnails{layer, static_cast<int>(subject.tokens()), {}};
    a.check({Point::Pattern, layer, {}});
    std::vector<Site> sites;
    for (int h = 0; h < a.heads; ++h)
        sites.push_back(patternOf(layer.value(), Head(h)));
    captureEach(
        model, subject, sites,
        [&](const Site&, const Matrix& pattern) {
            thumbnails.heads.push_back(maximumPooled(pattern, n));
        },
        progress);
    return thumbnails;
}

std::vector<AttentionSource> topSources(const Matrix& map, Position query, std::size_t count)
{
    if (!query.valid() || static_cast<std::size_t>(query.value()) >= map.rows())
        throw Error("There is no position " + std::to_string(query.value()) + " in this map.");
    const auto row = map.row(static_cast<std::size_t>(query.value()));
    std::vector<AttentionSource> sources;
    for (std::size_t j = 0; j < row.size(); ++j)
        if (row[j] > 0)
            sources.push_back({query, Position(static_cast<std::int64_t>(j)), row[j]});
    std::stable_sort(sources.begin(), sources.end(),
        [](const auto& a, const auto& b) { return a.weight > b.weight; });
    sources.resize(std::min(count, sources.size()));
    return sources;
}

std::vector<AttentionSource> attentionLines(
    const Matrix& map, double threshold, std::size_t perQuery, std::size_t limit)
{
    std::vector<AttentionSource> lines;
    for (std::size_t i = 0; i < map.rows(); ++i)
        for (const AttentionSource& source : topSources(map, Position(static_cast<std::int64_t>(i)),
                 perQuery == 0 ? map.columns() : perQuery))
            if (source.weight >= threshold)
                lines.push_back(source);
    std::stable_sort(lines.begin(), lines.end(),
        [](const auto& a, const auto& b) { return a.weight > b.weight; });
    lines.resize(std::min(limit, lines.size()));
    return lines;
}

} // namespace microtome
