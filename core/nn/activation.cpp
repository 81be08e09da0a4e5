#include "core/nn/activation.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/gelu.h>
#include <ATen/ops/relu.h>
#include <ATen/ops/sigmoid.h>
#include <ATen/ops/silu.h>
#include <ATen/ops/tanh.h>

#ifdef HAVE_ONEDNN
#include <dnnl.hpp>
#endif

namespace microtome::nn {

namespace {

/// 0.5 x (1 + tanh(√(2/π) (x + 0.044715 x³))): oneDNN's is vectorised, libtorch 1.13's is not.
at::Tensor geluTanh(const at::Tensor& x)
{
#ifdef HAVE_ONEDNN
    if (!at::GradMode::is_enabled() && x.device().is_cpu() && x.scalar_type() == at::kFloat) {
        static const dnnl::engine engine(dnnl::engine::kind::cpu, 0);
        const dnnl::memory::desc form(
            {x.numel()}, dnnl::memory::data_type::f32, dnnl::memory::format_tag::a);
        const dnnl::eltwise_forward gelu(dnnl::eltwise_forward::primitive_desc(
            {dnnl::prop_kind::forward_inference, dnnl::algorithm::eltwise_gelu_tanh, form, 0.f, 0.f},
            engine));
        at::Tensor y = at::empty_like(x);
        dnnl::stream stream(engine);
        gelu.execute(stream,
            {{DNNL_ARG_SRC, dnnl::memory(form, engine, x.data_ptr())},
                {DNNL_ARG_DST, dnnl::memory(form, engine, y.data_ptr())}});
        stream.wait();
        return y;
    }
#endif
    return at::gelu(x, "tanh");
}

} // namespace

at::Tensor activate(Activation activation, const at::Tensor& x)
{
    switch (activation) {
    case Activation::Relu:
        return at::relu(x);
    case Activation::GeluErf:
        return at::gelu(x);
    case Activation::GeluTanh:
        return geluTanh(x.contiguous());
    case Activation::QuickGelu:
        return x * at::sigmoid(1.702 * x);
    case Activation::Silu:
        return at::silu(x);
    case Activation::Tanh:
        return at::tanh(x);
    case Activation::Square:
        return x * x;
    }
    return x;
}

} // namespace microtome::nn
