#include "views/lens/lenschange.h"

#include <algorithm>

namespace microtome {

namespace {

constexpr std::size_t rowsAtOnce = 256; // of the unembedding

Matrix picked(
    const Matrix& all, const std::vector<Position>& positions, std::size_t begin, std::size_t end)
{
    std::vector<float> values;
    values.reserve((end - begin) * all.columns());
    for (std::size_t i = begin; i < end; ++i) {
        const auto row = all.row(static_cast<std::size_t>(positions[i].value()));
        values.insert(values.end(), row.begin(), row.end());
    }
    return {end - begin, all.columns(), std::move(values)};
}

/// The numbers of LensChange while they are collected.
struct Collected {
    std::vector<float> kl;
    std::vector<float> probability;
    std::vector<float> entropy;
    std::vector<std::vector<float>> ranks;
};

void compareRows(Model& model, const Lens& lens, std::size_t row, std::size_t begin,
    const Matrix& before, const Matrix& after, Collected& out)
{
    ReadOutRequest request;
    request.rows = before;
    request.topK = 1;
    request.trackedPerRow.resize(before.rows());
    for (std::size_t i = 0; i < before.rows(); ++i) {
        auto& tokens = request.trackedPerRow[i];
        tokens = lens.tracked;
        tokens.push_back(lens.top(row, begin + i).front().id);
    }
    const auto first = model.readOut(request);
    request.rows = after;
    request.reference = before;
    for (std::size_t i = 0; i < before.rows(); ++i)
        request.referenceRow.push_back(static_cast<int>(i));
    const auto second = model.readOut(request);
    for (std::size_t i = 0; i < first.size(); ++i) {
        const ReadOut& a = first[i];
        const ReadOut& b = second[i];
        out.kl.push_back(static_cast<float>(b.kl));
        out.probability.push_back(
            static_cast<float>(b.probability(b.logits.back()) - a.probability(a.logits.back())));
        out.entropy.push_back(static_cast<float>(b.entropy - a.entropy));
        for (std::size_t t = 0; t < lens.tracked.size(); ++t)
            out.ranks[t].push_back(static_cast<float>(b.ranks[t] - a.ranks[t]));
    }
}

} // namespace

LensChange lensChange(Model& model, const Subject& reference, const Subject& changed,
    const Lens& edited, const Progress& progress)
{
    if (reference.tokens() != changed.tokens())
        throw Error(
            "The two runs differ in length, so there is no difference to show cell by cell. "
            "Show the reference or the edited run.");
    Collected out;
    out.ranks.resize(edited.tracked.size());
    for (std::size_t row = 0; row < edited.rows.size(); ++row) {
        progress.step(static_cast<double>(row) / static_cast<double>(edited.rows.size()),
            "comparing " + edited.rows[row].name());
        const Site site = edited.rows[row];
        const Matrix before = model.run(reference.request({site})).at(site);
        const Matrix after = model.run(changed.request({site})).at(site);
        for (std::size_t begin = 0; begin < edited.columns(); begin += rowsAtOnce) {
            progress.check();
            const std::size_t end = std::min(begin + rowsAtOnce, edited.columns());
            compareRows(model, edited, row, begin, picked(before, edited.positions, begin, end),
                picked(after, edited.positions, begin, end), out);
        }
    }
    const std::size_t rows = edited.rows.size();
    const std::size_t columns = edited.columns();
    LensChange change;
    change.kl = Matrix(rows, columns, std::move(out.kl));
    change.probability = Matrix(rows, columns, std::move(out.probability));
    change.entropy = Matrix(rows, columns, std::move(out.entropy));
    for (auto& ranks : out.ranks)
        change.ranks.emplace_back(rows, columns, std::move(ranks));
    return change;
}

} // namespace microtome
