#include "core/nn/product.h"

#include "core/nn/pages.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/linear.h>

#ifdef HAVE_ONEDNN
#include <dnnl.hpp>

#include <map>
#endif

namespace microtome::nn {

#ifdef HAVE_ONEDNN

namespace {

dnnl::memory::desc rows(std::int64_t n, std::int64_t width)
{
    return {{n, width}, dnnl::memory::data_type::f32, dnnl::memory::format_tag::ab};
}

} // namespace

/// A weight in oneDNN's blocked layout, with one primitive for each number of rows seen lately (a
/// new one takes about 0.1 ms). A row's result has the same bits whatever rows stand beside it.
struct Product::Packed {
    dnnl::engine engine {dnnl::engine::kind::cpu, 0};
    at::Tensor storage;
    dnnl::memory weight; ///< in `storage`
    std::int64_t in;
    std::int64_t out;
    mutable std::map<std::int64_t, dnnl::inner_product_forward> primitives;

    Packed(const at::Tensor& w, bool biased)
        : in(w.size(1))
        , out(w.size(0))
    {
        const dnnl::memory::desc plain({out, in}, dnnl::memory::data_type::f32,
            dnnl::memory::dims {w.stride(0), w.stride(1)});
        const dnnl::memory::desc any(
            {out, in}, dnnl::memory::data_type::f32, dnnl::memory::format_tag::any);
        // The layout that oneDNN chooses is the same for every number of rows on machines with AVX2
        // or later; 128 stands for a prompt.
        const auto form = description(128, any, biased).weights_desc();
        storage = emptyInLargePages({static_cast<std::int64_t>(form.get_size())}, at::kByte);
        weight = dnnl::memory(form, engine, storage.data_ptr());
        dnnl::memory source(plain, engine, w.data_ptr());
        dnnl::stream stream(engine);
        dnnl::reorder(source, weight).execute(stream, source, weight);
        stream.wait();
    }

    dnnl::inner_product_forward::primitive_desc description(
        std::int64_t n, const dnnl::memory::desc& w, bool biased) const
    {
        const auto kind = dnnl::prop_kind::forward_inference;
        if (!biased)
            return {{kind, rows(n, in), w, rows(n, out)}, engine};
        const dnnl::memory::desc bias({out}, dnnl::memory::data_type::f32, dnnl::memory::format_tag::a);
        return {{kind, rows(n, in), w, bias, rows(n, out)}, engine};
    }

    at::Tensor apply(const at::Tensor& x, const at::Tensor& bias) const
    {
        const auto n = x.size(0);
        at::Tensor y = emptyInLargePages({n, out}, x.options());
        auto found = primitives.find(n);
        if (found == primitives.end()) {
            constexpr std::size_t most = 256;
            if (primitives.size() >= most)
                primitives.clear();
            const auto d = description(n, weight.get_desc(), bias.defined());
            found = primitives.emplace(n, dnnl::inner_product_forward(d)).first;
        }
        dnnl::stream stream(engine);
        std::unordered_map<int, dnnl::memory> arguments {
            {DNNL_ARG_SRC, dnnl::memory(rows(n, in), engine, x.data_ptr())},
            {DNNL_ARG_WEIGHTS, weight},
            {DNNL_ARG_DST, dnnl::memory(rows(n, out), engine, y.data_ptr())}};
        if (bias.defined())
            arguments.emplace(DNNL_ARG_BIAS,
                dnnl::memory({{out}, dnnl::memory::data_type::f32, dnnl::memory::format_tag::a},
                    engine, bias.data_ptr()));
        found->second.execute(stream, arguments);
        stream.wait();
        return y;
    }
};

#else

struct Product::Packed { };

#endif

Product::Product(at::Tensor stored, at::Tensor bias, at::ScalarType dtype, at::Device device)
    : m_stored(std::move(stored))
    , m_dtype(dtype)
    , m_device(device)
{
    if (bias.defined())
        m_bias = bias.to(device, dtype).contiguous();
#ifdef HAVE_ONEDNN
    if (dtype == at::kFloat && device.is_cpu() && !m_stored.requires_grad()) {
        m_packed = std::make_shared<Packed>(weight(), m_bias.defined());
        return;
    }
#endif
    m_ready = m_stored.to(device, dtype);
}

at::Tensor Product::operator()(const at::Tensor& x) const
{
#ifdef HAVE_ONEDNN
    if (m_packed && !at::GradMode::is_enabled())
        return m_packed->apply(x.contiguous(), m_bias);
#endif
    return at::linear(x, weight(), m_bias);
}

at::Tensor Product::weight() const
{
    return m_ready.defined() ? m_ready : m_stored.to(m_device, m_dtype);
}

std::size_t Product::packedBytes() const
{
#ifdef HAVE_ONEDNN
    if (m_packed)
        return m_packed->weight.get_desc().get_size();
#endif
    return m_ready.defined() && m_ready.data_ptr() != m_stored.data_ptr() ? m_ready.nbytes() : 0;
}

} // namespace microtome::nn
