#pragma once

#include "core/model/architecture.h"

#include <ATen/core/Tensor.h>

namespace microtome::nn {

/// Rotary position embedding: the first `rotaryDims` of every head turn by position-dependent angles,
/// in pairs (i, i + rotaryDims / 2) or (2i, 2i + 1). Su et al. 2104.09864; scaled as `linear` or
/// `llama3` (explorers 4.1).
class Rotary {
public:
    Rotary() = default;
    Rotary(const Architecture&, at::ScalarType, at::Device);

    /// The angles of some positions, [rows, rotaryDims / 2] each: cosines and sines.
    struct Angles {
        at::Tensor cosine;
        at::Tensor sine;
    };
    Angles at(const at::Tensor& positions) const;

    /// x [rows, heads, dHead]
    at::Tensor turn(const at::Tensor& x, const Angles&) const;

private:
    std::int64_t m_dims = 0;
    bool m_adjacent = false;
    at::Tensor m_cosine; ///< [context, rotaryDims / 2]
    at::Tensor m_sine;
};

} // namespace microtome::nn
