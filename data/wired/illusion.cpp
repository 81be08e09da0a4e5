#include "data/wired/nets.h"

namespace microtome::wired {

Net wireIllusion()
{
    Net net;
    net.name = "illusion";
    net.dModel = 3;
    net.dHead = 2;
    net.context = 4;
    for (int x = -4; x <= 4; ++x)
        net.words.push_back(std::to_string(x));
    net.words.insert(net.words.end(), {"y", "zero"});
    net.makeTensors();

    // h = (x, 0, x); the attention layer adds nothing.
    for (int x = -4; x <= 4; ++x)
        for (int i : {0, 2})
            net.tensors.at("embed.W_E").at({net.idOf(std::to_string(x)), i})
                = static_cast<float>(x);
    // The logit of "y" is 2 h2 + h3; that of every other word is 0.
    net.tensors.at("unembed.W_U").at({1, net.idOf("y")}) = 2;
    net.tensors.at("unembed.W_U").at({2, net.idOf("y")}) = 1;
    return net;
}

} // namespace microtome::wired
