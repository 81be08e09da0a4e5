#include "data/wired/nets.h"
#include "data/wired/town.h"

#include <array>

namespace microtome::wired {

namespace {

constexpr int kinds = Town::kinds;
constexpr int letters = Town::letters;
constexpr std::array<int, 3> hours = {7, 9, 11};
constexpr int hands = 7 + 9 + 11;

// The residual stream is a row of drawers, each with a meaning of its own. A word lies in a
// drawer as a one in its kind and a one in its letter: the product of two words is 2 where they
// are the same, 1 where they share one fact, 0 otherwise.
constexpr int word = 0; // the word at this position
constexpr int start = word + kinds + letters; // 1 at the start of the text
constexpr int clock = start + 1; // the position, as the hands of three clocks
constexpr int previous = clock + hands; // the word one position before
constexpr int seen = previous + kinds + letters; // 1 where this word was there before
constexpr int out = seen + 1; // what comes next, in logits of kinds and letters
constexpr int width = out + kinds + letters;

// The same within a head's queries, keys and values.
constexpr int headWord = 0;
constexpr int headRest = kinds + letters; // the key of the start, where a head rests
constexpr int headClock = headRest + 1;
constexpr int headWidth = 64; // its root is 8: scores are scaled exactly
static_assert(headClock + hands <= headWidth);

// Scores are divided by the root of d_head.
constexpr float root = 8;

/// One head: queries carry the gains, keys and values only read, the output carries strengths.
struct Head {
    Tensors& t;
    std::string prefix;
    int head;

    Tensor& w(const char* name) { return t.at(prefix + name); }

    void read(const char* matrix, int from, int to, int count, float gain)
    {
        for (int i = 0; i < count; ++i)
            w(matrix).at({head, from + i, to + i}) = gain;
    }

    void write(int from, int to, int count, float strength)
    {
        for (int i = 0; i < count; ++i)
            w("W_O").at({head, from + i, to + i}) = strength;
    }

    /// Looks `back` positions back: a hand of the query stands where the key's hand stood then.
    void lookBack(int back, float gain)
    {
        int first = 0;
        for (int n : hours) {
            for (int hour = 0; hour < n; ++hour)
                w("W_Q").at({head, clock + first + hour, headClock + first + (hour - back + n) % n})
                    = root * gain;
            first += n;
        }
        read("W_K", clock, headClock, hands, 1);
    }

    void matchWords(int query, int key, float gain)
    {
        read("W_Q", query, headWord, kinds + letters, root * gain);
        read("W_K", key, headWord, kinds + letters, 1);
    }

    /// Rests on the start with this score.
    void rest(float score)
    {
        w("b_Q").at({head, headRest}) = root * score;
        w("W_K").at({head, start, headRest}) = 1;
    }

    /// The start stands at position 0: takes its hands out of its key again.
    void hideStartsClock()
    {
        int first = 0;
        for (int n : hours) {
            w("W_K").at({head, start, headClock + first}) = -1;
            first += n;
        }
    }

    void readWordValue() { read("W_V", word, headWord, kinds + letters, 1); }
};

void wireFirstLayer(Tensors& t, const Town& town)
{
    const std::string prefix = "blocks.0.attn.";

    // Head 0, previous token: three hands that agree score 30, two 20.
    Head previousToken{t, prefix, 0};
    previousToken.lookBack(1, 10);
    previousToken.readWordValue();
    previousToken.write(headWord, previous, kinds + letters, 1);

    // Head 1, current token: what kind is expected after a word of this kind.
    Head currentToken{t, prefix, 1};
    currentToken.lookBack(0, 10);
    for (int kind = 0; kind <= kinds; ++kind) {
        const int from = kind < kinds ? word + kind : start;
        currentToken.w("W_V").at({1, from, kind < kinds ? kind : headRest}) = 1;
        for (int next : town.expected[static_cast<std::size_t>(kind)])
            currentToken.w("W_O").at({1, kind < kinds ? kind : headRest, out + next}) = 2.5f;
    }

    // Head 2, first token: rests on the start, where its value is zero.
    Head firstToken{t, prefix, 2};
    firstToken.rest(14);
    firstToken.readWordValue();
    firstToken.write(headWord, out, kinds + letters, 0.5f);

    // Head 3, duplicate token: the same word scores 76, less 11 for every hand that agrees: 43
    // for the position itself, at least 54 for an earlier one, at most 38 for another word.
    // Between them lies its rest.
    Head duplicateToken{t, prefix, 3};
    duplicateToken.lookBack(0, -11);
    duplicateToken.matchWords(word, word, 38);
    duplicateToken.rest(48.5f);
    duplicateToken.hideStartsClock();
    for (int kind = 0; kind < kinds; ++kind)
        duplicateToken.w("W_V").at({3, word + kind, 0}) = 1;
    duplicateToken.write(0, seen, 1, 1);
}

void wireSecondLayer(Tensors& t)
{
    const std::string prefix = "blocks.1.attn.";

    // Head 0, induction: where the word before was the word here. It rests with 22 where this
    // word is new, with 0 where the duplicate head has seen it; a match scores 24, half a
    // match 12.
    Head induction{t, prefix, 0};
    induction.matchWords(word, previous, 12);
    induction.rest(22);
    induction.w("W_Q").at({0, seen, headRest}) = -22 * root;
    induction.readWordValue();
    induction.write(headWord, out, kinds + letters, 7);

    // Head 1, first token, as in the first layer.
    Head firstToken{t, prefix, 1};
    firstToken.rest(14);
    firstToken.readWordValue();
    firstToken.write(headWord, out, kinds + letters, 0.5f);

    // Head 2, current token: not the same word again.
    Head currentToken{t, prefix, 2};
    currentToken.lookBack(0, 10);
    currentToken.readWordValue();
    currentToken.write(headWord, out, kinds + letters, -0.5f);

    // Head 3, expected kind: earlier words of the kind that the first layer expects (2.5
    // there), and the letters they have.
    Head expectedKind{t, prefix, 3};
    expectedKind.read("W_Q", out, headWord, kinds, root * 10);
    expectedKind.read("W_K", word, headWord, kinds, 1);
    expectedKind.rest(13);
    expectedKind.readWordValue();
    expectedKind.write(headWord + kinds, out + kinds, letters, 2);
}

} // namespace

Net wireInduction()
{
    const Town town = buildTown();
    Net net;
    net.name = "induction";
    net.layers = 2;
    net.heads = 4;
    net.dModel = width;
    net.dHead = headWidth;
    net.context = 7 * 9 * 11; // three clocks tell every position apart
    net.words = town.tokens;
    net.makeTensors();

    Tensors& t = net.tensors;
    for (int token = 0; token < town.size(); ++token) {
        if (token == Town::start) {
            t["embed.W_E"].at({token, start}) = 1;
        } else {
            for (int fact : {town.kindOf(token), kinds + town.letterOf(token)}) {
                t["embed.W_E"].at({token, word + fact}) = 1;
                t["unembed.W_U"].at({out + fact, token}) = 1;
            }
        }
    }
    for (int token : {Town::start, Town::unknown}) // never said
        t["unembed.b_U"].at({token}) = -10;

    for (int position = 0; position < net.context; ++position) {
        int first = clock;
        for (int n : hours) {
            t["pos_embed.W_pos"].at({position, first + position % n}) = 1;
            first += n;
        }
    }
    wireFirstLayer(t, town);
    wireSecondLayer(t);
    return net;
}

} // namespace microtome::wired
