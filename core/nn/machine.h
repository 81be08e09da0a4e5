#pragma once

#include <string>

namespace microtome::nn {

/// What the engine runs on.
struct Machine {
    int threads = 1;
    std::string blas;   ///< "OpenBLAS 0.3.21, OpenMP", ...
    std::string engine; ///< "libtorch 1.13.1, oneDNN 2.6.3"
    std::string note;   ///< a sentence when threads had to be held back, else empty
};

/// Sets the number of compute threads (0: OMP_NUM_THREADS, or one per core) and finds out which BLAS
/// the process runs on. Beside a BLAS with threads of its own, libtorch is kept to one: their threads would fight.
Machine prepareMachine(int threads);

} // namespace microtome::nn
