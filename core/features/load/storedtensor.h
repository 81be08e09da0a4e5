#pragma once

#include "core/features/load/storedbytes.h"
#include "core/model/matrix.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace microtome {

/// What the numbers of a stored tensor are.
enum class StoredDtype { F64, F32, F16, BF16, I64, I32, I16, I8, U64, U32, U16, U8, Bool };

std::size_t sizeOf(StoredDtype);

/// How numbers lie in their storage.
struct TensorLayout {
    StoredDtype dtype = StoredDtype::F32;
    bool swapped = false; ///< stored big-endian
    std::vector<std::int64_t> shape;
    std::vector<std::int64_t> strides; ///< in numbers, one for each axis
    std::int64_t offset = 0; ///< of the first number, in numbers

    /// Strides without gaps, the last axis (or, in Fortran's order, the first) running fastest.
    /// Throws Unreadable when a size is negative or their product overflows.
    void makeContiguous(bool fortran = false);
};

/// A tensor of a file: a layout over a storage that other tensors may share. Nothing is read until
/// the numbers are asked for.
class StoredTensor {
public:
    /// Throws Unreadable when a number it speaks of lies outside the storage.
    StoredTensor(TensorLayout, std::shared_ptr<const StoredBytes>);

    StoredDtype dtype() const { return m_layout.dtype; }
    const std::vector<std::int64_t>& shape() const { return m_layout.shape; }
    std::int64_t count() const { return m_count; }

    const TensorLayout& layout() const { return m_layout; }
    const std::shared_ptr<const StoredBytes>& storage() const { return m_storage; }

    /// Its numbers as float32 in row-major order, whatever the strides.
    std::vector<float> floats() const;

    /// The same: the last axis becomes the columns, the rest the rows; a vector is one row.
    Matrix matrix() const;

private:
    TensorLayout m_layout;
    std::shared_ptr<const StoredBytes> m_storage;
    std::int64_t m_count = 1;
};

} // namespace microtome
