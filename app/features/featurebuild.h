#pragma once

#include "core/features/coder/encoder.h"
#include "core/features/place/place.h"
#include "core/features/sweep/sweep.h"
#include "core/store/project.h"

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace microtome {

/// What is to be swept: a dictionary, or neurons of a layer.
struct BuildSource {
    SourceKind kind = SourceKind::Dictionary;
    std::string name;
    std::string path; ///< of the dictionary
    std::shared_ptr<const SparseCoder> coder; ///< of a dictionary
    PlaceOptions place;
    Layer layer; ///< of neurons and heads
};

struct BuildSettings {
    SweepSettings sweep;
    double share = 0.02; ///< of the tokens at which a neuron or a head counts as firing
    bool directions = true; ///< logits, neighbours and the picture of decoder directions, too
    std::size_t neighbours = 16;
};

/// What is said of a source once it is in the project.
struct BuiltSource {
    SourceId source{};
    SweepId sweep{};
    std::string name;
    bool found = false; ///< it was there already
    std::uint64_t latents = 0;
    std::uint64_t firings = 0;
    std::uint64_t dead = 0;
    std::uint64_t indexBytes = 0;
};

/// What a build will take, before it begins.
struct BuildEstimate {
    SweepEstimate sweep; ///< of what is not there yet
    std::uint64_t tokens = 0;
    std::uint64_t latents = 0; ///< of all sources
};

/// Sweeps a corpus into a project: for each source one run with the numbers of its latents, its
/// contexts' text, what its directions say, and beside the project (`NAME.features/`) the inverted
/// index. What is in the project already is found again. Interrupted, the same call goes on.
class FeatureBuild {
public:
    /// All must outlive it. Throws Error where a source does not fit the model.
    FeatureBuild(Project&, Model&, const Corpus&, std::string corpusName,
        std::vector<BuildSource> sources, BuildSettings);
    ~FeatureBuild();

    BuildEstimate estimate(const Progress& = {});
    std::vector<BuiltSource> run(const Progress& = {}, const OnSweep& = {});

private:
    struct Target;

    void prepare(const Progress&);
    BuiltSource store(Target&, const Progress&);
    void storeNumbers(
        const Target&, RunId, const FeatureScope&, const FeatureIndex&, const Progress&);

    Project& m_project;
    Model& m_model;
    const Corpus& m_corpus;
    std::string m_corpusName;
    BuildSettings m_settings;
    std::vector<std::unique_ptr<Target>> m_targets;
    bool m_prepared = false;
};

} // namespace microtome
