#include "core/nn/pages.h"

#include <ATen/ops/empty.h>

#include <cstdint>
#include <sys/mman.h>

namespace microtome::nn {

at::Tensor emptyInLargePages(at::IntArrayRef sizes, const at::TensorOptions& options)
{
    at::Tensor tensor = at::empty(sizes, options);
    constexpr std::uintptr_t worthwhile = 4 << 20;
    constexpr std::uintptr_t page = 4096;
    if (tensor.device().is_cpu() && tensor.nbytes() >= worthwhile) {
        const auto address = reinterpret_cast<std::uintptr_t>(tensor.data_ptr());
        const auto begin = (address + page - 1) / page * page;
        const auto end = (address + tensor.nbytes()) / page * page;
        // Only advice: where the system has no large pages, nothing is lost.
        ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
    }
    return tensor;
}

} // namespace microtome::nn
