#include "core/model/trace.h"

#include "core/work/error.h"

namespace microtome {

Matrix Trace::at(const Site& site) const
{
    if (const auto found = values.find(site); found != values.end())
        return found->second;
    const auto whole = values.find(site.whole());
    const auto count = static_cast<std::size_t>(isKvHead(site.point) ? kvHeads : heads);
    const auto head = static_cast<std::size_t>(site.head.value());
    if (whole == values.end() || !site.head.valid() || head >= count)
        throw Error(site.text() + " was not captured in this run.");

    const Matrix& m = whole->second;
    const bool headsAreRows = site.point == Point::AttnScores || site.point == Point::Pattern;
    const auto rows = headsAreRows ? m.rows() / count : m.rows();
    const auto width = headsAreRows ? m.columns() : m.columns() / count;
    std::vector<float> cut;
    cut.reserve(rows * width);
    for (std::size_t r = 0; r < rows; ++r) {
        const auto row = headsAreRows ? m.row(head * rows + r) : m.row(r).subspan(head * width, width);
        cut.insert(cut.end(), row.begin(), row.end());
    }
    return {rows, width, std::move(cut)};
}

} // namespace microtome
