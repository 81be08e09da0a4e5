#pragma once

#include "data/wired/tensors.h"

#include <filesystem>
#include <string>
#include <vector>

namespace microtome::wired {

/// A small transformer without norms whose weights are set by hand, under TransformerLens's names
/// and layouts, and the words it knows. Its card tells what each part does, in closed form.
struct Net {
    std::string name; ///< of its folder
    int layers = 1;
    int heads = 1;
    int dModel = 1;
    int dHead = 1;
    int dMlp = 0; ///< 0: attention only
    int context = 1;
    std::string activation; ///< of the MLP, TransformerLens's `act_fn`
    bool scaledScores = true; ///< scores are divided by the root of dHead

    /// By token id. Where the first is `<s>` it is put before every text; where there is `<unk>` it
    /// stands for every word that is not known.
    std::vector<std::string> words;

    Tensors tensors; ///< float32

    Tensors dictionary; ///< of the features that the net was planted with; none: empty
    std::vector<std::string> featureNames;

    int size() const { return static_cast<int>(words.size()); }
    bool startsTexts() const { return !words.empty() && words.front() == "<s>"; }
    int idOf(const std::string& word) const; ///< throws Error when it is not one of `words`

    /// Gives every tensor its shape, all zeros: embedding, positions, the attention of each layer,
    /// its MLP where there is one, and the unembedding.
    void makeTensors();

    /// `blocks.LAYER.PART`
    Tensor& block(int layer, const std::string& part);
};

/// The files of a model folder; the same bytes every time.
std::string configOf(const Net&);
std::string tokenizerOf(const Net&);

/// Writes config.json, tokenizer.json, model.safetensors and, where the net has one,
/// dictionary.safetensors; throws Error.
void writeNet(const Net&, const std::filesystem::path& folder);

} // namespace microtome::wired
