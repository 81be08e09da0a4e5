#include "core/nn/directions/principal.h"

#include "core/nn/directions/directionrows.h"
#include "core/nn/network.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/linalg_eigh.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/where.h>
#include <ATen/ops/zeros.h>

#include <algorithm>
#include <numeric>

namespace microtome {

namespace {

constexpr std::size_t rowsAtOnce = 512;
constexpr std::size_t widest = 16384;

/// Directions a tile at a time, in f64.
class Tiles {
public:
    Tiles(const Directions& directions, bool unit)
        : m_directions(directions)
        , m_buffer(
              at::empty({rowsAtOnce, static_cast<std::int64_t>(directions.width())}, at::kDouble))
    {
        if (unit) {
            m_rows = nn::live(directions);
            return;
        }
        m_rows.latents.resize(directions.count());
        std::iota(m_rows.latents.begin(), m_rows.latents.end(), 0);
        m_rows.factors.assign(directions.count(), 1);
    }

    std::size_t count() const { return m_rows.latents.size(); }

    /// Calls back with [rows, d] and the latents in them.
    template <class Use> void each(const Progress& progress, const char* what, Use use) const
    {
        for (std::size_t first = 0; first < count(); first += rowsAtOnce) {
            progress.step(static_cast<double>(first) / static_cast<double>(count()), what);
            const std::size_t rows = std::min(rowsAtOnce, count() - first);
            const auto latents = std::span(m_rows.latents).subspan(first, rows);
            use(nn::gather(m_directions, latents, std::span(m_rows.factors).subspan(first, rows),
                    m_buffer),
                latents);
        }
    }

private:
    const Directions& m_directions;
    nn::LiveDirections m_rows;
    at::Tensor m_buffer;
};

/// Rows with the sign at which their number of largest magnitude (the first of several) is
/// positive.
at::Tensor signedRows(const at::Tensor& rows)
{
    const at::Tensor at = rows.abs().argmax(1, true);
    return at::where(rows.gather(1, at) < 0, -rows, rows);
}

} // namespace

PrincipalComponents principalComponents(
    const Directions& directions, const PrincipalSettings& settings, const Progress& progress)
{
    const at::NoGradGuard guard;
    check(directions);
    const std::size_t width = directions.width();
    if (width > widest)
        throw Error("Directions of " + std::to_string(width)
            + " numbers are too wide for principal components, which hold a square of them; take "
              "one output of the dictionary (up to "
            + std::to_string(widest) + ").");
    if (settings.components == 0 || settings.components > width)
        throw Error("Directions of " + std::to_string(width)
            + " numbers have from 1 to as many "
              "principal components.");
    const auto d = static_cast<std::int64_t>(width);
    const Tiles tiles(directions, settings.unit);
    if (tiles.count() == 0)
        throw Error("All directions of the dictionary are zero, so they vary along no axis.");
    const auto n = static_cast<double>(tiles.count());

    at::Tensor mean = at::zeros({d}, at::kDouble);
    if (settings.centred)
        tiles.each(progress.part(0, 0.1), "mean",
            [&](const at::Tensor& rows, const auto&) { mean += rows.sum(0) / n; });
    at::Tensor covariance = at::zeros({d, d}, at::kDouble);
    tiles.each(progress.part(0.1, 0.6), "covariance", [&](const at::Tensor& rows, const auto&) {
        rows.sub_(mean);
        covariance.addmm_(rows.t(), rows, 1, 1 / n);
    });
    progress.step(0.6, "eigenvectors");
    const auto [values, vectors] = at::linalg_eigh(covariance);

    PrincipalComponents made;
    const auto k = static_cast<std::int64_t>(settings.components);
    const at::Tensor axes = signedRows(vectors.narrow(1, d - k, k).t().flip(0).contiguous());
    made.axes = nn::toMatrix(axes.to(at::kFloat));
    made.whole = values.sum().item<double>();
    for (std::int64_t i = 0; i < k; ++i) {
        made.variance.push_back(std::max(values[d - 1 - i].item<double>(), 0.0));
        made.share.push_back(made.whole > 0 ? made.variance.back() / made.whole : 0);
    }
    made.mean.assign(mean.data_ptr<double>(), mean.data_ptr<double>() + d);
    std::vector<float> coordinates(directions.count() * settings.components);
    tiles.each(progress.part(0.9, 1), "coordinates",
        [&](const at::Tensor& rows, std::span<const std::uint32_t> latents) {
            rows.sub_(mean);
            const at::Tensor projected = at::mm(rows, axes.t()).to(at::kFloat).contiguous();
            for (std::size_t i = 0; i < latents.size(); ++i)
                std::copy_n(projected.data_ptr<float>() + i * settings.components,
                    settings.components,
                    coordinates.begin()
                        + static_cast<std::ptrdiff_t>(latents[i] * settings.components));
        });
    made.coordinates = {directions.count(), settings.components, std::move(coordinates)};
    progress.step(1, "coordinates");
    return made;
}

} // namespace microtome
