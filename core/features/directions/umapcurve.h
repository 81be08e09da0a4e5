#pragma once

namespace microtome {

/// How near two latents count as joined in the picture: 1 / (1 + a r^(2b)) at distance r.
struct UmapCurve {
    double a = 0;
    double b = 0;
};

/// a and b by least squares at 300 distances from 0 to 3 spread, against 1 up to `minDistance` and
/// exp(-(r - minDistance) / spread) beyond it (McInnes et al. 2018, section 3.2; umap-learn's
/// find_ab_params). For 0.1 and 1: 1.577 and 0.8951. Throws Error where these are no distances.
UmapCurve fitUmapCurve(double minDistance, double spread = 1);

} // namespace microtome
