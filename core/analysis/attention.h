#pragma once

#include "core/analysis/subject.h"

namespace microtome {

struct Bundle;

/// One picture of attention, tokens x tokens: rows are queries, columns keys.
struct AttentionMap {
    enum class Kind {
        SingleHead, ///< one head
        LayerMean, ///< average over the heads of a layer
        ModelMean, ///< average over all heads of all layers
        Rollout, ///< attention rollout up to and including `layer`
        RolloutNoBos, ///< the same, the first position's column dropped in every layer, rows
                      ///< renormalised
    };
    Kind kind = Kind::SingleHead;
    Layer layer; ///< Rollout: none = the last
    Head head;

    std::vector<TokenId> ids;
    Matrix weights; ///< tokens x tokens
    Matrix
        valueNorms; ///< SingleHead only: 1 x tokens, ‖v_j W_O‖₂ (explorers 3.4, Kobayashi et al.)

    /// SingleHead only: A_ij ‖v_j W_O‖, each row divided by its sum when `normalised`.
    Matrix valueWeighted(bool normalised = false) const;

    Bundle toBundle() const;
    static AttentionMap fromBundle(const Bundle&);
};

/// Computes what `kind`, `layer` and `head` of the request name. Throws Error when they do not
/// exist.
AttentionMap attentionMap(
    Model&, const Subject&, AttentionMap::Kind, Layer = {}, Head = {}, const Progress& = {});

/// Every head of a layer, small: patterns pooled by maximum to at most n x n.
struct AttentionThumbnails {
    Layer layer;
    int tokens = 0;
    std::vector<Matrix> heads; ///< side = min(n, tokens)

    Bundle toBundle() const;
    static AttentionThumbnails fromBundle(const Bundle&);
};

AttentionThumbnails attentionThumbnails(
    Model&, const Subject&, Layer, std::size_t n = 32, const Progress& = {});

/// Maximum over tiles, to at most n x n; a matrix that fits is returned as it is.
Matrix maximumPooled(const Matrix&, std::size_t n);

/// Rollout over one more layer (Abnar & Zuidema; explorers 3.4): R_l = ½(A + I) R_{l-1} with rows
/// of A made to sum to 1. An empty `before` stands for the identity. With `dropFirst`, column 0 of
/// A is dropped first; a row with nothing left attends to itself.
Matrix rolledOut(const Matrix& meanPattern, const Matrix& before, bool dropFirst);

/// Where a query looks, strongest first; equal weights: the earlier key first.
struct AttentionSource {
    Position query;
    Position key;
    double weight = 0;
};

std::vector<AttentionSource> topSources(const Matrix& map, Position query, std::size_t count);

/// The lines of the line view: weights of at least `threshold`, at most `perQuery` for each query
/// (0: any number) and the strongest `limit` in all, strongest first.
std::vector<AttentionSource> attentionLines(
    const Matrix& map, double threshold, std::size_t perQuery = 0, std::size_t limit = 2000);

} // namespace microtome
