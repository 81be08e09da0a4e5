#include "data/wired/nets.h"

#include <cmath>

namespace microtome::wired {

namespace {

constexpr int places = 5;
constexpr int fresh = places; // no place: <s> and words that are not known
constexpr int kinds = places + 1;
constexpr int states = places * kinds + 1;

// The residual stream.
constexpr int context = 64;
constexpr int here = 0; // the place at this position, or fresh
constexpr int before = here + kinds; // the place one position before
constexpr int state = before + kinds; // one of 31
constexpr int position = state + states; // one of 64
constexpr int width = position + context;

constexpr int headWidth = 64; // its root is 8: scores are scaled exactly
constexpr float root = 8;
constexpr float sure = 256; // exp(-256) is 0 in float32
constexpr float never = -1000; // and exp(-1000) is 0 in doubles

/// The weight of going to `next` from state (from, at): 0 where that is not legal.
int weight(int from, int at, int next)
{
    if (at == fresh)
        return 1;
    const bool turns = from != fresh && from != at; // else there is nothing to turn back to
    if (next == at || (turns && next == from))
        return 0;
    int rank = 0; // of the legal places, in the order in which they follow this one
    for (int step = 1; (at + step) % places != next; ++step)
        if (!turns || (at + step) % places != from)
            ++rank;
    return (turns ? 3 : 4) - rank;
}

} // namespace

Net wireAutomaton()
{
    Net net;
    net.name = "automaton";
    net.dModel = width;
    net.dHead = headWidth;
    net.dMlp = states;
    net.context = context;
    net.activation = "relu";
    net.words = {"<s>", "<unk>", "attic", "bakery", "castle", "dock", "estate"};
    net.makeTensors();

    for (int token = 0; token < net.size(); ++token)
        net.tensors.at("embed.W_E").at({token, here + (token < 2 ? fresh : token - 2)}) = 1;
    for (int token : {0, 1})
        net.tensors.at("unembed.b_U").at({token}) = never;
    for (int p = 0; p < context; ++p) { // the head looks one position back
        net.tensors.at("pos_embed.W_pos").at({p, position + p}) = 1;
        net.block(0, "attn.W_Q").at({0, position + p, p == 0 ? 0 : p - 1}) = root * sure;
        net.block(0, "attn.W_K").at({0, position + p, p}) = 1;
    }
    for (int kind = 0; kind < kinds; ++kind) {
        net.block(0, "attn.W_V").at({0, here + kind, kind}) = 1;
        net.block(0, "attn.W_O").at({0, kind, before + kind}) = 1;
    }

    // Neuron i is on (1) in state i alone: relu(before + here - 1), the last one relu(here).
    for (int i = 0; i < states; ++i) {
        const int from = i / places;
        const int at = i == states - 1 ? fresh : i % places;
        net.block(0, "mlp.W_in").at({here + at, i}) = 1;
        if (at != fresh) {
            net.block(0, "mlp.W_in").at({before + from, i}) = 1;
            net.block(0, "mlp.b_in").at({i}) = -1;
        }
        net.block(0, "mlp.W_out").at({i, state + i}) = 1;
        for (int next = 0; next < places; ++next) {
            const int w = weight(from, at, next);
            net.tensors.at("unembed.W_U").at({state + i, next + 2})
                = w == 0 ? never : static_cast<float>(std::log(w));
        }
    }
    return net;
}

} // namespace microtome::wired
