#include "core/features/check/readings.h"

#include <algorithm>

namespace microtome {

namespace {

Matrix someRows(const Matrix& all, const std::vector<bool>& taken)
{
    std::vector<float> values;
    std::size_t rows = 0;
    for (std::size_t r = 0; r < all.rows(); ++r)
        if (taken[r]) {
            values.insert(values.end(), all.row(r).begin(), all.row(r).end());
            ++rows;
        }
    return {rows, all.columns(), std::move(values)};
}

Matrix stacked(const std::vector<const Matrix*>& parts)
{
    std::vector<float> values;
    std::size_t rows = 0;
    for (const Matrix* part : parts)
        rows += part->rows();
    values.reserve(rows * parts.front()->columns());
    for (const Matrix* part : parts)
        values.insert(values.end(), part->values().begin(), part->values().end());
    return {rows, parts.front()->columns(), std::move(values)};
}

} // namespace

PlacedCoders::PlacedCoders(
    const Model& model, std::span<const SparseCoder> coders, const PlaceOptions& options)
    : m_coders(coders)
{
    for (const SparseCoder& coder : coders) {
        m_readers.emplace_back(model, placeOf(coder, model.architecture(), options));
        const auto& writes = m_readers.back().place().writes;
        m_written.insert(m_written.end(), writes.begin(), writes.end());
    }
    std::ranges::sort(m_written, {}, [](const CoderSite& place) {
        return std::tuple(place.site.layer, place.site.point, place);
    });
    m_written.erase(std::ranges::unique(m_written).begin(), m_written.end());
}

std::size_t PlacedCoders::indexOf(const CoderSite& place) const
{
    return static_cast<std::size_t>(std::ranges::find(m_written, place) - m_written.begin());
}

std::vector<Site> PlacedCoders::wants() const
{
    std::vector<Site> wants;
    for (const CoderReader& reader : m_readers)
        for (const Site& site : reader.wants())
            if (std::ranges::find(wants, site) == wants.end())
                wants.push_back(site);
    return wants;
}

Readings Readings::thinned(std::size_t most) const
{
    const std::size_t step = (tokens() + most - 1) / most;
    if (step <= 1)
        return *this;
    std::vector<bool> taken(tokens());
    for (std::size_t t = 0; t < taken.size(); t += step)
        taken[t] = true;
    Readings few;
    for (const auto& coder : inputs) {
        few.inputs.emplace_back();
        for (const Matrix& input : coder)
            few.inputs.back().push_back(someRows(input, taken));
    }
    for (const Matrix& target : targets)
        few.targets.push_back(someRows(target, taken));
    return few;
}

Readings readingsOf(const PlacedCoders& coders, const Trace& trace, const std::vector<bool>& taken)
{
    Readings readings;
    readings.targets.resize(coders.written().size());
    for (std::size_t i = 0; i < coders.count(); ++i) {
        readings.inputs.emplace_back();
        for (const Matrix& input : coders.reader(i).inputs(trace))
            readings.inputs.back().push_back(someRows(input, taken));
        const auto targets = coders.reader(i).targets(trace);
        for (std::size_t o = 0; o < targets.size(); ++o) {
            Matrix& target = readings.targets[coders.indexOf(coders.reader(i).place().writes[o])];
            if (target.columns() == 0)
                target = someRows(targets[o], taken);
        }
    }
    return readings;
}

Readings joined(const std::vector<Readings>& parts)
{
    Readings all = parts.front();
    const auto join = [&](auto member) {
        std::vector<const Matrix*> rows;
        for (const Readings& part : parts)
            rows.push_back(member(part));
        return stacked(rows);
    };
    for (std::size_t c = 0; c < all.inputs.size(); ++c)
        for (std::size_t i = 0; i < all.inputs[c].size(); ++i)
            all.inputs[c][i] = join([&](const Readings& part) { return &part.inputs[c][i]; });
    for (std::size_t o = 0; o < all.targets.size(); ++o)
        all.targets[o] = join([&](const Readings& part) { return &part.targets[o]; });
    return all;
}

} // namespace microtome
