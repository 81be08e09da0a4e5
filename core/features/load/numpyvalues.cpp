#include "core/features/load/numpyvalues.h"

#include "core/features/load/unreadable.h"
#include "core/model/half.h"
#include "core/text/clip.h"

#include <algorithm>
#include <array>
#include <bit>

namespace microtome::numpyvalues {

namespace {

struct Named {
    std::string_view name;
    StoredDtype dtype;
};

constexpr std::array dtypes{
    Named{"f8", StoredDtype::F64},
    Named{"f4", StoredDtype::F32},
    Named{"f2", StoredDtype::F16},
    Named{"i8", StoredDtype::I64},
    Named{"i4", StoredDtype::I32},
    Named{"i2", StoredDtype::I16},
    Named{"i1", StoredDtype::I8},
    Named{"u8", StoredDtype::U64},
    Named{"u4", StoredDtype::U32},
    Named{"u2", StoredDtype::U16},
    Named{"u1", StoredDtype::U8},
    Named{"b1", StoredDtype::Bool},
};

[[noreturn]] void oddArray()
{
    throw Unreadable("holds a numpy array that is not written as numpy writes it; it is damaged");
}

/// The dtype of a record: its name is the first argument, its byte order the second of its state.
void setDtype(TensorLayout& layout, const StoredValue& value)
{
    const StoredRecord* record = value.record();
    if (!record || record->type != "numpy.dtype" || record->arguments.empty()
        || !record->arguments[0].text())
        oddArray();
    numpyvalues::setDtype(layout, *record->arguments[0].text());
    if (const StoredList* state = record->state.list())
        if (state->size() > 1 && (*state)[1].text() && sizeOf(layout.dtype) > 1)
            layout.swapped = *(*state)[1].text() == ">";
}

void setShape(TensorLayout& layout, const StoredValue& value)
{
    if (!value.list())
        oddArray();
    for (const StoredValue& size : *value.list()) {
        if (!size.integer())
            oddArray();
        layout.shape.push_back(*size.integer());
    }
}

StoredTensor makeArray(TensorLayout layout, bool fortran, const StoredValue& bytes)
{
    if (!bytes.bytes())
        throw Unreadable("holds a numpy array of Python objects or of Python 2, which is not read; "
                         "convert it to safetensors");
    layout.makeContiguous(fortran);
    return {std::move(layout), std::make_shared<const StoredBytes>(*bytes.bytes())};
}

} // namespace

void setDtype(TensorLayout& layout, std::string_view name)
{
    const std::string_view whole = name;
    if (!name.empty() && std::string_view("<>|=").find(name.front()) != std::string_view::npos) {
        layout.swapped = name.front() == '>';
        name.remove_prefix(1);
    }
    for (const Named& known : dtypes)
        if (known.name == name) {
            layout.dtype = known.dtype;
            return;
        }
    throw Unreadable("holds a numpy array of the type " + text::clip(whole)
        + ", which is no plain number; convert it");
}

StoredValue makeDtype(const StoredList& arguments)
{
    return StoredValue(StoredObject{StoredRecord{"numpy.dtype", arguments, {}}});
}

StoredValue reconstructArray(const StoredList& arguments)
{
    if (arguments.empty() || !arguments[0].className() || *arguments[0].className() != arrayClass)
        oddArray();
    return StoredValue(StoredObject{StoredRecord{std::string(arrayClass), {}, {}}});
}

/// (bytes, dtype, shape, "C" or "F").
StoredValue arrayFromBuffer(const StoredList& arguments)
{
    if (arguments.size() != 4 || !arguments[3].text())
        oddArray();
    TensorLayout layout;
    setDtype(layout, arguments[1]);
    setShape(layout, arguments[2]);
    return StoredValue(
        StoredObject{makeArray(std::move(layout), *arguments[3].text() == "F", arguments[0])});
}

/// (dtype, bytes): one number of an array, exactly.
StoredValue makeScalar(const StoredList& arguments)
{
    if (arguments.size() != 2)
        oddArray();
    TensorLayout layout;
    setDtype(layout, arguments[0]);
    const StoredTensor tensor = makeArray(std::move(layout), false, arguments[1]);
    const std::size_t size = sizeOf(tensor.dtype());
    const HeldBytes held = tensor.storage()->bytes();
    std::array<std::byte, 8> raw{};
    std::copy_n(held.bytes.begin(), size, raw.begin());
    if (tensor.layout().swapped)
        std::reverse(raw.begin(), raw.begin() + static_cast<std::ptrdiff_t>(size));
    const auto bits = std::bit_cast<std::uint64_t>(raw);
    const auto unused = static_cast<int>(64 - 8 * size);
    switch (tensor.dtype()) {
    case StoredDtype::F64:
        return StoredValue(std::bit_cast<double>(bits));
    case StoredDtype::F32:
        return StoredValue(double(std::bit_cast<float>(static_cast<std::uint32_t>(bits))));
    case StoredDtype::F16:
        return StoredValue(double(fromHalf(static_cast<std::uint16_t>(bits))));
    case StoredDtype::BF16:
        return StoredValue(double(fromBfloat(static_cast<std::uint16_t>(bits))));
    case StoredDtype::I64:
    case StoredDtype::I32:
    case StoredDtype::I16:
    case StoredDtype::I8:
        return StoredValue(static_cast<std::int64_t>(bits << unused) >> unused);
    case StoredDtype::U64:
        if (bits >> 63)
            return StoredValue(static_cast<double>(bits));
        [[fallthrough]];
    case StoredDtype::U32:
    case StoredDtype::U16:
    case StoredDtype::U8:
        return StoredValue(static_cast<std::int64_t>(bits));
    case StoredDtype::Bool:
        break;
    }
    return StoredValue(bits != 0);
}

StoredTensor arrayFromState(const StoredValue& state)
{
    const StoredList* parts = state.list();
    if (!parts || parts->size() != 5 || !(*parts)[3].boolean())
        oddArray();
    TensorLayout layout;
    setShape(layout, (*parts)[1]);
    setDtype(layout, (*parts)[2]);
    return makeArray(std::move(layout), *(*parts)[3].boolean(), (*parts)[4]);
}

} // namespace microtome::numpyvalues
