#include "core/features/load/torchvalues.h"

#include "core/features/load/unreadable.h"
#include "core/text/clip.h"

#include <algorithm>
#include <array>

namespace microtome::torchvalues {

namespace {

struct Named {
    std::string_view name;
    StoredDtype dtype;
};

constexpr std::array dtypes{
    Named{"torch.float64", StoredDtype::F64},
    Named{"torch.float32", StoredDtype::F32},
    Named{"torch.float16", StoredDtype::F16},
    Named{"torch.bfloat16", StoredDtype::BF16},
    Named{"torch.int64", StoredDtype::I64},
    Named{"torch.int32", StoredDtype::I32},
    Named{"torch.int16", StoredDtype::I16},
    Named{"torch.int8", StoredDtype::I8},
    Named{"torch.uint64", StoredDtype::U64},
    Named{"torch.uint32", StoredDtype::U32},
    Named{"torch.uint16", StoredDtype::U16},
    Named{"torch.uint8", StoredDtype::U8},
    Named{"torch.bool", StoredDtype::Bool},
};

constexpr std::array storages{
    Named{"torch.DoubleStorage", StoredDtype::F64},
    Named{"torch.FloatStorage", StoredDtype::F32},
    Named{"torch.HalfStorage", StoredDtype::F16},
    Named{"torch.BFloat16Storage", StoredDtype::BF16},
    Named{"torch.LongStorage", StoredDtype::I64},
    Named{"torch.IntStorage", StoredDtype::I32},
    Named{"torch.ShortStorage", StoredDtype::I16},
    Named{"torch.CharStorage", StoredDtype::I8},
    Named{"torch.ByteStorage", StoredDtype::U8},
    Named{"torch.BoolStorage", StoredDtype::Bool},
    Named{"torch.storage.UntypedStorage", StoredDtype::U8},
    Named{"torch.UntypedStorage", StoredDtype::U8},
};

constexpr std::array<std::string_view, 10> otherTypes{"torch.complex32", "torch.complex64",
    "torch.complex128", "torch.float8_e4m3fn", "torch.float8_e5m2", "torch.qint8", "torch.quint8",
    "torch.strided", "torch.contiguous_format", "torch.preserve_format"};

constexpr std::array<std::string_view, 5> classes{"torch.Tensor", "torch.nn.parameter.Parameter",
    "torch.ComplexFloatStorage", "torch.ComplexDoubleStorage", "torch.QInt8Storage"};

const Named* find(std::span<const Named> names, std::string_view name)
{
    const auto found = std::find_if(
        names.begin(), names.end(), [name](const Named& named) { return named.name == name; });
    return found == names.end() ? nullptr : &*found;
}

/// Storages of tensors on a graphics card were named torch.cuda.FloatStorage.
std::string onAnyDevice(std::string_view name)
{
    constexpr std::string_view cuda = "torch.cuda.";
    return name.starts_with(cuda) ? "torch." + std::string(name.substr(cuda.size()))
                                  : std::string(name);
}

[[noreturn]] void oddTensor()
{
    throw Unreadable("holds a tensor that is not written as torch writes it; it is damaged");
}

std::vector<std::int64_t> integers(const StoredValue& value)
{
    if (!value.list())
        oddTensor();
    std::vector<std::int64_t> numbers;
    for (const StoredValue& item : *value.list()) {
        if (!item.integer())
            oddTensor();
        numbers.push_back(*item.integer());
    }
    return numbers;
}

/// (storage, offset, size, stride, ...): a view of a storage, in numbers of `dtype`.
StoredValue rebuild(const StoredList& arguments, std::optional<StoredDtype> dtype)
{
    if (arguments.size() < 4 || !arguments[0].tensor() || !arguments[1].integer())
        oddTensor();
    const StoredTensor& storage = *arguments[0].tensor();
    TensorLayout layout;
    layout.dtype = dtype.value_or(storage.dtype());
    layout.swapped = storage.layout().swapped;
    layout.offset = *arguments[1].integer();
    layout.shape = integers(arguments[2]);
    layout.strides = integers(arguments[3]);
    return StoredValue(StoredObject{StoredTensor(std::move(layout), storage.storage())});
}

} // namespace

bool isTypeName(std::string_view name)
{
    return find(dtypes, name)
        || std::find(otherTypes.begin(), otherTypes.end(), name) != otherTypes.end();
}

bool isClass(std::string_view name)
{
    return find(storages, onAnyDevice(name))
        || std::find(classes.begin(), classes.end(), name) != classes.end();
}

StoredDtype dtypeOfStorage(std::string_view className)
{
    const Named* known = find(storages, onAnyDevice(className));
    if (!known)
        throw Unreadable("holds numbers of the kind " + text::clip(className)
            + ", which cannot be read here; convert them to float32");
    return known->dtype;
}

StoredValue rebuildTensor(const StoredList& arguments)
{
    return rebuild(arguments, std::nullopt);
}

/// (storage, offset, size, stride, requires_grad, hooks, dtype, ...) over untyped bytes.
StoredValue rebuildTypedTensor(const StoredList& arguments)
{
    if (arguments.size() < 7 || !arguments[6].text())
        oddTensor();
    const std::string& name = *arguments[6].text();
    const Named* known = find(dtypes, name);
    if (!known)
        throw Unreadable("holds numbers of the kind " + text::clip(name)
            + ", which cannot be read here; convert them to float32");
    return rebuild(arguments, known->dtype);
}

/// (data, requires_grad, hooks, ...): the data.
StoredValue rebuildParameter(const StoredList& arguments)
{
    if (arguments.empty() || !arguments[0].tensor())
        oddTensor();
    return arguments[0];
}

/// (function, class, arguments, attributes): a tensor with attributes of its own, which are left.
StoredValue rebuildFromType(const StoredList& arguments)
{
    if (arguments.size() != 4 || !arguments[0].className() || !arguments[2].list())
        oddTensor();
    const std::string& function = *arguments[0].className();
    if (function == "torch._utils._rebuild_tensor_v2")
        return rebuildTensor(*arguments[2].list());
    if (function == "torch._utils._rebuild_tensor_v3")
        return rebuildTypedTensor(*arguments[2].list());
    if (function == "torch._utils._rebuild_parameter")
        return rebuildParameter(*arguments[2].list());
    oddTensor();
}

/// ("cuda", 0) is the text "cuda:0".
StoredValue makeDevice(const StoredList& arguments)
{
    if (arguments.empty() || !arguments[0].text())
        throw Unreadable("names a device in a way that Microtome does not know");
    std::string device = *arguments[0].text();
    if (arguments.size() > 1 && arguments[1].integer())
        device += ":" + std::to_string(*arguments[1].integer());
    return StoredValue(StoredObject{std::move(device)});
}

} // namespace microtome::torchvalues
