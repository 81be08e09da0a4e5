#include "core/features/index/sortbylatent.h"

#include <array>
#include <bit>

namespace microtome {

void sortByLatent(std::vector<Firing>& firings, std::vector<Firing>& room, std::uint64_t latents)
{
    const int bits = latents > 1 ? static_cast<int>(std::bit_width(latents - 1)) : 0;
    const int passes = (bits + 10) / 11;
    const int digit = passes > 0 ? (bits + passes - 1) / passes : 0;
    room.resize(firings.size());
    for (int pass = 0; pass < passes; ++pass) {
        const int shift = pass * digit;
        const std::uint32_t mask = (1U << digit) - 1;
        std::array<std::size_t, 2048> next{};
        for (const Firing& firing : firings)
            ++next[(firing.latent >> shift) & mask];
        std::size_t before = 0;
        for (std::size_t& place : next) {
            const std::size_t here = place;
            place = before;
            before += here;
        }
        for (const Firing& firing : firings)
            room[next[(firing.latent >> shift) & mask]++] = firing;
        firings.swap(room);
    }
}

} // namespace microtome
