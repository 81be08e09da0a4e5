# Finds libtorch and, where it can be used beside it, oneDNN. Gives one target:
#
#   microtome_torch   what microtome_nn links, PRIVATE; defines HAVE_ONEDNN where oneDNN is there
#
# Three kinds of libtorch are known to build:
#   Debian's (1.13)                   found by itself
#   an unpacked libtorch 2.x          -DCMAKE_PREFIX_PATH=/path/to/libtorch
#   the one inside a Python wheel     -DTORCH_CPU_ONLY_FROM=.../site-packages/torch
# The wheel's own CMake package asks for CUDA's development files and protobuf, which a Python
# environment does not have; its CPU part needs neither. At run time that part wants libcudart and
# libcupti, which the wheel finds in site-packages/nvidia by its own run path:
#   pip install --no-deps torch nvidia-cuda-runtime nvidia-cuda-cupti

set(TORCH_CPU_ONLY_FROM "" CACHE PATH
    "Folder site-packages/torch of a Python wheel: link its CPU part and nothing of CUDA")

# The benchmarks use libtorch as well, from another folder.
set(CMAKE_FIND_PACKAGE_TARGETS_GLOBAL TRUE)

add_library(microtome_torch INTERFACE)

if(TORCH_CPU_ONLY_FROM)
    set(torch_cpu_file ${TORCH_CPU_ONLY_FROM}/lib/libtorch_cpu.so)
    set(torch_c10_file ${TORCH_CPU_ONLY_FROM}/lib/libc10.so)
    if(NOT EXISTS ${torch_cpu_file} OR NOT EXISTS ${TORCH_CPU_ONLY_FROM}/include/ATen/ATen.h)
        message(FATAL_ERROR "TORCH_CPU_ONLY_FROM=${TORCH_CPU_ONLY_FROM} holds no lib/libtorch_cpu.so "
            "and include/ATen: give the folder site-packages/torch of a Linux wheel.")
    endif()
    file(READ ${TORCH_CPU_ONLY_FROM}/version.py torch_version_file)
    string(REGEX MATCH "[0-9]+\\.[0-9]+\\.[0-9]+" Torch_VERSION "${torch_version_file}")
    # --no-as-needed: operators register themselves when the library is loaded, and no symbol of
    # it need be named for that.
    target_link_libraries(microtome_torch INTERFACE
        "-Wl,--no-as-needed,${torch_cpu_file},--as-needed" ${torch_c10_file})
    target_include_directories(microtome_torch SYSTEM INTERFACE
        ${TORCH_CPU_ONLY_FROM}/include ${TORCH_CPU_ONLY_FROM}/include/torch/csrc/api/include)
    target_link_options(microtome_torch INTERFACE "-Wl,-rpath,${TORCH_CPU_ONLY_FROM}/lib")
else()
    find_package(Torch REQUIRED)
    target_link_libraries(microtome_torch INTERFACE torch)
    target_include_directories(microtome_torch SYSTEM INTERFACE ${TORCH_INCLUDE_DIRS})
    find_library(TORCH_CPU_LIBRARY torch_cpu HINTS ${TORCH_INSTALL_PREFIX}/lib REQUIRED)
    find_library(TORCH_C10_LIBRARY c10 HINTS ${TORCH_INSTALL_PREFIX}/lib REQUIRED)
    set(torch_cpu_file ${TORCH_CPU_LIBRARY})
    set(torch_c10_file ${TORCH_C10_LIBRARY})
endif()

# A libtorch with the old string ABI links with nothing of Debian 12.
file(STRINGS ${torch_c10_file} torch_new_strings REGEX "NSt7__cxx1112basic_string" LIMIT_COUNT 1)
if(NOT torch_new_strings)
    message(FATAL_ERROR "${torch_c10_file} was built with _GLIBCXX_USE_CXX11_ABI=0: take the "
        "cxx11-abi build of libtorch, or Debian's package libtorch-dev.")
endif()

execute_process(COMMAND ${CMAKE_OBJDUMP} -p ${torch_cpu_file} OUTPUT_VARIABLE torch_headers
    COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "NEEDED +[^\n]+" torch_needs "${torch_headers}")

if(TORCH_CPU_ONLY_FROM)
    foreach(need IN LISTS torch_needs)
        if(need MATCHES "(lib(cudart|cupti)\\.so\\.([0-9]+))")
            file(GLOB torch_found ${TORCH_CPU_ONLY_FROM}/../nvidia/*/lib/${CMAKE_MATCH_1})
            if(NOT torch_found)
                message(FATAL_ERROR "${torch_cpu_file} needs ${CMAKE_MATCH_1}: pip install "
                    "--no-deps nvidia-cuda-runtime==${CMAKE_MATCH_3}.* "
                    "nvidia-cuda-cupti==${CMAKE_MATCH_3}.* into the same environment.")
            endif()
        endif()
    endforeach()
endif()

# oneDNN, only beside a libtorch that loads the shared libdnnl itself (Debian's, 2.6.3 with OpenMP):
# then one oneDNN with one pool of threads serves both. Official builds and wheels carry a static
# oneDNN of another version: of its C functions (dnnl_*) nothing is exported [nm -D on
# libtorch_cpu.so of torch 2.15: none], so it cannot be linked against; a second oneDNN beside it
# would bring its own threads, and share with it the weak C++ symbols of templates over dnnl types
# (83 exported there) across two versions. Debian's dnnl-config.cmake asks for OpenCL's
# development files, which nothing here uses; so the library is looked up by name.
if(torch_needs MATCHES "libdnnl\\.so\\.([0-9]+)")
    set(torch_dnnl_major ${CMAKE_MATCH_1})
    find_path(DNNL_INCLUDE_DIR oneapi/dnnl/dnnl.hpp)
    find_library(DNNL_LIBRARY dnnl)
    if(DNNL_INCLUDE_DIR AND DNNL_LIBRARY)
        file(STRINGS ${DNNL_INCLUDE_DIR}/oneapi/dnnl/dnnl_version.h torch_dnnl_lines
            REGEX "define DNNL_VERSION_MAJOR ${torch_dnnl_major}$")
        if(torch_dnnl_lines)
            target_compile_definitions(microtome_torch INTERFACE HAVE_ONEDNN)
            target_include_directories(microtome_torch SYSTEM INTERFACE ${DNNL_INCLUDE_DIR})
            target_link_libraries(microtome_torch INTERFACE ${DNNL_LIBRARY})
            set(torch_dnnl_words ", oneDNN ${DNNL_LIBRARY}")
        endif()
    endif()
endif()
message(STATUS "libtorch ${Torch_VERSION}: ${torch_cpu_file}${torch_dnnl_words}")
