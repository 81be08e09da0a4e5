#pragma once

#include "core/store/database.h"
#include "core/store/features/key.h"

#include <nlohmann/json.hpp>

#include <string>
#include <vector>

namespace microtome {

/// What the latents of a source are.
enum class SourceKind { Dictionary, Neurons, Heads, Components, Codes, Directions };

/// dictionary, neurons, heads, components, codes, directions.
std::string_view kindName(SourceKind kind);

/// What features come from: a dictionary, or units of a model that are looked at as features.
struct FeatureSource {
    SourceId id{};
    ModelId model{};
    std::optional<RunId> run; ///< that made it
    SourceKind kind = SourceKind::Dictionary;
    std::string name;
    std::string readSite; ///< TransformerLens name of the point
    std::string writeSite;
    std::uint64_t latents = 0; ///< 1 ... maxLatents
    std::uint64_t width = 0; ///< d_in
    std::string path; ///< of the dictionary; empty: none
    std::string hash; ///< SHA-256 of it
    nlohmann::json declared = nlohmann::json::object(); ///< what the dictionary says of itself
};

/// What was measured of a source on some text, without what is absent.
struct FeatureCheck {
    CheckId id{};
    SourceId source{};
    RunId run{};
    std::string corpus;
    std::uint64_t tokens = 0;
    std::optional<double> fvu, l0;
    std::optional<double> dead, dense; ///< shares of the latents
    std::optional<double> ceOriginal, ceReplaced, ceAblated, kl; ///< nats per token
    nlohmann::json excluded = nlohmann::json::object(); ///< tokens and positions left out
    std::vector<std::string> verdict; ///< sentences
};

/// One pass of a source over a corpus.
struct FeatureSweep {
    SweepId id{};
    SourceId source{};
    RunId run{};
    std::string corpus;
    std::string corpusHash;
    std::uint64_t tokens = 0; ///< 0 where it is not known
    std::string indexPath; ///< of the inverted index, from the project's folder; empty: none
};

/// The sources of features with their checks and sweeps. What a run makes here is seen by others
/// once it is done, and goes with a run that is not finished; a source then stays without its run.
class FeatureSources {
public:
    explicit FeatureSources(Database& database)
        : m_database(database)
    {
    }

    /// Adds a source, or brings the one of this model, kind, name, hash and read site up to date.
    SourceId add(const FeatureSource& source);
    std::optional<FeatureSource> get(SourceId id);
    std::vector<FeatureSource> list(std::optional<ModelId> model = {});

    /// The dictionary lies elsewhere now.
    void setPath(SourceId id, const std::string& path);

    /// Removes the source with all that is known of its features.
    void remove(SourceId id);

    /// `run` is a running one.
    CheckId addCheck(const FeatureCheck& check);
    std::vector<FeatureCheck> checks(SourceId source); ///< newest first

    /// `run` is a running one.
    SweepId addSweep(const FeatureSweep& sweep);
    std::vector<FeatureSweep> sweeps(SourceId source); ///< newest first

private:
    Database& m_database;
};

/// Whether the place of an index is below the project's folder, the only one where it is looked
/// for.
bool staysBelow(const std::string& path);

/// Throws a sentence unless this run is running.
void requireRunning(Database& database, RunId run);

/// The latents of a source, done or being made; throws a sentence where there is none.
std::uint64_t latentsOf(Database& database, SourceId source);

/// Throws a sentence unless the source has this latent.
void requireLatent(Database& database, FeatureKey key);

} // namespace microtome
