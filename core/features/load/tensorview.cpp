#include "core/features/load/tensorview.h"

#include "core/features/load/unreadable.h"
#include "core/text/clip.h"
#include "core/work/error.h"

#include <algorithm>

namespace microtome {

namespace {

constexpr std::int64_t columnsAtOnce = 64; // of float32, four cache lines

StoredDtype dtypeOf(const std::string& name, const std::string& tensor, const std::string& file)
{
    static const std::map<std::string, StoredDtype> known{{"F64", StoredDtype::F64},
        {"F32", StoredDtype::F32}, {"F16", StoredDtype::F16}, {"BF16", StoredDtype::BF16},
        {"I64", StoredDtype::I64}, {"I32", StoredDtype::I32}, {"I16", StoredDtype::I16},
        {"I8", StoredDtype::I8}, {"U64", StoredDtype::U64}, {"U32", StoredDtype::U32},
        {"U16", StoredDtype::U16}, {"U8", StoredDtype::U8}, {"BOOL", StoredDtype::Bool}};
    const auto found = known.find(name);
    if (found == known.end())
        throw Error("The tensor " + text::clip(tensor) + " of " + text::clip(file)
            + " has the type " + text::clip(name) + ", which cannot be read here.");
    return found->second;
}

/// The same tensor over bytes that are there already, not inflated at each call.
StoredTensor held(const StoredTensor& tensor)
{
    return {tensor.layout(), std::make_shared<const StoredBytes>(tensor.storage()->bytes())};
}

} // namespace

std::map<std::string, StoredTensor> viewsOf(
    const std::shared_ptr<const SafeTensors>& tensors, const std::string& file)
{
    std::map<std::string, StoredTensor> views;
    for (const auto& [name, entry] : tensors->entries()) {
        TensorLayout layout;
        layout.dtype = dtypeOf(entry.dtype, name, file);
        layout.shape = entry.shape;
        const auto bytes = std::make_shared<const StoredBytes>(HeldBytes{tensors, entry.bytes});
        try {
            layout.makeContiguous();
            views.emplace(name, StoredTensor(layout, bytes));
        } catch (const Unreadable& error) {
            throw Error(text::clip(file) + " " + error.what() + ".");
        }
    }
    return views;
}

StoredTensor sliced(const StoredTensor& tensor, std::size_t axis, std::int64_t index)
{
    TensorLayout layout = tensor.layout();
    const auto along = static_cast<std::ptrdiff_t>(axis);
    layout.offset += index * layout.strides[axis];
    layout.shape.erase(layout.shape.begin() + along);
    layout.strides.erase(layout.strides.begin() + along);
    return {layout, tensor.storage()};
}

Matrix transposed(const StoredTensor& stored)
{
    const StoredTensor tensor = held(stored);
    const std::int64_t rows = tensor.shape()[0];
    const std::int64_t columns = tensor.shape()[1];
    std::vector<float> values(static_cast<std::size_t>(tensor.count()));
    for (std::int64_t first = 0; first < columns; first += columnsAtOnce) {
        TensorLayout layout = tensor.layout();
        layout.shape[1] = std::min(columnsAtOnce, columns - first);
        layout.offset += first * layout.strides[1];
        const auto width = static_cast<std::size_t>(layout.shape[1]);
        const std::vector<float> block = StoredTensor(layout, tensor.storage()).floats();
        for (std::size_t column = 0; column < width; ++column)
            for (std::size_t row = 0; row < static_cast<std::size_t>(rows); ++row)
                values[(static_cast<std::size_t>(first) + column) * static_cast<std::size_t>(rows)
                    + row]
                    = block[row * width + column];
    }
    return {static_cast<std::size_t>(columns), static_cast<std::size_t>(rows), std::move(values)};
}

} // namespace microtome
