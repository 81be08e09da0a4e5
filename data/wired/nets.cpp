#include "data/wired/nets.h"

namespace microtome::wired {

std::vector<Net> allNets()
{
    return {wireInduction(), wireGate(), wirePlanted(), wireIllusion(), wireAutomaton(),
        wireLinear(), wireSum()};
}

} // namespace microtome::wired
