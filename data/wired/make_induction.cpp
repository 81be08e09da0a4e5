#include "core/work/error.h"
#include "data/wired/induction.h"

#include <iostream>

int main(int argc, char** argv)
{
    if (argc != 2) {
        std::cerr << "usage: make-induction FOLDER\n";
        return 2;
    }
    try {
        microtome::wired::writeInduction(microtome::wired::wireInduction(), argv[1]);
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
    return 0;
}
