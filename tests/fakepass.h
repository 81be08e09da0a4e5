#pragma once

#include "tests/fakeedit.h"
#include "tests/fakeweights.h"

#include <map>
#include <set>

namespace microtome {

/// One full forward pass of one sequence through a decoder, in doubles, written to be obviously
/// right and not to be quick. Every point is edited and kept where it arises, in the order of
/// `Point`.
///
/// What the points are (TransformerLens 3.2, components/transformer_block.py,
/// abstract_attention.py, layer_norm.py, rms_norm.py, gated_mlp.py):
/// - resid_pre is edited first; everything in the block reads the edited one.
/// - attn_in is a copy of resid_pre for each query head; q_input, k_input and v_input are copies of
/// it (a
///   key/value head copies resid_pre with grouped queries). Each copy goes through ln1 by itself.
/// - ln.hook_scale = sqrt(mean((x - mean x)²) + ε), without centring for RMS; hook_normalized =
/// centred x
///   divided by the (edited) scale, BEFORE the gain and the bias. ln1's two points are kept as they
///   are for resid_pre; edits of them act on every copy.
/// - q, k, v include their biases; rot_q, rot_k follow them; attn_scores = q·k times the attention
///   scale, -inf above the diagonal; pattern = softmax, 0 where a whole row is -inf; z = pattern v;
///   result = z W_O without b_O; attn_out = the sum of the results + b_O.
/// - mlp_in is a copy of resid_mid (resid_pre with a parallel residual). pre = x W_in + b_in;
/// gated:
///   pre = x W_gate, pre_linear = x W_in, post = act(pre) pre_linear + b_in. mlp_out includes
///   b_out.
/// - resid_post = resid_pre + attn_out (+ mlp_out), or resid_mid + mlp_out.
/// - hook_tokens holds the ids; an edited id is rounded and must be in the vocabulary.
class FakePass {
public:
    FakePass(const Architecture&, const FakeWeights&, FakeSequence, const Edits&,
        const std::set<Site>& keep);

    /// Whole sites only; throws Error when the site was not kept.
    const FakeValue& value(const Site&) const;

    const FakeValue& logits() const { return value({Point::Logits, {}, {}}); }

private:
    FakeValue make(std::size_t columns) const { return make(m_tokens, columns); }
    FakeValue make(std::size_t rows, std::size_t columns) const;
    const Matrix& weight(const std::string& name) const { return m_weights.at(name).values; }

    void edit(const Site&, FakeValue&, const FakeValue* blockInput = nullptr) const;
    void pass(const Site&, FakeValue&, const FakeValue* blockInput = nullptr);
    bool isEditedOrKept(const Site&) const;

    FakeValue embedded();
    FakeValue norm(const FakeValue&, const std::string& name, Point scale, Layer, bool keep);
    FakeValue copies(const FakeValue& perHead, std::size_t heads, std::size_t from) const;
    FakeValue project(const FakeValue& input, std::size_t inputHeads, const std::string& part,
        std::size_t heads, int layer) const;
    FakeValue rotated(const FakeValue&, std::size_t heads) const;
    FakeValue attention(const FakeValue& residPre, int layer);
    FakeValue mlp(const FakeValue& input, int layer);
    void block(FakeValue& resid, int layer);

    const Architecture& m_a;
    const FakeWeights& m_weights;
    FakeSequence m_sequence;
    Edits m_edits;
    std::set<Site> m_keep;
    std::size_t m_tokens;
    std::map<Site, FakeValue> m_values;
    std::map<Site, FakeValue> m_clean; ///< what Freeze puts back
};

} // namespace microtome
