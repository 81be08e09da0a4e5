#pragma once

#include "tests/fakemodel.h"

namespace microtome {

/// Small architectures that between them switch on everything an Architecture can say: each norm,
/// position kind, activation and rope scaling, grouped queries, gated and absent MLPs, the parallel
/// residual, tied heads, scaling by inverse layer. Random sizes from the seed.
Architecture randomArchitecture(FakeRandom&);

/// Ids within the vocabulary; sometimes a BOS first.
std::vector<TokenId> randomIds(const Architecture&, FakeRandom&, std::size_t count);

/// One edit that makes sense for the model: any operation, site, head, unit, positions, BOS rule,
/// and values of any allowed shape. Strength in (0, 1].
Edit randomEdit(const Architecture&, FakeRandom&, std::size_t tokens);

} // namespace microtome
