#include "app/features/directioncolumns.h"

#include "core/features/directions/directions.h"
#include "core/features/directions/umap.h"
#include "core/nn/directions/fastlogits.h"
#include "core/nn/directions/fastneighbours.h"
#include "core/nn/directions/principal.h"

#include <limits>

namespace microtome {

namespace {

std::vector<float> floats(const std::vector<double>& values)
{
    return {values.begin(), values.end()};
}

void putLogits(FeatureColumns& columns, RunId run, const FeatureScope& scope,
    const std::vector<LatentLogits>& table)
{
    const LogitTableSettings settings;
    std::vector<std::int32_t> topIds;
    std::vector<std::int32_t> bottomIds;
    std::vector<float> top;
    std::vector<float> bottom;
    std::vector<float> bounds;
    std::vector<std::int32_t> counts;
    const auto add = [&](const std::vector<ReadOut::Entry>& entries, std::vector<std::int32_t>& ids,
                         std::vector<float>& values) {
        for (std::size_t i = 0; i < settings.most; ++i) {
            ids.push_back(i < entries.size() ? entries[i].id : -1);
            values.push_back(i < entries.size() ? entries[i].logit : 0);
        }
    };
    for (const LatentLogits& latent : table) {
        add(latent.promoted, topIds, top);
        add(latent.suppressed, bottomIds, bottom);
        bounds.insert(bounds.end(), {latent.least, latent.greatest});
        counts.insert(counts.end(), latent.histogram.begin(), latent.histogram.end());
    }
    columns.put(run, scope, Ranking::TopLogits, settings.most, topIds, top);
    columns.put(run, scope, Ranking::BottomLogits, settings.most, bottomIds, bottom);
    columns.putHistogram(run, scope, settings.bins, bounds, counts);
}

void putNeighbours(FeatureColumns& columns, RunId run, const FeatureScope& scope, Ranking ranking,
    const NeighbourTable& table)
{
    std::vector<std::int32_t> ids;
    std::vector<float> cosines;
    for (std::size_t latent = 0; latent < table.count(); ++latent) {
        const auto near = table.of(latent);
        for (std::size_t i = 0; i < table.most; ++i) {
            ids.push_back(i < near.size() ? static_cast<std::int32_t>(near[i].latent) : -1);
            cosines.push_back(i < near.size() ? near[i].cosine : 0);
        }
    }
    columns.put(run, scope, ranking, table.most, ids, cosines);
}

/// UMAP where there are few enough latents for it, principal components else.
void putPlaces(FeatureColumns& columns, RunId run, const FeatureScope& scope,
    const Directions& decoder, const Progress& progress)
{
    constexpr std::size_t nearest = 15;
    constexpr std::size_t fewEnough = 20'000; // a minute
    if (decoder.width() < 2)
        return;
    Matrix places = principalComponents(decoder, {}, progress).coordinates;
    if (decoder.count() > nearest && decoder.count() <= fewEnough)
        places = umap(neighboursFast(decoder, nearest - 1, progress), places, {}, progress);
    std::vector<float> x;
    std::vector<float> y;
    for (std::size_t i = 0; i < places.rows(); ++i) {
        x.push_back(places(i, 0));
        y.push_back(places(i, 1));
    }
    columns.put(run, scope, FeatureNumber::X, x);
    columns.put(run, scope, FeatureNumber::Y, y);
}

} // namespace

void putDirections(FeatureColumns& columns, RunId run, const FeatureScope& scope,
    const SparseCoder& coder, const Model& model, std::size_t neighbours, const Progress& progress)
{
    const Directions decoder = decoderDirections(coder);
    columns.put(run, scope, FeatureNumber::DecoderNorm, floats(directionNorms(decoder)));
    if (const auto cosines = encoderDecoderCosines(coder))
        columns.put(run, scope, FeatureNumber::EncoderDecoderCosine, floats(*cosines));

    const std::size_t width = coder.outputs.front().decoder.columns();
    if (width == static_cast<std::size_t>(model.architecture().dModel))
        putLogits(columns, run, scope,
            logitTableFast(
                coder.outputs.front().decoder, readOutWeights(model), {}, progress.part(0, 0.4)));

    const std::size_t most = std::min(neighbours, coder.latents() - 1);
    if (most > 0) {
        putNeighbours(columns, run, scope, Ranking::DecoderNeighbours,
            neighboursFast(decoder, most, progress.part(0.4, 0.6)));
        if (!coder.inputs.front().encoder.empty())
            putNeighbours(columns, run, scope, Ranking::EncoderNeighbours,
                neighboursFast(encoderDirections(coder), most, progress.part(0.6, 0.8)));
    }
    putPlaces(columns, run, scope, decoder, progress.part(0.8, 1));
}

} // namespace microtome
