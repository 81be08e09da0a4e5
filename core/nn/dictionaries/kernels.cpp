#include "core/nn/dictionaries/kernels.h"

// One function for each kind of machine, chosen when the program starts; sanitizers are not ready
// that early.
#if defined(__x86_64__) && !defined(__clang__) && !defined(__SANITIZE_ADDRESS__)                   \
    && !defined(__SANITIZE_THREAD__)
#define MACHINES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define MACHINES
#endif

namespace microtome::nn::kernels {

MACHINES float dot(std::int64_t n, const float* x, const float* y)
{
    float sum = 0;
    for (std::int64_t i = 0; i < n; ++i)
        sum += x[i] * y[i];
    return sum;
}

MACHINES void addTimes(std::int64_t n, float factor, const float* x, float* y)
{
    for (std::int64_t i = 0; i < n; ++i)
        y[i] += factor * x[i];
}

MACHINES void blockLargest(std::int64_t n, std::int64_t block, const float* x, float* out)
{
    for (std::int64_t begin = 0, b = 0; begin < n; begin += block, ++b) {
        const std::int64_t end = begin + block < n ? begin + block : n;
        float most = x[begin];
        for (std::int64_t i = begin + 1; i < end; ++i)
            most = x[i] > most ? x[i] : most;
        out[b] = most;
    }
}

MACHINES void dots(std::int64_t count, const std::int32_t* rows, const float* matrix,
    std::int64_t d, const float* w, float* out)
{
    for (std::int64_t j = 0; j < count; ++j) {
        const float* const row = matrix + rows[j] * d;
        float sum = 0;
        for (std::int64_t i = 0; i < d; ++i)
            sum += row[i] * w[i];
        out[j] = sum;
    }
}

MACHINES void combine(std::int64_t count, const std::int32_t* rows, const float* factors,
    const float* matrix, std::int64_t d, float* y)
{
    std::int64_t j = 0;
    for (; j + 4 <= count; j += 4) {
        const float* const a = matrix + rows[j] * d;
        const float* const b = matrix + rows[j + 1] * d;
        const float* const c = matrix + rows[j + 2] * d;
        const float* const e = matrix + rows[j + 3] * d;
        for (std::int64_t i = 0; i < d; ++i)
            y[i] += (factors[j] * a[i] + factors[j + 1] * b[i])
                + (factors[j + 2] * c[i] + factors[j + 3] * e[i]);
    }
    for (; j < count; ++j) {
        const float* const row = matrix + rows[j] * d;
        for (std::int64_t i = 0; i < d; ++i)
            y[i] += factors[j] * row[i];
    }
}

} // namespace microtome::nn::kernels
