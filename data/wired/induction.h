#pragma once

#include "data/wired/tensors.h"
#include "data/wired/town.h"

#include <filesystem>
#include <string>

namespace microtome::wired {

/// A two-layer attention-only transformer wired by hand to continue a text by induction
/// ("... A B ... A" gives B), with four heads of known roles per layer. Names and layouts are
/// TransformerLens's. The closed form is told in data/models/induction/README.md.
struct Induction {
    static constexpr int layers = 2;
    static constexpr int heads = 4;
    static constexpr int dHead = 64; ///< its root is 8: scores are scaled exactly
    static constexpr int dModel = 98;
    static constexpr int context = 7 * 9 * 11; ///< three clocks tell every position apart

    Town town;
    Tensors tensors;
};

Induction wireInduction();

/// The files of a model folder; the same bytes every time.
std::string inductionConfig(const Induction& model);
std::string inductionTokenizer(const Induction& model);

/// Writes config.json, tokenizer.json and model.safetensors; throws Error.
void writeInduction(const Induction& model, const std::filesystem::path& folder);

} // namespace microtome::wired
