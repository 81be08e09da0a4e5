#pragma once

#include "core/features/interpret/explain.h"
#include "core/features/interpret/selftest/planted.h"

#include <vector>

namespace microtome {

/// How many latents are planted.
struct SelfTestSettings {
    std::size_t perKind = 3; ///< clean ones, and as many noisy ones
    ExplainSettings explain;
    std::uint64_t seed = 22;
};

/// How the explainer did on one planted latent.
struct SelfTestCase {
    PlantedKind kind = PlantedKind::TokenSet;
    bool noisy = false;
    std::string planted; ///< where it fires, in English
    std::string sentence; ///< what the explainer says
    Agreement scoring; ///< with the firings, noise included
    Agreement truth; ///< with what was planted, on the same tokens
    bool found = false; ///< a statement of the kind that was planted is in the answer
};

/// How it did on latents of one kind.
struct SelfTestRow {
    PlantedKind kind = PlantedKind::TokenSet;
    bool noisy = false;
    std::size_t planted = 0; ///< 0: this corpus has nothing of the kind
    std::size_t found = 0;
    double balancedAccuracy = 0; ///< mean of scoring.balancedAccuracy; NaN where nothing fires
    double truth = 0; ///< mean of truth.balancedAccuracy
    double worst = 0; ///< the least of scoring.balancedAccuracy
};

/// How far the explainer can be trusted on this corpus.
struct SelfTest {
    std::vector<SelfTestRow> rows; ///< two for each kind: clean, noisy
    std::vector<SelfTestCase> cases;
};

/// Plants latents whose firing is known and lets the explainer find out what they fire on (method
/// #105, with language taken for the functions). The same for the same seed. Time: that of
/// explaining 14 x perKind latents.
SelfTest explainerSelfTest(const Reading&, const SelfTestSettings& = {}, const Progress& = {});

} // namespace microtome
