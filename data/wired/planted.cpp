#include "data/wired/nets.h"

#include <array>
#include <bit>

namespace microtome::wired {

namespace {

constexpr int side = 16; // features of one basis
constexpr int features = 2 * side;
constexpr std::array<const char*, features> names = {"animal", "plant", "tool", "food", "house",
    "boat", "cloth", "paper", "metal", "glass", "stone", "wood", "water", "fire", "sand", "sky",
    "large", "small", "old", "new", "red", "blue", "warm", "cold", "round", "flat", "loud", "quiet",
    "sweet", "bitter", "heavy", "light"};

// The residual stream: the sixteen dimensions in which 32 features lie, then a logit for each.
constexpr int answer = side;
constexpr int width = side + features;

constexpr float weak = 1; // strength of the first feature that a word names
constexpr float strong = 1.5; // and of the second
constexpr float threshold = 0.75; // above 5/8, the most that two features of the other basis reach
constexpr float gain = 16;

/// Feature i as a unit vector: the axes first, then the rows of the Hadamard matrix of order 16
/// divided by 4, (-1)^(number of ones in i & j) / 4. Two of one basis are orthogonal, two of
/// different ones have the product 1/4 or -1/4.
float direction(int feature, int dimension)
{
    if (feature < side)
        return feature == dimension ? 1.0f : 0.0f;
    const auto common = static_cast<unsigned>((feature - side) & dimension);
    return std::popcount(common) % 2 == 0 ? 0.25f : -0.25f;
}

} // namespace

Net wirePlanted()
{
    Net net;
    net.name = "planted";
    net.dModel = width;
    net.dHead = 2;
    net.dMlp = features;
    net.context = 16;
    net.activation = "relu";
    net.words.assign(names.begin(), names.end());
    for (int i = 0; i < features; ++i)
        for (int j = i / side * side; j < (i / side + 1) * side; ++j)
            if (i != j)
                net.words.push_back(std::string(names[static_cast<std::size_t>(i)]) + "+"
                    + names[static_cast<std::size_t>(j)]);
    net.makeTensors();

    net.featureNames.assign(names.begin(), names.end());
    net.dictionary["W_enc"] = Tensor({width, features});
    net.dictionary["W_dec"] = Tensor({features, width});
    net.dictionary["b_enc"] = Tensor({features});
    net.dictionary["b_dec"] = Tensor({width});
    net.dictionary["threshold"] = Tensor({features});
    const auto embed = [&](int token, int feature, float strength) {
        for (int d = 0; d < side; ++d)
            net.tensors.at("embed.W_E").at({token, d}) += strength * direction(feature, d);
    };
    for (int i = 0; i < features; ++i) {
        embed(i, i, weak);
        for (int d = 0; d < side; ++d) {
            net.block(0, "mlp.W_in").at({d, i}) = direction(i, d);
            net.dictionary["W_enc"].at({d, i}) = direction(i, d);
            net.dictionary["W_dec"].at({i, d}) = direction(i, d);
        }
        net.block(0, "mlp.b_in").at({i}) = -threshold;
        net.dictionary["threshold"].at({i}) = threshold;
        net.block(0, "mlp.W_out").at({i, answer + i}) = gain;
        net.tensors.at("unembed.W_U").at({answer + i, i}) = 1;
        for (int j = i / side * side; j < (i / side + 1) * side; ++j)
            if (i != j) {
                const int token = net.idOf(net.words[static_cast<std::size_t>(i)] + "+"
                    + net.words[static_cast<std::size_t>(j)]);
                embed(token, i, weak);
                embed(token, j, strong);
            }
    }
    return net;
}

} // namespace microtome::wired
