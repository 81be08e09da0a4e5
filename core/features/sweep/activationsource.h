#pragma once

#include "core/features/sweep/sweepsource.h"

namespace microtome {

/// Features that are no dictionary's: units of a site (MLP neurons), the norms of its heads'
/// values, or projections on directions. They are never 0, so that one fires where its size is
/// above a threshold of its own; values keep their sign.
class ActivationSource : public SweepSource {
public:
    /// A feature for each number of the site: neurons at mlp.hook_post, components.
    static ActivationSource units(Site, std::size_t width);

    /// A feature for each head of a site with heads: the norm of its values, at attn.hook_result of
    /// what it writes.
    static ActivationSource headNorms(Site, std::size_t heads);

    /// A feature for each row of `directions` [n, width]: the dot product with it.
    static ActivationSource along(Site, Matrix directions);

    /// Sets the thresholds so that each feature fires at `share` of some tokens: the quantile of
    /// its size over these runs.
    void calibrate(std::span<const Trace> runs, double share);

    std::vector<Site> wants() const override { return {m_site}; }
    std::size_t latents() const override { return m_latents; }
    std::string hash() const override;
    FiredLatents read(std::span<const Trace> runs, const Progress&) const override;

private:
    enum class Kind { Units, HeadNorms, Directions };

    ActivationSource(Kind, Site, std::size_t latents, Matrix directions);

    /// The features of a token: [latents].
    void values(std::span<const float> row, std::span<float> made) const;

    Kind m_kind;
    Site m_site;
    std::size_t m_latents;
    Matrix m_directions;
    std::vector<float> m_thresholds; ///< empty: 0
};

} // namespace microtome
