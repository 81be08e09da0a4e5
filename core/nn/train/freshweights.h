#pragma once

namespace microtome {

/// How a new model's weights are drawn: N(0, deviation²), or with a gain N(0, gain² / inputs) for
/// its matrices; what writes into the residual stream is divided by √(2 layers) (Radford et al.
/// 2019).
struct FreshWeights {
    double deviation = 0.02;
    double gain = 0; ///< of matrices other than embeddings; 0: they have `deviation`
    double writers = 0; ///< the same of those that write into the residual stream

    /// Unless 0, a table of positions is this times sin(p / (c/8)^(2i/d)) and cos, c the context
    /// (Vaswani et al. 2017, with other wavelengths): a head that looks one token back is then
    /// found sooner.
    double waves = 0;
};

} // namespace microtome
