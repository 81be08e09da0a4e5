#pragma once

#include "core/features/directions/principal.h"
#include "core/work/progress.h"

namespace microtome {

/// The first k principal components of directions (Pearson 1901): eigenvectors of the covariance
/// C = (1/n) sum_i (v_i - m)(v_i - m)^T, d x d, added up in f64 over tiles of latents; m is the
/// mean of them first. Operations: 2 n d², and d³ for the eigenvectors. Memory: 3 matrices of d² in
/// f64. Throws Error where d is over 16,384 (6 GB), k is 0 or over d, and Cancelled.
PrincipalComponents principalComponents(
    const Directions&, const PrincipalSettings& = {}, const Progress& = {});

} // namespace microtome
