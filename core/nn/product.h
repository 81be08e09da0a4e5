#pragma once

#include <ATen/core/Tensor.h>

#include <memory>

namespace microtome::nn {

/// y = x Wᵀ + b for one weight of the model. f32 weights on the CPU are packed once in oneDNN's blocked
/// layout (where the build has oneDNN) and the mapped original is given back to the system; under
/// autograd the original is used, so that gradients flow to x. A weight that is itself differentiated
/// is never packed.
class Product {
public:
    Product() = default;

    /// `stored` [out, in] in any strides and in the file's type; `bias` [out] or undefined. `dtype`
    /// and `device` are what is computed in.
    Product(at::Tensor stored, at::Tensor bias, at::ScalarType dtype, at::Device device);

    bool defined() const { return m_stored.defined(); }

    /// x [rows, in], contiguous -> [rows, out]
    at::Tensor operator()(const at::Tensor& x) const;

    std::int64_t out() const { return m_stored.size(0); }
    std::int64_t in() const { return m_stored.size(1); }

    /// The weight [out, in] in the computing type; a view of the file for f32.
    at::Tensor weight() const;
    const at::Tensor& bias() const { return m_bias; }

    /// Bytes held beside the mapped file.
    std::size_t packedBytes() const;

private:
    struct Packed;
    at::Tensor m_stored;
    at::Tensor m_ready; ///< the weight converted or moved, where it is not packed
    at::Tensor m_bias;
    at::ScalarType m_dtype = at::kFloat;
    at::Device m_device = at::kCPU;
    std::shared_ptr<const Packed> m_packed;
};

} // namespace microtome::nn
