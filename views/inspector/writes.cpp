#include "views/inspector/writes.h"

#include <algorithm>
#include <numeric>

namespace microtome {

DirectLogits directLogits(
    Model& model, std::vector<float> vector, double finalScale, int count, const Progress& progress)
{
    const Architecture& a = model.architecture();
    if (a.finalNorm && a.norm != Norm::None) {
        double mean = 0;
        if (a.norm == Norm::LayerNorm)
            mean = std::accumulate(vector.begin(), vector.end(), 0.0)
                / static_cast<double>(vector.size());
        const Matrix gain = model.weight("ln_final.w");
        for (std::size_t i = 0; i < vector.size(); ++i)
            vector[i] = static_cast<float>((vector[i] - mean) / finalScale * gain(0, i));
    }
    const std::size_t width = vector.size();
    std::vector<float> rows(vector);
    std::ranges::transform(vector, std::back_inserter(rows), [](float v) { return -v; });
    ReadOutRequest request;
    request.rows = Matrix(2, width, std::move(rows));
    request.normalise = false;
    request.topK = count;
    const auto both = model.readOut(request, progress);

    // The unembedding's bias is no part of what the vector adds.
    ReadOutRequest bias;
    bias.rows = Matrix::filled(1, width, 0);
    bias.normalise = false;
    bias.topK = 1;
    for (const ReadOut& side : both)
        for (const ReadOut::Entry& entry : side.top)
            bias.tracked.push_back(entry.id);
    const auto own = model.readOut(bias, progress).front().logits;

    DirectLogits logits;
    std::size_t i = 0;
    for (const ReadOut::Entry& entry : both[0].top)
        logits.promoted.push_back({entry.id, entry.logit - own[i++]});
    for (const ReadOut::Entry& entry : both[1].top)
        logits.suppressed.push_back({entry.id, -(entry.logit - own[i++])});
    return logits;
}

} // namespace microtome
