// committer PROJECT FIRST: commits sample runs FIRST, FIRST + 1, ... and prints each number once it
// is committed, until killed. committer --hold PROJECT: opens, says so, and waits to be killed.
// committer --try PROJECT: opens and commits nothing; prints the sentence when that is refused.
#include "samples.h"

#include <chrono>
#include <cstdio>
#include <string>
#include <thread>

using namespace microtome;

int main(int argc, char** argv)
{
    if (argc != 3)
        return 2;
    const std::string first = argv[1];
    try {
        if (first == "--hold" || first == "--try") {
            const Project project = Project::open(argv[2]);
            std::puts("open");
            std::fflush(stdout);
            if (first == "--hold")
                std::this_thread::sleep_for(std::chrono::minutes(5));
            return 0;
        }
        Project project = Project::open(first);
        for (std::uint64_t n = std::stoull(argv[2]);; ++n) {
            samples::commit(project, n);
            std::printf("%llu\n", static_cast<unsigned long long>(n));
            std::fflush(stdout);
        }
    } catch (const std::exception& error) {
        std::puts(error.what());
        return 1;
    }
}
