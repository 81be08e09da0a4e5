#include "app/features/contexttexts.h"

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

constexpr std::size_t contexts = 5; // of a latent
constexpr std::uint64_t before = 12; // tokens of a context
constexpr std::uint64_t behind = 4;
constexpr std::size_t together = 4096; // latents that are stored at once

/// Tokens of the strongest firings, strongest first; no two of them within one context.
std::vector<std::uint64_t> strongest(const FeatureIndex& index, std::uint32_t latent)
{
    std::vector<std::pair<float, std::uint64_t>> all;
    eachFiring(index.postings(latent),
        [&](std::uint32_t token, float value) { all.emplace_back(-std::abs(value), token); });
    const std::size_t looked = std::min(all.size(), contexts * 16);
    std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(looked), all.end());
    std::vector<std::uint64_t> chosen;
    for (std::size_t i = 0; i < looked && chosen.size() < contexts; ++i)
        if (std::ranges::none_of(chosen, [&](std::uint64_t other) {
                return other < all[i].second + before && all[i].second < other + before;
            }))
            chosen.push_back(all[i].second);
    return chosen;
}

std::string textAround(const Corpus& corpus, const Tokenizer& tokenizer, std::uint64_t token)
{
    const TokenRange document = corpus.document(corpus.documentOf(token));
    const TokenRange range{std::max(document.begin, token - std::min(token, before)),
        std::min(document.end, token + behind + 1)};
    std::vector<std::int32_t> ids;
    for (const std::uint32_t id : corpus.ids(range))
        ids.push_back(static_cast<std::int32_t>(id));
    return tokenizer.decode(ids);
}

} // namespace

void putContextTexts(FeatureContexts store, SweepId sweep, const FeatureIndex& index,
    const Corpus& corpus, const Tokenizer& tokenizer, const Progress& progress)
{
    std::vector<std::string> texts;
    std::uint32_t first = 0;
    const auto latents = static_cast<std::uint32_t>(index.latents());
    for (std::uint32_t latent = 0; latent < latents; ++latent) {
        std::string text;
        for (const std::uint64_t token : strongest(index, latent))
            text += (text.empty() ? "" : "\n") + textAround(corpus, tokenizer, token);
        texts.push_back(std::move(text));
        if (texts.size() == together || latent + 1 == latents) {
            progress.step(latent / static_cast<double>(latents), "Storing contexts");
            store.put(sweep, first, texts);
            first = latent + 1;
            texts.clear();
        }
    }
}

std::vector<Trace> firstRuns(Model& model, const Corpus& corpus, const SweepSource& source,
    const SweepSettings& settings, std::size_t batches, const Progress& progress)
{
    std::vector<Trace> all;
    SequenceSettings how = settings.sequences;
    how.context = std::min(how.context, static_cast<std::uint32_t>(model.architecture().context));
    how.bos = model.architecture().bos;
    std::uint64_t token = 0;
    for (std::size_t b = 0; b < batches && token < corpus.tokens(); ++b) {
        std::vector<RunRequest> requests;
        for (const Sequence& sequence : batchFrom(corpus, token, how)) {
            requests.push_back({sequence.ids, source.wants(), {}, {}, false, {}});
            token = sequence.tokens.end;
        }
        auto runs = model.run(requests, progress);
        std::move(runs.begin(), runs.end(), std::back_inserter(all));
    }
    return all;
}

} // namespace microtome
