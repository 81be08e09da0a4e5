#include "core/nn/directions/directionrows.h"

#include <ATen/Parallel.h>

namespace microtome::nn {

namespace {

template <class Number>
void fill(const Directions& directions, std::span<const std::uint32_t> latents,
    std::span<const double> factors, Number* to)
{
    const std::size_t width = directions.width();
    at::parallel_for(0, static_cast<std::int64_t>(latents.size()), 64,
        [&](std::int64_t begin, std::int64_t end) {
            for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i) {
                Number* out = to + i * width;
                for (const Matrix& part : directions.parts)
                    for (const float value : part.row(latents[i]))
                        *out++ = static_cast<Number>(static_cast<double>(value) * factors[i]);
            }
        });
}

} // namespace

at::Tensor gather(const Directions& directions, std::span<const std::uint32_t> latents,
    std::span<const double> factors, const at::Tensor& to)
{
    const at::Tensor rows = to.narrow(0, 0, static_cast<std::int64_t>(latents.size()));
    if (rows.scalar_type() == at::kDouble)
        fill(directions, latents, factors, rows.data_ptr<double>());
    else
        fill(directions, latents, factors, rows.data_ptr<float>());
    return rows;
}

LiveDirections live(const Directions& directions)
{
    LiveDirections found;
    const auto norms = directionNorms(directions);
    for (std::size_t i = 0; i < norms.size(); ++i)
        if (norms[i] > 0) {
            found.latents.push_back(static_cast<std::uint32_t>(i));
            found.factors.push_back(1 / norms[i]);
        }
    return found;
}

} // namespace microtome::nn
