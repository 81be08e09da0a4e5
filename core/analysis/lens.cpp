#include "core/analysis/lens.h"

#include "core/work/error.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>

namespace microtome {

namespace {

constexpr float nan = std::numeric_limits<float>::quiet_NaN();
constexpr std::size_t chunkRows = 256;
constexpr std::size_t keptBytes = std::size_t{256} << 20;

std::vector<Site> lensRows(const Architecture& a, const LensOptions& options)
{
    std::vector<Site> rows;
    if (options.embedding)
        rows.push_back({Point::ResidPre, Layer(0), {}});
    for (int l = 0; l < a.layers; ++l) {
        if (options.mid && a.has(Point::ResidMid))
            rows.push_back({Point::ResidMid, Layer(l), {}});
        rows.push_back({Point::ResidPost, Layer(l), {}});
    }
    return rows;
}

Matrix chosenRows(const Matrix& all, const std::vector<Position>& positions)
{
    std::vector<float> values;
    values.reserve(positions.size() * all.columns());
    for (const Position p : positions) {
        const auto row = all.row(static_cast<std::size_t>(p.value()));
        values.insert(values.end(), row.begin(), row.end());
    }
    return {positions.size(), all.columns(), std::move(values)};
}

Matrix rowSpan(const Matrix& m, std::size_t begin, std::size_t end)
{
    const auto part = m.values().subspan(begin * m.columns(), (end - begin) * m.columns());
    return {end - begin, m.columns(), {part.begin(), part.end()}};
}

/// The tokens on top of any row at one position, those with the highest probability anywhere first.
std::vector<TokenId> topTokens(Model& model, const Matrix& rows, std::size_t count)
{
    ReadOutRequest request;
    request.rows = rows;
    request.topK = 1;
    std::map<TokenId, double> best;
    for (const ReadOut& cell : model.readOut(request))
        if (!cell.top.empty())
            best[cell.top[0].id]
                = std::max(best[cell.top[0].id], cell.probability(cell.top[0].logit));
    std::vector<std::pair<TokenId, double>> order(best.begin(), best.end());
    std::stable_sort(order.begin(), order.end(),
        [](const auto& a, const auto& b) { return a.second > b.second; });
    std::vector<TokenId> ids;
    for (std::size_t i = 0; i < std::min(count, order.size()); ++i)
        ids.push_back(order[i].first);
    return ids;
}

/// Fills a lens cell by cell.
class LensBuilder {
public:
    LensBuilder(Model& model, Lens& lens, Matrix reference)
        : m_model(model)
        , m_lens(lens)
        , m_reference(std::move(reference))
        , m_cells(lens.rows.size() * lens.columns())
        , m_topLogits(m_cells * static_cast<std::size_t>(lens.topK))
        , m_logSumExp(m_cells)
        , m_entropy(m_cells)
        , m_kl(m_cells)
        , m_nextLogit(m_cells, nan)
        , m_nextRank(m_cells, -1)
        , m_trackedLogits(lens.tracked.size(), std::vector<float>(m_cells))
        , m_trackedRanks(lens.tracked.size(), std::vector<float>(m_cells))
    {
        m_lens.topIds.resize(m_topLogits.size());
    }

    void addRow(std::size_t row, const Matrix& residual)
    {
        for (std::size_t begin = 0; begin < m_lens.columns(); begin += chunkRows) {
            const std::size_t end = std::min(begin + chunkRows, m_lens.columns());
            ReadOutRequest request;
            request.rows = rowSpan(residual, begin, end);
            request.topK = m_lens.topK;
            request.reference = rowSpan(m_reference, begin, end);
            for (std::size_t c = begin; c < end; ++c) {
                request.referenceRow.push_back(static_cast<int>(c - begin));
                request.trackedPerRow.push_back(m_lens.tracked);
                if (const auto next = nextToken(c))
                    request.trackedPerRow.back().push_back(*next);
            }
            const auto cells = m_model.readOut(request);
            for (std::size_t c = begin; c < end; ++c)
                store(row, c, cells[c - begin]);
        }
    }

