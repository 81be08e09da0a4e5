#pragma once

#include "core/analysis/subject.h"

#include <string_view>

namespace microtome {

struct Bundle;

/// Which activations a patching sweep goes through.
enum class Sweep { ResidPre, ResidMid, AttnOut, MlpOut, HeadOut, Q, K, V, Pattern };
const char* sweepName(Sweep); ///< `resid_pre`, `resid_mid`, `attn_out`, `mlp_out`, `head_out`, `q`,
                              ///< `k`, `v`, `pattern`
std::optional<Sweep> sweepNamed(std::string_view);
Point sweepPoint(Sweep); ///< HeadOut: Z
bool sweepsHeads(Sweep);

struct PatchRequest {
    Prompt clean;
    Prompt corrupted; ///< of as many tokens
    Metric metric; ///< logit difference, ...; position none = the last
    Sweep sweep = Sweep::ResidPre;
    bool byPosition = false; ///< head sweeps: a cell for each position as well (Pattern: the query)

    /// Denoising: clean values into the corrupted run. Noising: corrupted values into the clean
    /// run.
    bool denoising = true;
    std::shared_ptr<const Base> cleanBase; ///< made when absent
    std::shared_ptr<const Base> corruptedBase; ///< made when absent
};

/// Activation patching between two prompts (circuits 2.6): for every cell one activation is
/// overwritten with its value from the other run and the metric is read again. normalised =
/// (m_patched - m_corrupted) / (m_clean - m_corrupted): denoising 0 = no effect, 1 = restored;
/// noising 1 = no effect, 0 = destroyed.
struct PatchSweep {
    Sweep sweep = Sweep::ResidPre;
    bool byPosition = false; ///< cells have a position: always for sweeps without heads
    bool denoising = true;
    std::vector<TokenId> clean;
    std::vector<TokenId> corrupted;
    std::string metric; ///< its name
    int layers = 0;
    int positions = 0; ///< 1 when cells have none
    int heads = 0; ///< 1 when cells have none; key/value heads for K and V

    double cleanMetric = 0;
    double corruptedMetric = 0;
    Matrix raw; ///< layers x (positions * heads), the metric of the patched run
    Matrix normalised; ///< the same shape; NaN when the two runs do not differ at all
    std::string remark; ///< a sentence when the runs differ too little to divide by, else empty

    std::size_t column(int position, int head) const
    {
        return static_cast<std::size_t>(position) * static_cast<std::size_t>(heads)
            + static_cast<std::size_t>(head);
    }

    Bundle toBundle() const;
    static PatchSweep fromBundle(const Bundle&);
};

/// Throws Error when the prompts differ in length or the model does not have the point.
PatchSweep patchSweep(Model&, const PatchRequest&, const Progress& = {});

/// What a sweep will take: number of patched runs, seconds and bytes.
struct SweepEstimate {
    std::size_t runs = 0;
    double seconds = 0;
    std::uint64_t bytes = 0;
};
SweepEstimate estimateSweep(const Model&, const PatchRequest&);

/// The edit that a drag of one cell onto another makes: the value of `from` at `fromPosition` in
/// the source, put at `to`, `toPosition`. Throws Error when the two sites differ in width.
Edit patchFrom(Model&, const Subject& source, const Site& from, Position fromPosition,
    const Site& to, Position toPosition, const Progress& = {});

/// What a change of one site at one position can reach: within its block only what comes after it
/// (and other positions only through attention), in later blocks every position from its own on.
struct CausalCone {
    Site at;
    Position position;

    bool reaches(const Site& cell, Position) const;
};

} // namespace microtome
