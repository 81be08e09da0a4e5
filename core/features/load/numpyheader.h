#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace microtome {

/// What a .npy file says of its array (numpy/lib/format.py).
struct NumpyHeader {
    std::string descr; ///< "<f4"
    bool fortran = false;
    std::vector<std::int64_t> shape;
};

/// Reads "{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }" and nothing else of Python.
/// Throws Unreadable.
NumpyHeader readNumpyHeader(std::string_view);

} // namespace microtome
