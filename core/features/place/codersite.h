#pragma once

#include "core/model/architecture.h"

#include <optional>
#include <string>

namespace microtome {

/// A place that a dictionary reads or writes, in the words of a model.
struct CoderSite {
    Site site;

    /// What the norm gives after its gain and bias: the module's input, as hooks of PyTorch and
    /// TransformerLens's bridge see it. No site holds it; `site` is ln1 or ln2 hook_normalized.
    bool afterGain = false;

    /// Less its mean over d_model, as in a model that TransformerLens loaded with
    /// center_writing_weights.
    bool centred = false;

    /// "blocks.3.ln2.hook_normalized, after its gain".
    std::string text() const;

    auto operator<=>(const CoderSite&) const = default;
};

/// The place that the name of a point means: hooks of TransformerLens and of its bridge
/// (`blocks.3.mlp.hook_in`), modules of Hugging Face models with or without `.input` and `.output`
/// (`model.layers.3`, `transformer.h.3.mlp`, `model.layers.3.self_attn.o_proj.input`). Nothing for
/// a name that means no place.
std::optional<CoderSite> coderSiteNamed(const std::string& point);

/// Numbers of one token there: d_model, heads x d_head, ...
int widthAt(const CoderSite&, const Architecture&);

} // namespace microtome
