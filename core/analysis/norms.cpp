#include "core/analysis/norms.h"

#include "core/analysis/bundle.h"
#include "core/analysis/fields.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace microtome {

namespace {

constexpr std::size_t candidatesPerRow = 64;

/// The median; the mean of the two middle ones for an even count.
double median(std::vector<float> values)
{
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    const auto upper = static_cast<double>(*middle);
    if (values.size() % 2 == 1)
        return upper;
    return (upper + static_cast<double>(*std::max_element(values.begin(), middle))) / 2;
}

void addRow(const Site& site, const Matrix& h, ResidualNorms& out, std::vector<float>& norms,
    std::vector<float>& peaks)
{
    for (std::size_t p = 0; p < h.rows(); ++p) {
        double square = 0;
        for (const float x : h.row(p))
            square += static_cast<double>(x) * static_cast<double>(x);
        norms.push_back(static_cast<float>(std::sqrt(square)));
    }
    const auto values = h.values();
    std::vector<float> sizes(values.size());
    std::transform(
        values.begin(), values.end(), sizes.begin(), [](float x) { return std::abs(x); });
    const std::size_t count = std::min(candidatesPerRow, sizes.size());
    std::vector<std::size_t> order(sizes.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count),
        order.end(), [&](std::size_t a, std::size_t b) {
            return sizes[a] != sizes[b] ? sizes[a] > sizes[b] : a < b;
        });
    for (std::size_t n = 0; n < 3; ++n)
        peaks.push_back(n < count ? sizes[order[n]] : 0);
    const double middle = median(sizes);
    peaks.push_back(static_cast<float>(middle));
    for (std::size_t n = 0; n < count; ++n) {
        const std::size_t i = order[n];
        out.candidates.push_back({site, Position(static_cast<std::int64_t>(i / h.columns())),
            static_cast<int>(i % h.columns()), values[i], static_cast<double>(sizes[i]) / middle});
    }
}

} // namespace

ResidualNorms residualNorms(Model& model, const Subject& subject, const Progress& progress)
{
    ResidualNorms out;
    out.ids = subject.prompt.ids;
    out.rows.push_back({Point::ResidPre, Layer(0), {}});
    for (int l = 0; l < model.architecture().layers; ++l)
        out.rows.push_back({Point::ResidPost, Layer(l), {}});
    std::vector<float> norms;
    std::vector<float> peaks;
    captureEach(
        model, subject, out.rows,
        [&](const Site& site, const Matrix& h) { addRow(site, h, out, norms, peaks); }, progress);
    out.norms = Matrix(out.rows.size(), subject.tokens(), std::move(norms));
    out.peaks = Matrix(out.rows.size(), 4, std::move(peaks));
    return out;
}

std::vector<MassiveActivation> ResidualNorms::massive(const MassiveThresholds& thresholds) const
{
    std::vector<MassiveActivation> found;
    std::copy_if(candidates.begin(), candidates.end(), std::back_inserter(found),
        [&](const MassiveActivation& m) {
            return std::abs(static_cast<double>(m.value)) > thresholds.absolute
                && m.ratio >= thresholds.ratio;
        });
    return found;
}

Bundle ResidualNorms::toBundle() const
{
    Bundle b;
    b.fields = {{"kind", "norms"}, {"ids", ids}, {"rows", sitesToJson(rows)}};
    b.matrices = {{"norms", norms}, {"peaks", peaks}};
    std::vector<float> list;
    for (const MassiveActivation& m : candidates) {
        const auto row = std::find(rows.begin(), rows.end(), m.site) - rows.begin();
        for (const double x : {static_cast<double>(row), static_cast<double>(m.position.value()),
                 static_cast<double>(m.dimension), static_cast<double>(m.value), m.ratio})
            list.push_back(static_cast<float>(x));
    }
    b.matrices["candidates"] = Matrix(candidates.size(), 5, std::move(list));
    return b;
}

ResidualNorms ResidualNorms::fromBundle(const Bundle& b)
{
    b.expect("norms");
    ResidualNorms out;
    out.ids = fieldOf<std::vector<TokenId>>(b.fields, "ids");
    out.rows = sitesFromJson(fieldOf<nlohmann::json>(b.fields, "rows"));
    out.norms = b.matrix("norms");
    out.peaks = b.matrix("peaks");
    const Matrix& list = b.matrix("candidates");
    for (std::size_t i = 0; i < list.rows(); ++i) {
        const auto cell = list.row(i);
        if (list.columns() != 5 || !(cell[0] >= 0)
            || !(cell[0] < static_cast<float>(out.rows.size())))
            throw Error("The stored norms are damaged. Compute them again.");
        out.candidates.push_back({out.rows[static_cast<std::size_t>(cell[0])],
            Position(static_cast<std::int64_t>(cell[1])), static_cast<int>(cell[2]), cell[3],
            static_cast<double>(cell[4])});
    }
    return out;
}

} // namespace microtome
