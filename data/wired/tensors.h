#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <vector>

namespace microtome::wired {

/// A tensor that is written by hand: row-major float32, zero until set.
struct Tensor {
    std::vector<std::int64_t> shape;
    std::vector<float> values;

    Tensor() = default;
    explicit Tensor(std::vector<std::int64_t> shape);

    /// One element by its indices, as many as the shape has.
    float& at(std::initializer_list<std::int64_t> index);
};

using Tensors = std::map<std::string, Tensor>;

} // namespace microtome::wired