    void finish()
    {
        const std::size_t rows = m_lens.rows.size();
        const std::size_t columns = m_lens.columns();
        m_lens.topLogits
            = Matrix(m_cells, static_cast<std::size_t>(m_lens.topK), std::move(m_topLogits));
        m_lens.logSumExp = Matrix(rows, columns, std::move(m_logSumExp));
        m_lens.entropy = Matrix(rows, columns, std::move(m_entropy));
        m_lens.kl = Matrix(rows, columns, std::move(m_kl));
        m_lens.nextLogit = Matrix(rows, columns, std::move(m_nextLogit));
        m_lens.nextRank = Matrix(rows, columns, std::move(m_nextRank));
        for (auto& logits : m_trackedLogits)
            m_lens.trackedLogits.emplace_back(rows, columns, std::move(logits));
        for (auto& ranks : m_trackedRanks)
            m_lens.trackedRanks.emplace_back(rows, columns, std::move(ranks));
    }

private:
    std::optional<TokenId> nextToken(std::size_t column) const
    {
        const auto p = static_cast<std::size_t>(m_lens.positions[column].value()) + 1;
        if (p >= m_lens.ids.size() || m_lens.ids[p] >= m_model.architecture().outputs())
            return {};
        return m_lens.ids[p];
    }

    void store(std::size_t row, std::size_t column, const ReadOut& cell)
    {
        const std::size_t i = row * m_lens.columns() + column;
        const auto k = static_cast<std::size_t>(m_lens.topK);
        for (std::size_t n = 0; n < k; ++n) {
            m_lens.topIds[i * k + n] = cell.top.at(n).id;
            m_topLogits[i * k + n] = cell.top[n].logit;
        }
        m_logSumExp[i] = static_cast<float>(cell.logSumExp);
        m_entropy[i] = static_cast<float>(cell.entropy);
        m_kl[i] = static_cast<float>(cell.kl);
        const std::size_t tracked = m_lens.tracked.size();
        for (std::size_t t = 0; t < tracked; ++t) {
            m_trackedLogits[t][i] = cell.logits.at(t);
            m_trackedRanks[t][i] = static_cast<float>(cell.ranks.at(t));
        }
        if (nextToken(column)) {
            m_nextLogit[i] = cell.logits.at(tracked);
            m_nextRank[i] = static_cast<float>(cell.ranks.at(tracked));
        }
    }

