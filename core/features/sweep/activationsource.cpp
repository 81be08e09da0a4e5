#include "core/features/sweep/activationsource.h"

#include "core/work/error.h"
#include "core/work/sha256.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace microtome {

ActivationSource::ActivationSource(Kind kind, Site site, std::size_t latents, Matrix directions)
    : m_kind(kind)
    , m_site(site)
    , m_latents(latents)
    , m_directions(std::move(directions))
    , m_thresholds(latents)
{
}

ActivationSource ActivationSource::units(Site site, std::size_t width)
{
    return {Kind::Units, site, width, {}};
}

ActivationSource ActivationSource::headNorms(Site site, std::size_t heads)
{
    return {Kind::HeadNorms, site, heads, {}};
}

ActivationSource ActivationSource::along(Site site, Matrix directions)
{
    const std::size_t count = directions.rows();
    return {Kind::Directions, site, count, std::move(directions)};
}

void ActivationSource::values(std::span<const float> row, std::span<float> made) const
{
    const std::size_t width = m_kind == Kind::Units ? m_latents
        : m_kind == Kind::Directions                ? m_directions.columns()
                                                    : row.size() / m_latents * m_latents;
    if (row.size() != width)
        throw Error(m_site.text() + " has " + std::to_string(row.size())
            + " numbers a token, and its features are of " + std::to_string(width) + ".");
    if (m_kind == Kind::Units) {
        std::ranges::copy(row, made.begin());
        return;
    }
    const std::size_t part = row.size() / m_latents;
    for (std::size_t i = 0; i < m_latents; ++i)
        if (m_kind == Kind::HeadNorms) {
            const auto head = row.subspan(i * part, part);
            made[i] = static_cast<float>(
                std::sqrt(std::inner_product(head.begin(), head.end(), head.begin(), 0.0)));
        } else {
            const auto direction = m_directions.row(i);
            made[i] = static_cast<float>(
                std::inner_product(row.begin(), row.end(), direction.begin(), 0.0));
        }
}

void ActivationSource::calibrate(std::span<const Trace> runs, double share)
{
    std::vector<std::vector<float>> sizes(m_latents);
    std::vector<float> made(m_latents);
    for (const Trace& run : runs) {
        const Matrix all = run.at(m_site);
        for (std::size_t t = 0; t < all.rows(); ++t) {
            values(all.row(t), made);
            for (std::size_t i = 0; i < m_latents; ++i)
                sizes[i].push_back(std::abs(made[i]));
        }
    }
    for (std::size_t i = 0; i < m_latents; ++i) {
        if (sizes[i].empty())
            throw Error("There are no tokens to choose thresholds by; give a longer text.");
        const auto count = static_cast<double>(sizes[i].size());
        const auto rank
            = static_cast<std::ptrdiff_t>(std::clamp((1 - share) * count, 0.0, count - 1));
        std::ranges::nth_element(sizes[i], sizes[i].begin() + rank);
        m_thresholds[i] = sizes[i][static_cast<std::size_t>(rank)];
    }
}

std::string ActivationSource::hash() const
{
    Sha256 hash;
    hash.add(m_site.text() + " " + std::to_string(static_cast<int>(m_kind)) + " "
        + std::to_string(m_latents) + " ");
    hash.add(std::as_bytes(m_directions.values()));
    hash.add(std::as_bytes(std::span(m_thresholds)));
    return hash.hex();
}

FiredLatents ActivationSource::read(std::span<const Trace> runs, const Progress& progress) const
{
    FiredLatents fired;
    fired.latents = m_latents;
    std::vector<float> made(m_latents);
    for (const Trace& run : runs) {
        progress.check();
        const Matrix all = run.at(m_site);
        for (std::size_t t = 0; t < all.rows(); ++t) {
            values(all.row(t), made);
            for (std::size_t i = 0; i < m_latents; ++i)
                if (std::abs(made[i]) > m_thresholds[i]) {
                    fired.latent.push_back(static_cast<std::uint32_t>(i));
                    fired.value.push_back(made[i]);
                }
            fired.starts.push_back(fired.latent.size());
        }
    }
    return fired;
}

} // namespace microtome
