#pragma once

#include <cstdint>

namespace microtome::nn {

/// C = alpha op(A) op(B) + beta C over float32 rows, op(A) [m, k], op(B) [k, n], C [m, n]; `ld`:
/// from one row in memory to the next. oneDNN's where the build has it, else libtorch's BLAS.
void gemm(bool transposeA, bool transposeB, std::int64_t m, std::int64_t n, std::int64_t k,
    float alpha, const float* a, std::int64_t lda, const float* b, std::int64_t ldb, float beta,
    float* c, std::int64_t ldc);

} // namespace microtome::nn
