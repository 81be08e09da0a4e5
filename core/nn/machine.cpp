#include "core/nn/machine.h"

#include <ATen/Parallel.h>
#include <torch/version.h>

#ifdef HAVE_ONEDNN
#include <dnnl.hpp>
#endif

#include <algorithm>
#include <cstdlib>
#include <dlfcn.h>
#include <thread>

namespace microtome::nn {

namespace {

/// The answer of a function without arguments that a loaded library may have.
template <class Result>
bool ask(const char* name, Result& answer)
{
    auto* symbol = ::dlsym(RTLD_DEFAULT, name);
    if (!symbol)
        return false;
    answer = reinterpret_cast<Result (*)()>(symbol)();
    return true;
}

enum class Threading { Unknown, None, Own, OpenMp };

Threading findBlas(std::string& name)
{
    char* config = nullptr;
    int parallel = -1;
    if (ask("openblas_get_config", config) && ask("openblas_get_parallel", parallel)) {
        const std::string words = config;
        name = words.substr(0, words.find(' ', words.find(' ') + 1));
        name += parallel == 0 ? ", one thread" : parallel == 2 ? ", OpenMP" : ", own threads";
        return parallel == 0 ? Threading::None : parallel == 2 ? Threading::OpenMp : Threading::Own;
    }
    if (::dlsym(RTLD_DEFAULT, "mkl_get_version_string") || ::dlsym(RTLD_DEFAULT, "MKL_Get_Version")) {
        name = "MKL";
        return Threading::OpenMp;
    }
    name = ::dlsym(RTLD_DEFAULT, "sgemm_") ? "reference BLAS (slow: install libopenblas0-openmp)"
                                           : "libtorch's own";
    return Threading::Unknown;
}

/// OMP_NUM_THREADS, as for every OpenMP program; without it, one per core.
int usualThreads()
{
    const char* given = std::getenv("OMP_NUM_THREADS");
    const int asked = given ? std::atoi(given) : 0;
    return asked > 0 ? asked : std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

} // namespace

Machine prepareMachine(int threads)
{
    Machine machine;
    machine.engine = std::string("libtorch ") + TORCH_VERSION;
#ifdef HAVE_ONEDNN
    const auto* version = dnnl::version();
    machine.engine += ", oneDNN " + std::to_string(version->major) + "."
        + std::to_string(version->minor) + "." + std::to_string(version->patch);
#endif
    const Threading threading = findBlas(machine.blas);
    machine.threads = threads > 0 ? threads : usualThreads();
    if (threading == Threading::Own && machine.threads > 1) {
        machine.threads = 1;
        machine.note = "The BLAS at hand has threads of its own, which would fight the engine's, so "
                       "one is used: install libopenblas0-openmp to use all cores.";
    }
    at::set_num_threads(machine.threads);
    return machine;
}

} // namespace microtome::nn
