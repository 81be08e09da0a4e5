#pragma once

#include "core/analysis/subject.h"

#include <span>

namespace microtome {

struct Bundle;

struct LensOptions {
    bool embedding = true; ///< first row: the residual stream before block 0
    bool mid = false; ///< a row after each attention, where the model has resid_mid
    std::vector<Position> positions{}; ///< columns; empty: every position
    int topK = 5;
    std::vector<TokenId> tracked{}; ///< empty: the default ones, see Lens::tracked
    Position selected{}; ///< where the default ones are taken from; none: the last column
    int maximumTracked = 8;
};

/// The logit lens of a prompt: what every layer's residual stream would say if it went straight to
/// the final norm and the unembedding (explorers 3.1),
///   logits_l[t] = W_U N(h_l[t]) + b_U, the norm's statistics recomputed from h_l[t].
/// A cell is (row, column): rows are sites in forward order, the last one is the model's own last
/// residual stream; columns are positions, keyed by index and never by text.
struct Lens {
    struct Entry {
        TokenId id = -1;
        float logit = 0;
        double probability = 0;
    };

    std::vector<TokenId> ids; ///< of the prompt
    std::vector<Site> rows; ///< resid_pre of block 0, then resid_mid and resid_post of each
    std::vector<Position> positions; ///< of the columns
    int topK = 0;

    std::vector<TokenId> topIds; ///< [row][column][k], best first
    Matrix topLogits; ///< rows * columns x k
    Matrix logSumExp; ///< rows x columns
    Matrix entropy; ///< rows x columns, nats
    Matrix kl; ///< rows x columns, KL(last row ‖ cell) in nats
    Matrix
        nextLogit; ///< rows x columns, of the token that follows; NaN where none with a logit does
    Matrix nextRank; ///< rows x columns, 0 = top; -1 where none with a logit follows

    /// Asked for, or the distinct top tokens over all rows at the selected position, the ones that
    /// reach the highest probability first.
    std::vector<TokenId> tracked;
    std::vector<Matrix> trackedLogits; ///< one rows x columns matrix per tracked token
    std::vector<Matrix>
        trackedRanks; ///< 0 = top: the number of tokens with a strictly higher logit

    /// max |logit of the last row - logit of the model's output| over the 1000 best tokens of up to
    /// four columns; also whether the top tokens agree there.
    double selfCheck = 0;
    bool selfCheckTop = true;

    std::size_t columns() const { return positions.size(); }

    /// The k best tokens of a cell, best first.
    std::vector<Entry> top(std::size_t row, std::size_t column) const;

    /// Probability in a cell of a logit of that cell.
    double probability(std::size_t row, std::size_t column, float logit) const;

    /// exp(nextLogit - logSumExp); NaN where no token follows.
    double nextProbability(std::size_t row, std::size_t column) const;

    Bundle toBundle() const;
    static Lens fromBundle(const Bundle&);
};

/// The course of one tracked token through a lens.
struct Trajectory {
    TokenId id = -1;
    std::vector<double> probability;
    std::vector<int> rank; ///< 0 = top
};

std::vector<Trajectory> trajectoriesByRow(const Lens&, std::size_t column);
std::vector<Trajectory> trajectoriesByPosition(const Lens&, std::size_t row);

/// Holds rows x columns x k numbers, never rows x columns x vocabulary.
Lens logitLens(Model&, const Subject&, const LensOptions& = {}, const Progress& = {});

} // namespace microtome
