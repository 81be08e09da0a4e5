#include "core/features/samples/coactivation.h"

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

double rank(const Partner& partner, PartnerOrder order)
{
    switch (order) {
    case PartnerOrder::Jaccard:
        return partner.jaccard;
    case PartnerOrder::Pmi:
        return partner.pmi;
    case PartnerOrder::Joint:
        break;
    }
    return partner.joint;
}

} // namespace

std::vector<Partner> partners(const FeatureIndex& index, std::uint32_t latent, PartnerOrder order,
    std::size_t most, std::uint32_t least, const Progress& progress)
{
    std::vector<bool> fires(index.tokens());
    eachFiring(index.postings(latent), [&](std::uint32_t token, float) { fires[token] = true; });
    const double own = index.numbers(latent).count;
    const auto tokens = static_cast<double>(index.tokens());
    std::vector<Partner> found;
    for (std::uint32_t other = 0; other < index.latents() && own > 0; ++other) {
        if (other % 64 == 0)
            progress.step(static_cast<double>(other) / static_cast<double>(index.latents()));
        if (other == latent)
            continue;
        Partner partner;
        partner.latent = other;
        Postings postings = index.postings(other);
        partner.count = static_cast<std::uint32_t>(postings.left());
        std::array<std::uint32_t, 512> at;
        while (const std::size_t count = postings.read(at))
            for (std::size_t i = 0; i < count; ++i)
                partner.joint += fires[at[i]];
        if (partner.joint < std::max(least, 1U))
            continue;
        partner.jaccard = partner.joint / (own + partner.count - partner.joint);
        partner.pmi = std::log2(partner.joint * tokens / (own * partner.count));
        found.push_back(partner);
    }
    std::ranges::stable_sort(
        found, [&](const Partner& a, const Partner& b) { return rank(a, order) > rank(b, order); });
    found.resize(std::min(found.size(), most));
    return found;
}

} // namespace microtome
