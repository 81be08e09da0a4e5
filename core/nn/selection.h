#pragma once

#include "core/features/coder/coder.h"
#include "core/features/coder/fired.h"

#include <memory>
#include <span>

namespace microtome::nn {

/// Chooses the latents of some tokens that fire, from products that come tile by tile: what is read
/// is still in cache, and nothing of size tokens x latents is ever held. Tokens may be offered from
/// several threads, each token by one.
class Selection {
public:
    virtual ~Selection() = default;

    /// A token's products with the latents `first`, `first` + 1, ...; tiles come in ascending
    /// order. `second` are those with the weights of a gated linear unit, else empty.
    virtual void offer(std::size_t token, std::size_t first, std::span<const float> products,
        std::span<const float> second)
        = 0;

    /// What fired of all tokens, once every tile was offered.
    virtual FiredLatents chosen() = 0;
};

/// The selection that the coder's activation asks for; null for one that does not go by products
/// alone (matching pursuit).
std::unique_ptr<Selection> selectionFor(const SparseCoder&, std::size_t tokens);

} // namespace microtome::nn
