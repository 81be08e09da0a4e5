#pragma once

#include "core/model/edit.h"

#include <string>
#include <vector>

namespace microtome {

/// What a Python script shall reproduce.
struct ScriptRequest {
    enum class Kind { Lens, Attention, Heads, Dla, Patching };
    Kind kind = Kind::Lens;
    std::string modelPath; ///< what the model was opened from
    std::vector<TokenId> ids;
    std::vector<TokenId> corrupted; ///< Patching
    Edits edits;
    Layer layer; ///< Attention
    Head head; ///< Attention; none: every head of the layer
    Position position; ///< Lens: none = every column; Dla, Patching: none = the last
    int topK = 5; ///< Lens
    std::vector<TokenId> answers;
    std::vector<TokenId> wrongs;
    Point sweep = Point::ResidPre; ///< Patching; Z for head outputs
    bool byPosition = true; ///< Patching of heads
    bool denoising = true; ///< Patching
};

/// A runnable Python script (TransformerLens 3, no weight processing) that computes what a view
/// shows: model, ids, edits as hooks, and the computation. Edits with values are written out as
/// numbers where they are small; larger ones are read from `edits.safetensors` under
/// `edit_<index>`, and the script says so in its first lines. Edits at
/// attn_in, q_input, k_input and v_input cannot be repeated there; the script ends with that
/// sentence.
std::string transformerLensScript(const ScriptRequest&);

} // namespace microtome
