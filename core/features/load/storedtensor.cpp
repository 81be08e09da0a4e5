#include "core/features/load/storedtensor.h"

#include "core/features/load/unreadable.h"
#include "core/model/half.h"

#include <algorithm>
#include <cstring>

namespace microtome {

namespace {

constexpr std::size_t mostAxes = 32;
// A stride of 0 lets a few bytes stand for any number of numbers; more than this is refused.
constexpr std::int64_t mostRepeated = 1 << 24;

[[noreturn]] void overflows()
{
    throw Unreadable("holds a tensor whose shape overflows; it is damaged");
}

std::int64_t product(std::int64_t a, std::int64_t b)
{
    std::int64_t result = 0;
    if (a < 0 || b < 0 || __builtin_mul_overflow(a, b, &result))
        overflows();
    return result;
}

template <class T> T swapBytes(T value)
{
    auto* first = reinterpret_cast<std::byte*>(&value);
    std::reverse(first, first + sizeof(T));
    return value;
}

/// Copies the numbers in row-major order: runs along the last axis, an odometer over the others.
template <class T, class Convert>
std::vector<float> gather(
    const StoredTensor& tensor, std::span<const std::byte> bytes, Convert convert)
{
    const TensorLayout& layout = tensor.layout();
    std::vector<float> values(static_cast<std::size_t>(tensor.count()));
    const std::size_t axes = layout.shape.size();
    const std::int64_t run = axes == 0 ? 1 : layout.shape.back();
    const std::int64_t step = axes == 0 ? 1 : layout.strides.back();
    std::vector<std::int64_t> at(axes, 0);
    std::int64_t start = layout.offset;
    for (std::size_t done = 0; done < values.size();) {
        for (std::int64_t i = 0; i < run; ++i) {
            T raw;
            std::memcpy(
                &raw, bytes.data() + (start + i * step) * std::int64_t(sizeof(T)), sizeof(T));
            values[done++] = convert(layout.swapped ? swapBytes(raw) : raw);
        }
        for (std::size_t axis = axes < 2 ? 0 : axes - 1; axis-- > 0;) {
            start += layout.strides[axis];
            if (++at[axis] < layout.shape[axis])
                break;
            start -= layout.strides[axis] * layout.shape[axis];
            at[axis] = 0;
        }
    }
    return values;
}

template <class T> float plain(T value)
{
    return static_cast<float>(value);
}

} // namespace

std::size_t sizeOf(StoredDtype dtype)
{
    switch (dtype) {
    case StoredDtype::F64:
    case StoredDtype::I64:
    case StoredDtype::U64:
        return 8;
    case StoredDtype::F32:
    case StoredDtype::I32:
    case StoredDtype::U32:
        return 4;
    case StoredDtype::F16:
    case StoredDtype::BF16:
    case StoredDtype::I16:
    case StoredDtype::U16:
        return 2;
    case StoredDtype::I8:
    case StoredDtype::U8:
    case StoredDtype::Bool:
        break;
    }
    return 1;
}

void TensorLayout::makeContiguous(bool fortran)
{
    strides.assign(shape.size(), 1);
    std::int64_t stride = 1;
    for (std::size_t i = 0; i < shape.size(); ++i) {
        const std::size_t axis = fortran ? i : shape.size() - 1 - i;
        strides[axis] = stride;
        stride = product(stride, std::max<std::int64_t>(shape[axis], shape[axis] < 0 ? -1 : 1));
    }
}

/// The last number lies at offset + sum (size - 1) * stride; that and the count must fit.
StoredTensor::StoredTensor(TensorLayout layout, std::shared_ptr<const StoredBytes> storage)
    : m_layout(std::move(layout))
    , m_storage(std::move(storage))
{
    if (m_layout.shape.size() != m_layout.strides.size() || m_layout.shape.size() > mostAxes)
        throw Unreadable("holds a tensor whose shape and strides do not fit each other");
    std::int64_t last = m_layout.offset;
    if (last < 0)
        overflows();
    const bool empty = std::count(m_layout.shape.begin(), m_layout.shape.end(), 0) > 0;
    for (std::size_t axis = 0; axis < m_layout.shape.size(); ++axis) {
        const std::int64_t size = m_layout.shape[axis];
        m_count = product(m_count, size);
        if (size == 1)
            m_layout.strides[axis] = 0; // never taken
        if (!empty
            && __builtin_add_overflow(last, product(size - 1, m_layout.strides[axis]), &last))
            overflows();
    }
    const std::uint64_t held = m_storage->size() / sizeOf(m_layout.dtype);
    if (m_count > 0 && static_cast<std::uint64_t>(last) >= held)
        throw Unreadable("holds a tensor that reaches beyond its storage, which may be cut short; "
                         "download or save it again");
    if (m_count > mostRepeated && static_cast<std::uint64_t>(m_count) > held)
        throw Unreadable("holds a tensor that repeats a few numbers without end; save it with "
                         "contiguous()");
}

std::vector<float> StoredTensor::floats() const
{
    const HeldBytes held = m_storage->bytes();
    const auto bytes = held.bytes;
    switch (m_layout.dtype) {
    case StoredDtype::F64:
        return gather<double>(*this, bytes, plain<double>);
    case StoredDtype::F32:
        return gather<float>(*this, bytes, plain<float>);
    case StoredDtype::F16:
        return gather<std::uint16_t>(*this, bytes, fromHalf);
    case StoredDtype::BF16:
        return gather<std::uint16_t>(*this, bytes, fromBfloat);
    case StoredDtype::I64:
        return gather<std::int64_t>(*this, bytes, plain<std::int64_t>);
    case StoredDtype::I32:
        return gather<std::int32_t>(*this, bytes, plain<std::int32_t>);
    case StoredDtype::I16:
        return gather<std::int16_t>(*this, bytes, plain<std::int16_t>);
    case StoredDtype::I8:
        return gather<std::int8_t>(*this, bytes, plain<std::int8_t>);
    case StoredDtype::U64:
        return gather<std::uint64_t>(*this, bytes, plain<std::uint64_t>);
    case StoredDtype::U32:
        return gather<std::uint32_t>(*this, bytes, plain<std::uint32_t>);
    case StoredDtype::U16:
        return gather<std::uint16_t>(*this, bytes, plain<std::uint16_t>);
    case StoredDtype::U8:
        return gather<std::uint8_t>(*this, bytes, plain<std::uint8_t>);
    case StoredDtype::Bool:
        break;
    }
    return gather<std::uint8_t>(
        *this, bytes, [](std::uint8_t value) { return value != 0 ? 1.f : 0.f; });
}

Matrix StoredTensor::matrix() const
{
    std::vector<float> values = floats();
    const auto columns = shape().empty() ? 1 : static_cast<std::size_t>(shape().back());
    const std::size_t rows = columns == 0 ? 0 : values.size() / columns;
    return {rows, columns, std::move(values)};
}

} // namespace microtome
