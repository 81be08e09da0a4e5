#include "core/features/samples/firingwindows.h"

#include <cmath>

namespace microtome {

std::vector<FiringWindow> firingWindows(const FeatureIndex& index, const Windows& windows,
    std::uint32_t latent, Split split, Strength kind)
{
    checkMadeOver(index, windows.corpus());
    std::vector<FiringWindow> found;
    std::uint64_t document = 0;
    TokenRange range; // of the window that is looked at
    bool taken = false;
    eachFiring(index.postings(latent), [&](std::uint32_t token, float value) {
        const float strength = kind == Strength::Magnitude ? std::abs(value) : value;
        if (token >= range.end) {
            document = windows.corpus().documentOf(token, document);
            const std::uint64_t window = windows.windowOf(token, document);
            range = windows.range(window);
            taken = windows.in(window, split);
            if (taken)
                found.push_back({window, token, strength, 0});
        }
        if (!taken)
            return;
        FiringWindow& last = found.back();
        ++last.firings;
        if (strength > last.strength) {
            last.strength = strength;
            last.peak = token;
        }
    });
    return found;
}

} // namespace microtome
