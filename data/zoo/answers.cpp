#include "data/zoo/answers.h"

#include "core/circuits/patch.h"
#include "core/work/error.h"

#include <algorithm>
#include <iterator>

namespace microtome::zoo {

namespace {

constexpr std::size_t batch = 100; // prompts that are run at once

/// A pair as the model reads it.
struct Read {
    std::vector<TokenId> clean;
    std::vector<TokenId> corrupted;
    std::vector<TokenId> answers; ///< the first tokens of each
    std::vector<TokenId> wrong;
};

Read readPair(const Model& model, const world::Pair& pair)
{
    const auto tokenizer = model.tokenizer();
    if (!tokenizer)
        throw Error(model.info().name + " has no tokenizer, so it cannot read the town's prompts.");
    Read read{model.prompt(pair.clean).ids, model.prompt(pair.corrupted).ids, {}, {}};
    const auto first = [&](const std::string& answer) {
        return model.prompt(pair.clean + answer).ids.at(read.clean.size());
    };
    std::transform(
        pair.answers.begin(), pair.answers.end(), std::back_inserter(read.answers), first);
    std::transform(pair.wrong.begin(), pair.wrong.end(), std::back_inserter(read.wrong), first);
    return read;
}

} // namespace

double accuracy(Model& model, const std::vector<world::Pair>& pairs)
{
    const Site logits{Point::Logits, {}, {}};
    std::size_t right = 0;
    for (std::size_t begin = 0; begin < pairs.size(); begin += batch) {
        std::vector<Read> read;
        std::vector<RunRequest> requests;
        for (std::size_t i = begin; i < std::min(begin + batch, pairs.size()); ++i) {
            read.push_back(readPair(model, pairs[i]));
            RunRequest request;
            request.ids = read.back().clean;
            request.want = {logits};
            request.logitPositions = {Position(static_cast<int>(request.ids.size()) - 1)};
            requests.push_back(std::move(request));
        }
        const auto traces = model.run(requests);
        for (std::size_t i = 0; i < traces.size(); ++i) {
            const Matrix row = traces[i].at(logits);
            const auto top = std::max_element(row.row(0).begin(), row.row(0).end());
            const auto id = static_cast<TokenId>(top - row.row(0).begin());
            right += std::find(read[i].answers.begin(), read[i].answers.end(), id)
                != read[i].answers.end();
        }
    }
    return static_cast<double>(right) / static_cast<double>(pairs.size());
}

Matrix headEffects(Model& model, const std::vector<world::Pair>& pairs)
{
    const Architecture& a = model.architecture();
    const auto cells = static_cast<std::size_t>(a.layers) * static_cast<std::size_t>(a.heads);
    std::vector<double> sums(cells);
    double whole = 0;
    for (const world::Pair& pair : pairs) {
        const Read read = readPair(model, pair);
        PatchRequest request;
        request.clean = model.prompt(read.clean);
        request.corrupted = model.prompt(read.corrupted);
        request.metric.answers = read.answers;
        request.metric.wrongs = read.wrong;
        request.sweep = Sweep::HeadOut;
        const PatchSweep sweep = patchSweep(model, request);
        whole += sweep.cleanMetric - sweep.corruptedMetric;
        for (std::size_t i = 0; i < cells; ++i)
            sums[i] += static_cast<double>(sweep.raw.row(0).data()[i]) - sweep.corruptedMetric;
    }
    std::vector<float> effects(cells);
    for (std::size_t i = 0; i < cells; ++i)
        effects[i] = static_cast<float>(sums[i] / whole);
    return {static_cast<std::size_t>(a.layers), static_cast<std::size_t>(a.heads), effects};
}

} // namespace microtome::zoo
