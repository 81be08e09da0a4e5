#pragma once

#include <cstdint>

/// Plain loops over float32 rows chosen by number, which the compiler turns into vector
/// instructions of the machine at hand. None of them starts threads.
namespace microtome::nn::kernels {

/// out[j] = matrix[rows[j], :] · w
void dots(std::int64_t count, const std::int32_t* rows, const float* matrix, std::int64_t d,
    const float* w, float* out);

/// y += Σⱼ factors[j] matrix[rows[j], :]
void combine(std::int64_t count, const std::int32_t* rows, const float* factors,
    const float* matrix, std::int64_t d, float* y);

/// out[b] = the largest of x[b block], ..., x[b block + block - 1], those of n that there are.
void blockLargest(std::int64_t n, std::int64_t block, const float* x, float* out);

/// x · y
float dot(std::int64_t n, const float* x, const float* y);

/// y += factor x
void addTimes(std::int64_t n, float factor, const float* x, float* y);

} // namespace microtome::nn::kernels
