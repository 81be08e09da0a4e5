#include "data/wired/nets.h"

#include <cmath>
#include <numbers>

namespace microtome::wired {

namespace {

constexpr int p = 97;
constexpr int equals = p; // the token "="
constexpr int phases = 10;

// The residual stream: cosine and sine of every frequency, of a and b and for the answer.
constexpr int frequencies = (p - 1) / 4;
constexpr int waves = 2 * frequencies;
constexpr int number = 0; // the number here; at "=" there is none, and a is put there
constexpr int second = number + waves; // b, at "="
constexpr int answer = second + waves; // cosine and sine of the sum
constexpr int position = answer + waves; // one of 3
constexpr int width = position + 3;
constexpr float sure = 16384; // before the division by the root of 48: exp(-2364) is 0

/// The squares mod p up to sign: 24 of the 48 frequencies. By Gauss's sum, the cosines of 2 pi k n
/// / p over them sum to 24 for n = 0, else to (-1 + root p) / 4 or (-1 - root p) / 4.
std::vector<int> squares()
{
    std::vector<int> list;
    for (int k = 1; k <= p / 2; ++k)
        for (int root = 1; root <= p / 2; ++root)
            if (root * root % p == k)
                list.push_back(k);
    return list;
}

double turn(int times)
{
    return 2 * std::numbers::pi * (times % p) / p;
}

} // namespace

// With u = 2 pi k / p and the phases s = 2 pi j / 10 and t = 2 s of a and b, neuron (k, j) is
//   (cos(u a + s) + cos(u b + t))^2
//     = 1 + cos(2 u a + 2 s) / 2 + cos(2 u b + 2 t) / 2 + cos(u (a - b) + s - t)
//       + cos(u (a + b) + s + t)
// and is written out times cos(u c + s + t) / 5. Over the ten phases only the last term is left:
// every other product turns by a multiple of s that is no multiple of ten. So the logit of c is
// the sum over k of cos(u (a + b - c)). After Gromov, arXiv 2301.02679 (methods #54).
Net wireSum()
{
    Net net;
    net.name = "sum-97-wired";
    net.heads = 2;
    net.dModel = width;
    net.dHead = waves;
    net.dMlp = frequencies * phases;
    net.context = 3;
    net.activation = "square";
    for (int n = 0; n < p; ++n)
        net.words.push_back(std::to_string(n));
    net.words.push_back("=");
    net.makeTensors();

    // Head 0 brings a from position 0, head 1 b from position 1.
    for (int head : {0, 1}) {
        net.block(0, "attn.W_Q").at({head, position + 2, 0}) = sure;
        net.block(0, "attn.W_K").at({head, position + head, 0}) = 1;
        for (int i = 0; i < waves; ++i) {
            net.block(0, "attn.W_V").at({head, number + i, i}) = 1;
            net.block(0, "attn.W_O").at({head, i, (head == 0 ? number : second) + i}) = 1;
        }
    }
    for (int i = 0; i < 3; ++i)
        net.tensors.at("pos_embed.W_pos").at({i, position + i}) = 1;

    const std::vector<int> list = squares();
    Tensor& in = net.block(0, "mlp.W_in");
    Tensor& out = net.block(0, "mlp.W_out");
    for (int f = 0; f < frequencies; ++f) {
        const int k = list.at(static_cast<std::size_t>(f));
        for (int n = 0; n < p; ++n) {
            const float wave[] = {static_cast<float>(std::cos(turn(k * n))),
                static_cast<float>(std::sin(turn(k * n)))};
            for (int i : {0, 1}) {
                net.tensors.at("embed.W_E").at({n, number + 2 * f + i}) = wave[i];
                net.tensors.at("unembed.W_U").at({answer + 2 * f + i, n}) = wave[i];
            }
        }
        for (int j = 0; j < phases; ++j) {
            const double s = 2 * std::numbers::pi * j / phases;
            const int neuron = f * phases + j;
            // cos(x + s) = cos s cos x - sin s sin x
            const auto read = [&](int drawer, double phase) {
                in.at({drawer + 2 * f, neuron}) = static_cast<float>(std::cos(phase));
                in.at({drawer + 2 * f + 1, neuron}) = static_cast<float>(-std::sin(phase));
            };
            read(number, s);
            read(second, 2 * s);
            out.at({neuron, answer + 2 * f}) = static_cast<float>(0.2 * std::cos(3 * s));
            out.at({neuron, answer + 2 * f + 1}) = static_cast<float>(-0.2 * std::sin(3 * s));
        }
    }
    net.tensors.at("unembed.b_U").at({equals}) = -64; // never the answer
    return net;
}

} // namespace microtome::wired
