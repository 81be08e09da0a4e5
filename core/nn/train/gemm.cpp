#include "core/nn/train/gemm.h"

#ifdef HAVE_ONEDNN
#include <dnnl.h>
#else
#include <ATen/core/Tensor.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/addmm.h>
#include <ATen/ops/from_blob.h>
#endif

namespace microtome::nn {

#ifdef HAVE_ONEDNN

void gemm(bool transposeA, bool transposeB, std::int64_t m, std::int64_t n, std::int64_t k,
    float alpha, const float* a, std::int64_t lda, const float* b, std::int64_t ldb, float beta,
    float* c, std::int64_t ldc)
{
    dnnl_sgemm(transposeA ? 'T' : 'N', transposeB ? 'T' : 'N', m, n, k, alpha, a, lda, b, ldb, beta,
        c, ldc);
}

#else

void gemm(bool transposeA, bool transposeB, std::int64_t m, std::int64_t n, std::int64_t k,
    float alpha, const float* a, std::int64_t lda, const float* b, std::int64_t ldb, float beta,
    float* c, std::int64_t ldc)
{
    const at::NoGradGuard guard;
    const auto view = [](const float* data, std::int64_t rows, std::int64_t columns,
                          std::int64_t ld, bool transposed) {
        const std::int64_t across = transposed ? ld : 1;
        const std::int64_t down = transposed ? 1 : ld;
        return at::from_blob(const_cast<float*>(data), {rows, columns}, {down, across},
            at::TensorOptions().dtype(at::kFloat));
    };
    at::Tensor out = view(c, m, n, ldc, false);
    at::addmm_out(
        out, out, view(a, m, k, lda, transposeA), view(b, k, n, ldb, transposeB), beta, alpha);
}

#endif

} // namespace microtome::nn
