#include "views/promptfeatures/pictures.h"

#include "views/panel/naming.h"
#include "views/style/number.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace microtome {

namespace {

constexpr float nothing = std::numeric_limits<float>::quiet_NaN();

float valueOf(const FiredLatents& fired, std::size_t token, std::uint32_t latent)
{
    const auto begin = fired.latent.begin() + static_cast<std::ptrdiff_t>(fired.starts[token]);
    const auto end = fired.latent.begin() + static_cast<std::ptrdiff_t>(fired.starts[token + 1]);
    const auto at = std::lower_bound(begin, end, latent);
    return at == end || *at != latent
        ? 0
        : fired.value[static_cast<std::size_t>(at - fired.latent.begin())];
}

} // namespace

MatrixData featureRows(const Session& session, const PromptFeatures& found,
    const FeatureNames& names, const std::vector<PromptFeature>& rows, bool withBos)
{
    const std::size_t tokens = found.ids.size();
    const std::vector<bool> taken = found.taken(withBos);
    MatrixData data;
    std::vector<float> values;
    for (const PromptFeature& row : rows) {
        data.rows.labels << names.feature(row.source, row.latent);
        for (std::size_t t = 0; t < tokens; ++t) {
            const float value = valueOf(found.fired[row.source], t, row.latent);
            const bool shown = value != 0 && taken[t];
            values.push_back(shown ? valueOf(found.shares[row.source], t, row.latent) : nothing);
            data.texts.push_back(shown ? formatShort(static_cast<double>(value)) : QString());
        }
    }
    data.range
        = ColourRange::robust(ColourRange::Kind::Magnitude, values, QObject::tr("share of |y|"));
    data.values = Matrix(rows.size(), tokens, std::move(values));
    data.columns = tokenAxis(session, found.ids);
    return data;
}

std::vector<Bar> tokenBars(
    const PromptFeatures& found, const FeatureNames& names, std::size_t token, std::size_t most)
{
    std::vector<Bar> bars;
    const auto tops = topOfTokens(found.shares, most);
    for (const TokenFeature& feature : tops.at(token))
        bars.push_back({names.feature(feature.source, feature.latent),
            static_cast<double>(feature.value), false});
    return bars;
}

std::vector<Bar> comparedBars(
    const FeatureNames& names, const std::vector<ComparedFeature>& features)
{
    std::vector<Bar> bars;
    for (const ComparedFeature& feature : features)
        bars.push_back(
            {names.feature(feature.first.source, feature.first.latent), feature.difference, false});
    return bars;
}

MatrixData unexplainedShares(
    const Session& session, const PromptFeatures& found, const FeatureNames& names, bool withBos)
{
    MatrixData data;
    const std::vector<bool> taken = found.taken(withBos);
    std::vector<float> values;
    for (std::size_t d = 0; d < found.names.size(); ++d) {
        data.rows.labels << names.dictionary(d);
        for (std::size_t t = 0; t < found.ids.size(); ++t)
            values.push_back(taken[t] ? found.unexplained(d, t) : nothing);
    }
    data.range = ColourRange::robust(
        ColourRange::Kind::Magnitude, values, QObject::tr("|y \u2212 y\u2032|\u00b2 / |y|\u00b2"));
    data.values = Matrix(found.names.size(), found.ids.size(), std::move(values));
    data.columns = tokenAxis(session, found.ids);
    data.decimals = 3;
    return data;
}

} // namespace microtome
