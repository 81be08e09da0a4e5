#include "core/analysis/heads.h"
#include "core/work/error.h"

#include <algorithm>

namespace microtome {

namespace {

/// SplitMix64: the same sequences on every machine.
std::uint64_t nextRandom(std::uint64_t& state)
{
    state += 0x9e3779b97f4a7c15ULL;
    std::uint64_t z = state;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
}

/// The vocabulary without special tokens.
std::vector<TokenId> ordinaryTokens(const Model& model)
{
    const Architecture& a = model.architecture();
    const auto tokenizer = model.tokenizer();
    std::vector<TokenId> pool;
    for (TokenId id = 0; id < a.vocabulary; ++id) {
        const bool named = tokenizer && static_cast<std::size_t>(id) < tokenizer->size();
        const bool special = id == a.bos || std::find(a.eos.begin(), a.eos.end(), id) != a.eos.end()
            || (tokenizer && (!named || tokenizer->isSpecial(id)));
        if (!special)
            pool.push_back(id);
    }
    return pool;
}

} // namespace

std::vector<std::vector<TokenId>> atlasSequences(const Model& model, const AtlasOptions& options)
{
    const Architecture& a = model.architecture();
    const bool bos = options.bos.value_or(a.bos >= 0 && a.context >= 1 + 2 * 8);
    if (bos && a.bos < 0)
        throw Error("This model has no BOS token to begin the random sequences with.");
    std::vector<TokenId> pool = ordinaryTokens(model);
    const int room = (a.context - (bos ? 1 : 0)) / 2;
    const int n = options.repeated > 0 ? options.repeated
                                       : std::min({50, room, static_cast<int>(pool.size())});
    if (n < 2 || n > room)
        throw Error("The head atlas needs 2 to " + std::to_string(room)
            + " tokens that are repeated; the model's context is " + std::to_string(a.context)
            + ".");
    if (pool.size() < 2)
        throw Error("The vocabulary has too few ordinary tokens for the head atlas.");
    if (options.sequences < 1)
        throw Error("The head atlas needs at least one sequence.");

    std::uint64_t state = options.seed;
    const auto count = static_cast<std::size_t>(n);
    std::vector<std::vector<TokenId>> sequences;
    for (int s = 0; s < options.sequences; ++s) {
        std::vector<TokenId> half;
        if (pool.size() >= count) {
            // The first n steps of a Fisher-Yates shuffle.
            for (std::size_t i = 0; i < count; ++i) {
                std::swap(pool[i], pool[i + nextRandom(state) % (pool.size() - i)]);
                half.push_back(pool[i]);
            }
        } else {
            for (std::size_t i = 0; i < count; ++i)
                half.push_back(pool[nextRandom(state) % pool.size()]);
        }
        std::vector<TokenId> ids;
        if (bos)
            ids.push_back(a.bos);
        ids.insert(ids.end(), half.begin(), half.end());
        ids.insert(ids.end(), half.begin(), half.end());
        sequences.push_back(std::move(ids));
    }
    return sequences;
}

} // namespace microtome
