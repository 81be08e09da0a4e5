#include "data/wired/tensors.h"

namespace microtome::wired {

Tensor::Tensor(std::vector<std::int64_t> sizes)
    : shape(std::move(sizes))
{
    std::size_t count = 1;
    for (std::int64_t n : shape)
        count *= static_cast<std::size_t>(n);
    values.assign(count, 0.0f);
}

float& Tensor::at(std::initializer_list<std::int64_t> index)
{
    std::int64_t offset = 0;
    std::size_t axis = 0;
    for (std::int64_t i : index)
        offset = offset * shape[axis++] + i;
    return values.at(static_cast<std::size_t>(offset));
}

} // namespace microtome::wired
