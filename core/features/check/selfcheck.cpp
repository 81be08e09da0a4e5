#include "core/features/check/selfcheck.h"

#include "core/features/check/conventions.h"
#include "core/features/check/verdict.h"
#include "core/work/error.h"

#include <algorithm>

namespace microtome {

namespace {

constexpr std::size_t together = 8; // sequences that run at once

std::vector<std::vector<bool>> takenOf(const std::vector<std::vector<TokenId>>& sequences,
    TokenId bos, const SelfCheckSettings& settings)
{
    std::vector<std::vector<bool>> taken;
    for (const auto& ids : sequences) {
        taken.emplace_back(ids.size(), true);
        if (!ids.empty()
            && (settings.excludeFirst || (settings.excludeBos && bos >= 0 && ids.front() == bos)))
            taken.back().front() = false;
    }
    return taken;
}

Readings read(Model& model, const PlacedCoders& coders,
    const std::vector<std::vector<TokenId>>& sequences, const std::vector<std::vector<bool>>& taken,
    const Progress& progress)
{
    std::vector<Readings> parts;
    for (std::size_t from = 0; from < sequences.size(); from += together) {
        progress.step(
            static_cast<double>(from) / static_cast<double>(sequences.size()), "Reading the model");
        const std::size_t end = std::min(from + together, sequences.size());
        std::vector<RunRequest> requests;
        for (std::size_t s = from; s < end; ++s)
            requests.push_back({sequences[s], coders.wants(), {}, {}, false, {}});
        const auto traces = model.run(requests, progress);
        for (std::size_t s = from; s < end; ++s)
            parts.push_back(readingsOf(coders, traces[s - from], taken[s]));
    }
    return joined(parts);
}

/// Sets the scale that the file should have had, where it says that it is missing.
std::optional<double> complete(std::vector<SparseCoder>& coders, const Readings& readings)
{
    std::optional<double> scale;
    for (std::size_t c = 0; c < coders.size(); ++c)
        if (coders[c].declared.scaleMissing)
            for (std::size_t i = 0; i < coders[c].inputs.size(); ++i) {
                scale = measuredScale(readings.inputs[c][i]);
                coders[c].inputs[i].norm.scale = static_cast<float>(*scale);
            }
    return scale;
}

void tryOthers(SelfCheck& check, const Model& model, const PlacedCoders& coders,
    const Readings& readings, const SelfCheckSettings& settings, const Encoder& encode,
    const Progress& progress)
{
    const Readings few = readings.thinned(settings.fewTokens);
    check.fewFvu = fitOf(coders, few, encode, progress).fvu;
    for (const Convention& other : otherConventions(model, coders, few)) {
        const PlacedCoders placed(model, {&other.coder, 1}, settings.place);
        check.others.push_back({other.how, fitOf(placed, other.readings, encode, progress).fvu});
    }
    std::ranges::stable_sort(check.others, {}, &SelfCheck::Other::fvu);
}

} // namespace

SelfCheck selfCheck(Model& model, std::vector<SparseCoder> coders,
    const std::vector<std::vector<TokenId>>& sequences, const SelfCheckSettings& settings,
    const Encoder& encode, const Progress& progress)
{
    const PlacedCoders placed(model, coders, settings.place);
    const auto taken = takenOf(sequences, model.architecture().bos, settings);
    SelfCheck check;
    std::size_t tokens = 0;
    for (const auto& some : taken) {
        tokens += static_cast<std::size_t>(std::ranges::count(some, true));
        check.excluded += static_cast<std::size_t>(std::ranges::count(some, false));
    }
    if (tokens < 2)
        throw Error("There are no tokens to try the dictionary on: give a longer text.");
    for (std::size_t c = 0; c < placed.count(); ++c)
        for (const CoderSite& site : placed.reader(c).place().reads)
            check.reads.push_back(site);
    check.written = placed.written();

    const Readings readings = read(model, placed, sequences, taken, progress.part(0, 0.3));
    check.scale = complete(coders, readings);
    progress.step(0.3, "Encoding");
    check.fit = fitOf(placed, readings, encode, progress);
    tryOthers(check, model, placed, readings, settings, encode, progress);
    progress.step(0.6, "Replacing");
    if (settings.replace && canReplace(placed))
        check.downstream
            = downstream(model, placed, sequences, taken, encode, progress.part(0.6, 1));
    check.verdicts = verdictsOf(coders, check);
    return check;
}

} // namespace microtome
