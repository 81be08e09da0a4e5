#pragma once

#include "core/nn/cache.h"
#include "core/nn/plan.h"

#include <ATen/core/Tensor.h>

#include <map>

namespace microtome::nn {

/// Captured values by site, without the positions before a pass's first: [rows, ...] or, for
/// attention maps, [heads, rows, keys].
using Captured = std::map<Site, at::Tensor>;

/// One of a plan's edits, at one of the copies of the value that it changes (see Taps::setCopy).
struct Application {
    std::size_t edit = 0;
    int copy = 0;

    auto operator<=>(const Application&) const = default;
};

/// One sequence in a forward pass over positions `from` to the end.
struct Sequence {
    std::vector<TokenId> ids; ///< of every position, also those before `from`
    std::size_t prompt = 0;   ///< positions that are the prompt; the rest was generated
    std::int64_t from = 0;    ///< the first position that is computed
    const Plan* plan = nullptr;
    KvCache cache;                    ///< keys and values before `from`; takes the new ones
    const Captured* frozen = nullptr; ///< what frozen sites have without edits, same rows
    Captured captured;
    std::map<Application, at::Tensor> means; ///< what Mean edits found in the prompt
    std::int64_t row = 0; ///< its first row in a pass, set by Taps

    std::int64_t rows() const { return static_cast<std::int64_t>(ids.size()) - from; }
};

} // namespace microtome::nn
