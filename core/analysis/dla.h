#pragma once

#include "core/analysis/subject.h"

namespace microtome {

struct Bundle;

struct DlaRequest {
    std::vector<TokenId> answers{}; ///< at least one; several: their mean
    std::vector<TokenId> wrongs{}; ///< none: the answers' logit alone
    Position position{}; ///< none: the last
    Layer neurons{}; ///< also every neuron of this layer's MLP
};

/// One thing that writes into the residual stream, and what it adds to the logit difference.
struct DlaComponent {
    enum class Kind {
        Embed,
        PosEmbed,
        AttnHead, ///< z W_O of one head
        AttnBias, ///< b_O of a layer
        Mlp, ///< mlp_out of a layer, its b_out included
        Edited, ///< what edits of the residual stream changed in a layer; only with edits
        NormBias, ///< β · u of the final norm
        UnembedBias, ///< b_U of the answers minus the wrongs
        Neuron, ///< a_i W_out[i]
        MlpBias, ///< b_out beside the neurons of a layer
    };
    Kind kind = Kind::Embed;
    Layer layer;
    int index = -1; ///< head or neuron
    double value = 0; ///< logits
    double magnitude = 0; ///< ‖c‖₂ of what is written; 0 for NormBias and UnembedBias

    std::string name() const; ///< `embed`, `L3H1`, `b_O 3`, `mlp 3`, `neuron 3.17`, ...
};

/// Direct logit attribution (explorers 3.6) at one position, along u = mean W_U[answers] - mean
/// W_U[wrongs]: a component c counts ((c - mean c) / σ ⊙ γ) · u, with the scale σ of the full
/// residual stream as the run had it (no centring for RMS norms). The components and the two biases
/// sum to the logit difference; `remainder` shows by how much they do not.
struct Dla {
    std::vector<TokenId> ids;
    std::vector<TokenId> answers;
    std::vector<TokenId> wrongs;
    Position position;

    std::vector<DlaComponent> components; ///< in forward order, biases of the head last
    Layer neuronLayer;
    std::vector<DlaComponent>
        neurons; ///< of `neuronLayer`, MlpBias last; they sum to its Mlp component

    /// What is reached after the embedding and after each layer: (layers + 1) x 3: attention's
    /// (with its bias and edits), MLP's, and the sum so far, constants of the head included from
    /// the start.
    Matrix accumulated;

    double finalScale = 1; ///< σ
    double sum = 0; ///< of all components
    double actual = 0; ///< the model's own logit difference
    double remainder = 0; ///< actual - sum
    std::string remark; ///< a sentence when the remainder has a known reason, else empty

    Bundle toBundle() const;
    static Dla fromBundle(const Bundle&);
};

Dla directLogitAttribution(Model&, const Subject&, const DlaRequest&, const Progress& = {});

} // namespace microtome
