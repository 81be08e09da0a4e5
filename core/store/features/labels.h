#pragma once

#include "core/store/database.h"
#include "core/store/features/key.h"

#include <nlohmann/json.hpp>

#include <span>
#include <string>
#include <unordered_set>
#include <vector>

namespace microtome {

/// How well a label did in one test. Where the judge could not be asked, the score is missing,
/// which is not the same as wrong: there is no value then.
struct LabelScore {
    ScoreId id{};
    LabelId label{};
    std::optional<RunId> run = {}; ///< a running one when it is added
    std::string scorer = {}; ///< detection, fuzzing, ...
    std::optional<double> value = {}; ///< absent: missing
    std::int64_t n = 0; ///< examples judged
    std::optional<double> low = {}; ///< of the interval
    std::optional<double> high = {};
    nlohmann::json detail = nlohmann::json::object();
    std::uint64_t seed = 0;
};

/// What somebody or something says that a feature is.
struct FeatureLabel {
    LabelId id{}; ///< set by add
    FeatureKey feature{};
    std::optional<RunId> run = {}; ///< a running one when it is added; absent: a person's
    std::string text = {};
    std::string method = {}; ///< of explaining
    std::string author = {};
    std::string model = {}; ///< that wrote it
    std::int64_t created = 0; ///< milliseconds since 1970; set by add
};

/// The labels of features and their scores. Those of a run are seen once it is done.
class Labels {
public:
    explicit Labels(Database& database)
        : m_database(database)
    {
    }

    /// Labels that a feature may have.
    static constexpr std::int64_t mostPerFeature = 256;

    LabelId add(const FeatureLabel& label);

    /// All or none; ids in the order of `labels`.
    std::vector<LabelId> add(std::span<const FeatureLabel> labels);
    std::optional<FeatureLabel> get(LabelId id);

    /// Newest first.
    std::vector<FeatureLabel> of(FeatureKey feature);
    void setText(LabelId id, const std::string& text);
    void remove(LabelId id);

    ScoreId addScore(const LabelScore& score);
    std::vector<LabelScore> scores(LabelId label); ///< oldest first
    void remove(ScoreId id);

    /// Clears the mask [latents] of a source where no label has these words; any label will do
    /// where there are none.
    void keep(SourceId source, std::string_view words, std::span<std::uint8_t> mask);

private:
    std::unordered_set<std::int64_t> hidden();

    Database& m_database;
};

} // namespace microtome