    Model& m_model;
    Lens& m_lens;
    Matrix m_reference;
    std::size_t m_cells;
    std::vector<float> m_topLogits, m_logSumExp, m_entropy, m_kl, m_nextLogit, m_nextRank;
    std::vector<std::vector<float>> m_trackedLogits, m_trackedRanks;
};

/// Compares the last row with what the model itself says at a few columns.
void checkLastRow(Model& model, const Subject& subject, const Matrix& lastRow, Lens& lens)
{
    const std::size_t n = lens.columns();
    const std::set<std::size_t> columns{0, n / 3, 2 * n / 3, n - 1};
    RunRequest run = subject.request({{Point::Logits, {}, {}}});
    std::vector<float> rows;
    for (const std::size_t c : columns) {
        run.logitPositions.push_back(lens.positions[c]);
        rows.insert(rows.end(), lastRow.row(c).begin(), lastRow.row(c).end());
    }
    ReadOutRequest request;
    request.rows = Matrix(columns.size(), lastRow.columns(), std::move(rows));
    request.topK = std::min(1000, model.architecture().outputs());
    const auto own = model.readOut(request);
    const Matrix logits = model.run(run).at({Point::Logits, {}, {}});
    for (std::size_t i = 0; i < own.size(); ++i) {
        for (const auto& entry : own[i].top) {
            const double difference = std::abs(static_cast<double>(entry.logit)
                - static_cast<double>(logits(i, static_cast<std::size_t>(entry.id))));
            lens.selfCheck = std::max(lens.selfCheck, difference);
        }
        const auto row = logits.row(i);
        const float highest = *std::max_element(row.begin(), row.end());
        lens.selfCheckTop
            = lens.selfCheckTop && row[static_cast<std::size_t>(own[i].top.at(0).id)] == highest;
    }
}

} // namespace

Lens logitLens(
    Model& model, const Subject& subject, const LensOptions& options, const Progress& progress)
{
    Lens lens;
    lens.ids = subject.prompt.ids;
    lens.rows = lensRows(model.architecture(), options);
    lens.topK = std::clamp(options.topK, 1, model.architecture().outputs());
    for (const Position p : options.positions)
        lens.positions.push_back(subject.resolve(p));
    for (int p = 0; options.positions.empty() && p <= subject.resolve({}).value(); ++p)
        lens.positions.emplace_back(p);
    const Position selected
        = options.selected.valid() ? subject.resolve(options.selected) : lens.positions.back();

    // First pass: the last row, to which all are compared, and the column tokens are taken from.
    // Residual streams are kept for the second pass where they are small, else captured again.
    const Site last = lens.rows.back();
    const bool small = lens.rows.size() * lens.columns()
            * static_cast<std::size_t>(model.architecture().dModel) * sizeof(float)
        <= keptBytes;
    std::vector<float> column;
    std::vector<Matrix> kept;
    Matrix lastRow;
    captureEach(
        model, subject, lens.rows,
        [&](const Site& site, const Matrix& residual) {
            const auto row = residual.row(static_cast<std::size_t>(selected.value()));
            column.insert(column.end(), row.begin(), row.end());
            const Matrix chosen = chosenRows(residual, lens.positions);
            if (site == last)
                lastRow = chosen;
            if (small)
                kept.push_back(chosen);
        },
        progress.part(0, 0.2));
    lens.tracked = !options.tracked.empty()
        ? options.tracked
        : topTokens(model, Matrix(lens.rows.size(), lastRow.columns(), std::move(column)),
            static_cast<std::size_t>(std::max(options.maximumTracked, 0)));

    LensBuilder builder(model, lens, lastRow);
    std::size_t row = 0;
    const auto addRow = [&](const Matrix& residual) {
        progress.step(0.2 + 0.75 * static_cast<double>(row) / static_cast<double>(lens.rows.size()),
            "logit lens");
        builder.addRow(row++, residual);
    };
    if (small)
        std::for_each(kept.begin(), kept.end(), addRow);
    else
        captureEach(model, subject, lens.rows, [&](const Site&, const Matrix& residual) {
            addRow(chosenRows(residual, lens.positions));
        });
    builder.finish();
    checkLastRow(model, subject, lastRow, lens);
    progress.step(1);
    return lens;
}

std::vector<Lens::Entry> Lens::top(std::size_t row, std::size_t column) const
{
    const std::size_t i = row * columns() + column;
    const auto k = static_cast<std::size_t>(topK);
    std::vector<Entry> entries;
    for (std::size_t n = 0; n < k; ++n)
        entries.push_back(
            {topIds.at(i * k + n), topLogits(i, n), probability(row, column, topLogits(i, n))});
    return entries;
}

double Lens::probability(std::size_t row, std::size_t column, float logit) const
{
    return std::exp(static_cast<double>(logit) - static_cast<double>(logSumExp(row, column)));
}

double Lens::nextProbability(std::size_t row, std::size_t column) const
{
    return probability(row, column, nextLogit(row, column));
}

namespace {

Trajectory trajectory(const Lens& lens, std::size_t token,
    const std::vector<std::pair<std::size_t, std::size_t>>& cells)
{
    Trajectory course;
    course.id = lens.tracked[token];
    for (const auto& [row, column] : cells) {
        course.probability.push_back(
            lens.probability(row, column, lens.trackedLogits[token](row, column)));
        course.rank.push_back(static_cast<int>(lens.trackedRanks[token](row, column)));
    }
    return course;
}

} // namespace

std::vector<Trajectory> trajectoriesByRow(const Lens& lens, std::size_t column)
{
    std::vector<std::pair<std::size_t, std::size_t>> cells;
    for (std::size_t row = 0; row < lens.rows.size(); ++row)
        cells.emplace_back(row, column);
    std::vector<Trajectory> all;
    for (std::size_t t = 0; t < lens.tracked.size(); ++t)
        all.push_back(trajectory(lens, t, cells));
    return all;
}

std::vector<Trajectory> trajectoriesByPosition(const Lens& lens, std::size_t row)
{
    std::vector<std::pair<std::size_t, std::size_t>> cells;
    for (std::size_t column = 0; column < lens.columns(); ++column)
        cells.emplace_back(row, column);
    std::vector<Trajectory> all;
    for (std::size_t t = 0; t < lens.tracked.size(); ++t)
        all.push_back(trajectory(lens, t, cells));
    return all;
}

} // namespace microtome
