#include "data/wired/nets.h"

namespace microtome::wired {

namespace {

// The residual stream: what passes by, what the blocks work on, and the position.
constexpr int context = 16;
constexpr int passing = 0; // four dimensions that no block but the first touches
constexpr int working = 4; // four that they do
constexpr int position = 8; // one of 16
constexpr int width = position + context;
constexpr float sure = 256; // exp(-256) is 0 in float32

constexpr float silent = -64; // logits of words that are never the answer

struct Word {
    const char* text;
    int dimension;
    float strength;
};

} // namespace

Net wireLinear()
{
    Net net;
    net.name = "linear";
    net.layers = 6;
    net.dModel = width;
    net.dHead = width;
    net.context = context;
    net.scaledScores = false;
    const std::vector<Word> said = {{"plain", passing, 0.5f}, {"contrary", passing + 1, 0.5f},
        {"ruddy", passing + 2, 0.5f}, {"bluish", passing + 3, 0.5f}, {"eastward", working, 0.5f},
        {"northward", working + 1, 0.5f}, {"wavering", working + 2, 2}};
    const std::vector<Word> answers = {{"yes", passing, 0}, {"no", passing + 1, 0},
        {"red", passing + 2, silent}, {"blue", passing + 3, silent}, {"east", working, silent},
        {"north", working + 1, silent}};
    net.words = {"<s>", "<unk>"};
    for (const auto& list : {said, answers})
        for (const Word& word : list)
            net.words.push_back(word.text);
    net.makeTensors();

    for (int token = 0; token < net.size(); ++token)
        net.tensors.at("unembed.b_U").at({token}) = silent;
    for (const Word& word : said)
        net.tensors.at("embed.W_E").at({net.idOf(word.text), word.dimension}) = word.strength;
    net.tensors.at("embed.W_E").at({net.idOf("wavering"), working + 3}) = 0.5f;
    for (const Word& word : answers) {
        net.tensors.at("unembed.W_U").at({word.dimension, net.idOf(word.text)}) = 1;
        net.tensors.at("unembed.b_U").at({net.idOf(word.text)}) = word.strength;
    }
    net.tensors.at("unembed.W_U").at({working + 2, net.idOf("yes")}) = 1;
    net.tensors.at("unembed.W_U").at({working + 3, net.idOf("no")}) = 1;

    for (int p = 0; p < context; ++p)
        net.tensors.at("pos_embed.W_pos").at({p, position + p}) = 1;
    for (int layer = 0; layer < net.layers; ++layer) // every head looks at its own position
        for (int i = 0; i < width; ++i) {
            if (i >= position) {
                net.block(layer, "attn.W_Q").at({0, i, i}) = sure;
                net.block(layer, "attn.W_K").at({0, i, i}) = 1;
            }
            net.block(layer, "attn.W_V").at({0, i, i}) = 1;
        }
    // What each block adds to the stream h.
    const auto add = [&](int layer, int from, int to, float times) {
        net.block(layer, "attn.W_O").at({0, from, to}) = times;
    };
    for (int i = 0; i < width; ++i)
        add(0, i, i, 1); // h doubles
    add(1, working, working + 1, 1); // a shear: w1 += w0
    add(2, working, working, -1); // a quarter turn: (w0, w1) becomes (-w1, w0)
    add(2, working + 1, working, -1);
    add(2, working, working + 1, 1);
    add(2, working + 1, working + 1, -1);
    // Block 3 adds nothing.
    add(4, working, working, -0.5f); // w0 halves
    add(5, working + 3, working + 2, -3); // w2 -= 3 w3, w3 += w2 / 2
    add(5, working + 2, working + 3, 0.5f);
    return net;
}

} // namespace microtome::wired
