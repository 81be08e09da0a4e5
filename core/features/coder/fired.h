#pragma once

#include "core/model/matrix.h"

#include <cstdint>
#include <vector>

namespace microtome {

/// The latents of some tokens that are not zero: token by token, of each the latents ascending.
struct FiredLatents {
    std::size_t latents = 0; ///< n
    std::vector<std::size_t> starts{0}; ///< [tokens + 1]: where each token's begin
    std::vector<std::uint32_t> latent;
    std::vector<float> value;

    std::size_t tokens() const { return starts.size() - 1; }

    /// [tokens, n], with the zeros.
    Matrix dense() const;
    static FiredLatents of(const Matrix& dense);
};

} // namespace microtome
