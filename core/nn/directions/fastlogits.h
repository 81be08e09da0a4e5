#pragma once

#include "core/features/directions/logittable.h"

namespace microtome {

/// What logitTable() of core/features/directions gives, as fast as the machine's matrix products:
/// 2 n d V operations for a vocabulary of V. Logits of some latents at a time are held over the
/// whole vocabulary, at most 64 MB of them (of 16 latents at least), and gone through while they
/// come from the caches; nothing of size n x V ever is. Logits are of f32 products, statistics of
/// them in f64; tokens whose logits differ by less than that rounding may change places. Memory
/// beside decoder, unembedding and table (about 0.6 KB a latent): those 64 MB. Throws Error and
/// Cancelled.
std::vector<LatentLogits> logitTableFast(const Matrix& decoder, const ReadOutWeights&,
    const LogitTableSettings& = {}, const Progress& = {});

/// What latents that write z of all heads side by side write to the residual stream: rows of
/// `decoder` [n, heads * dHead] times the heads' W_O [dHead, dModel], one below the other:
/// [n, dModel]. Throws Error where shapes do not fit.
Matrix throughHeads(const Matrix& decoder, const std::vector<Matrix>& out);

} // namespace microtome
