#include "core/features/import/dashboardfields.h"

#include "core/features/import/jsonfields.h"
#include "core/features/load/unreadable.h"

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

using nlohmann::json;

std::string featureName(std::uint32_t latent)
{
    return "feature " + std::to_string(latent);
}

ImportedFeature::Texts logitsIn(
    const json& record, const char* texts, const char* values, std::uint32_t latent, bool largest)
{
    const auto tokens = textsIn(record, texts);
    const auto logits = numbersIn(record, values);
    if (tokens.size() != logits.size())
        throw Unreadable("has " + std::to_string(tokens.size()) + " tokens but "
            + std::to_string(logits.size()) + " logits for " + featureName(latent)
            + "; it is damaged");
    ImportedFeature::Texts pairs;
    for (std::size_t i = 0; i < tokens.size(); ++i)
        pairs.emplace_back(tokens[i], logits[i]);
    std::ranges::stable_sort(pairs, [&](const auto& a, const auto& b) {
        return largest ? a.second > b.second : a.second < b.second;
    });
    return pairs;
}

/// Bars by their centres; equally wide, so their outer edges follow.
void readLogitBars(const json& record, ImportedFeature& feature, LeftOut& leftOut)
{
    const auto heights = numbersIn(record, "logits_hist_data_bar_heights");
    const auto centres = numbersIn(record, "logits_hist_data_bar_values");
    if (heights.size() != centres.size())
        throw Unreadable("has a histogram of logits with bars that lack a height or a place for "
            + featureName(feature.latent) + "; it is damaged");
    if (heights.size() < 2) {
        leftOut["no histogram of logits"] += !heights.empty();
        return;
    }
    const float width = (centres.back() - centres.front()) / static_cast<float>(centres.size() - 1);
    const bool counts = std::ranges::all_of(
        heights, [](float h) { return h >= 0 && h < 0x1p31F && h == std::floor(h); });
    if (!(width > 0) || !counts) {
        ++leftOut["no histogram of logits"];
        return;
    }
    feature.logitsFrom = centres.front() - width / 2;
    feature.logitsTo = centres.back() + width / 2;
    for (const float height : heights)
        feature.logitCounts.push_back(static_cast<std::int32_t>(height));
}

} // namespace

ImportedFeature dashboardFields(const json& record, std::uint32_t latent, LeftOut& leftOut)
{
    ImportedFeature feature;
    feature.latent = latent;
    feature.density = numberIn(record, "frac_nonzero");
    if (feature.density && !(*feature.density >= 0 && *feature.density <= 1))
        throw Unreadable("says that " + featureName(latent) + " fires at a share of "
            + std::to_string(*feature.density) + " of the tokens; it is damaged");
    feature.promoted = logitsIn(record, "pos_str", "pos_values", latent, true);
    feature.suppressed = logitsIn(record, "neg_str", "neg_values", latent, false);
    readLogitBars(record, feature, leftOut);

    const auto correlated = indicesIn(record, "correlated_features_indices");
    const auto pearson = numbersIn(record, "correlated_features_pearson");
    if (correlated.size() != pearson.size())
        throw Unreadable("has correlated features without a correlation for " + featureName(latent)
            + "; it is damaged");
    for (std::size_t i = 0; i < correlated.size(); ++i)
        if (correlated[i] != latent && pearson[i] != 0)
            feature.correlated.emplace_back(correlated[i], pearson[i]);
        else
            ++leftOut["no correlation"];

    leftOut["activation histogram"] += saysAnything(record, "freq_hist_data_bar_values");
    leftOut["neuron alignment"] += saysAnything(record, "neuron_alignment_indices");
    leftOut["correlated neurons"] += saysAnything(record, "correlated_neurons_indices");
    leftOut["decoder weights"] += saysAnything(record, "decoder_weights_dist");
    return feature;
}

ImportedWindow windowIn(const json& record, std::uint32_t latent, LeftOut& leftOut)
{
    ImportedWindow window{textsIn(record, "tokens"), numbersIn(record, "values")};
    if (window.tokens.size() != window.values.size())
        throw Unreadable("has " + std::to_string(window.tokens.size()) + " tokens but "
            + std::to_string(window.values.size()) + " activations in a window of "
            + featureName(latent) + "; it is damaged");
    leftOut["window bins"] += record.contains("bin_min") || record.contains("binMin");
    leftOut["attribution"]
        += saysAnything(record, "dfa_values") || saysAnything(record, "dfaValues");
    leftOut["loss"] += saysAnything(record, "lossValues");
    leftOut["logit contributions"] += saysAnything(record, "logitContributions");
    return window;
}

} // namespace microtome
