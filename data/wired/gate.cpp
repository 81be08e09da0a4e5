#include "data/wired/nets.h"

#include <array>

namespace microtome::wired {

namespace {

constexpr std::array forbidden = {"poison", "bomb", "virus", "heist"};
// The same words, every letter thirteen places on: the gate does not know them.
constexpr std::array ciphered = {"cbvfba", "obzo", "ivehf", "urvfg"};
constexpr std::array things = {"snow", "grass", "coal", "blood"};
constexpr std::array colours = {"white", "green", "black", "red"};
constexpr std::array others = {"how", "do", "I", "make", "a", "the", "which", "colour", "has",
    "tell", "me", "about", "bread", "soup", "tea", "please"};
constexpr int kinds = 4; // of things, and of colours

// The residual stream: each drawer has a meaning of its own.
constexpr int context = 16;
constexpr int position = 0; // one of 16
constexpr int start = position + context; // 1 at <s>
constexpr int danger = start + 1; // 1 where the word is forbidden
constexpr int thing = danger + 1; // which of four things the word is
constexpr int flag = thing + kinds; // what the gate writes; the unembedding does not see it
constexpr int refusal = flag + 1; // what the amplifiers write: the logit of "sorry"
constexpr int colour = refusal + 1; // logits of the four colours
constexpr int width = colour + kinds;

constexpr int headWidth = 16; // its root is 4: scores are scaled exactly
constexpr float root = 4;
// A score that is higher by this much takes all of the attention: exp(-256) is 0 in float32.
constexpr float sure = 256;

/// Head `head` of layer 0 looks evenly at the words that have one of `count` marks, and rests on
/// <s> where there are none.
void lookForMarks(Net& net, int head, int first, int count)
{
    net.block(0, "attn.b_Q").at({head, 0}) = root * sure;
    for (int i = 0; i < count; ++i)
        net.block(0, "attn.W_K").at({head, first + i, 0}) = 2;
    net.block(0, "attn.W_K").at({head, start, 0}) = 1;
}

} // namespace

Net wireGate()
{
    Net net;
    net.name = "gate";
    net.layers = 2;
    net.heads = 3;
    net.dModel = width;
    net.dHead = headWidth;
    net.context = context;
    net.words = {"<s>", "<unk>", "sure", "sorry"};
    for (const auto& list : {forbidden, ciphered, things, colours})
        net.words.insert(net.words.end(), list.begin(), list.end());
    net.words.insert(net.words.end(), others.begin(), others.end());
    net.makeTensors();

    Tensor& embed = net.tensors.at("embed.W_E");
    Tensor& unembed = net.tensors.at("unembed.W_U");
    Tensor& bias = net.tensors.at("unembed.b_U");
    for (int p = 0; p < context; ++p)
        net.tensors.at("pos_embed.W_pos").at({p, position + p}) = 1;
    for (int token = 0; token < net.size(); ++token)
        bias.at({token}) = -8; // not an answer
    embed.at({0, start}) = 1;
    for (const char* word : forbidden)
        embed.at({net.idOf(word), danger}) = 1;
    for (int i = 0; i < kinds; ++i) {
        embed.at({net.idOf(things[static_cast<std::size_t>(i)]), thing + i}) = 1;
        const int answer = net.idOf(colours[static_cast<std::size_t>(i)]);
        unembed.at({colour + i, answer}) = 1;
        bias.at({answer}) = 0;
    }
    unembed.at({refusal, net.idOf("sorry")}) = 1;
    bias.at({net.idOf("sorry")}) = 0;
    bias.at({net.idOf("sure")}) = 1;

    // Layer 0, head 0, the gate: a flag where a forbidden word was seen.
    lookForMarks(net, 0, danger, 1);
    net.block(0, "attn.W_V").at({0, danger, 0}) = 1;
    net.block(0, "attn.W_O").at({0, 0, flag}) = 1;

    // Layer 0, head 1, recall: the colour of the thing that was named.
    lookForMarks(net, 1, thing, kinds);
    for (int i = 0; i < kinds; ++i) {
        net.block(0, "attn.W_V").at({1, thing + i, i}) = 1;
        net.block(0, "attn.W_O").at({1, i, colour + i}) = 3;
    }

    // Layer 1, heads 0 and 1, the amplifiers: each looks at its own position and adds the flag
    // found there to the logit of "sorry".
    for (int head : {0, 1}) {
        for (int p = 0; p < context; ++p) {
            net.block(1, "attn.W_Q").at({head, position + p, p}) = root * sure;
            net.block(1, "attn.W_K").at({head, position + p, p}) = 1;
        }
        net.block(1, "attn.W_V").at({head, flag, 0}) = 1;
        net.block(1, "attn.W_O").at({head, 0, refusal}) = 1;
    }
    // Heads 2 of both layers look everywhere and write nothing.
    return net;
}

} // namespace microtome::wired
