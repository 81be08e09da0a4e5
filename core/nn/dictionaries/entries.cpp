#include "core/nn/dictionaries/entries.h"

#include <algorithm>

namespace microtome::nn {

std::int64_t Entries::firing() const
{
    return std::count_if(value.begin(), value.end(), [](float f) { return f != 0; });
}

void Entries::append(const Entries& next)
{
    const std::int64_t before = count();
    latent.insert(latent.end(), next.latent.begin(), next.latent.end());
    pre.insert(pre.end(), next.pre.begin(), next.pre.end());
    value.insert(value.end(), next.value.begin(), next.value.end());
    for (std::size_t t = 1; t < next.begin.size(); ++t)
        begin.push_back(before + next.begin[t]);
}

/// A counting sort.
EntriesByLatent::EntriesByLatent(const Entries& entries, std::int64_t latents)
    : begin(static_cast<std::size_t>(latents) + 1)
    , token(entries.latent.size())
    , pre(entries.latent.size())
    , value(entries.latent.size())
{
    for (const std::int32_t i : entries.latent)
        ++begin[static_cast<std::size_t>(i) + 1];
    for (std::size_t i = 1; i < begin.size(); ++i)
        begin[i] += begin[i - 1];
    std::vector<std::int64_t> next(begin.begin(), begin.end() - 1);
    for (std::int64_t t = 0; t < entries.tokens(); ++t)
        for (auto e = static_cast<std::size_t>(entries.begin[static_cast<std::size_t>(t)]);
             e < static_cast<std::size_t>(entries.begin[static_cast<std::size_t>(t) + 1]); ++e) {
            const auto place
                = static_cast<std::size_t>(next[static_cast<std::size_t>(entries.latent[e])]++);
            token[place] = static_cast<std::int32_t>(t);
            pre[place] = entries.pre[e];
            value[place] = entries.value[e];
        }
}

} // namespace microtome::nn
