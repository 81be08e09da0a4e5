#include "tests/bench/limits.h"

#include "core/nn/pages.h"

#include <ATen/Parallel.h>
#include <ATen/ops/dot.h>
#include <ATen/ops/mm.h>
#include <ATen/ops/rand.h>

#include <algorithm>
#include <chrono>
#include <sys/resource.h>

namespace microtome::bench {

namespace {

template <class Work>
double best(int times, Work work)
{
    double least = 1e9;
    for (int i = 0; i < times; ++i) {
        const auto begin = std::chrono::steady_clock::now();
        work();
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
        least = std::min(least, took.count());
    }
    return least;
}

} // namespace

double matrixRate()
{
    const at::Tensor a = at::rand({2048, 2048});
    const at::Tensor b = at::rand({2048, 2048});
    at::mm(a, b);
    return 2.0 * 2048 * 2048 * 2048 / best(9, [&] { at::mm(a, b); });
}

double readingRate()
{
    at::Tensor numbers = nn::emptyInLargePages({128 << 20}, at::kFloat);
    numbers.fill_(1);
    const std::int64_t share = numbers.numel() / at::get_num_threads();
    const double seconds = best(7, [&] {
        at::parallel_for(0, numbers.numel(), share, [&](std::int64_t from, std::int64_t to) {
            const at::Tensor own = numbers.narrow(0, from, to - from);
            at::dot(own, own); // reads it once
        });
    });
    return static_cast<double>(numbers.nbytes()) / seconds;
}

double peakMemory()
{
    rusage usage {};
    ::getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) * 1024;
}

} // namespace microtome::bench
