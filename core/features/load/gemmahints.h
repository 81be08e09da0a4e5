#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace microtome {

/// What the names of the folders around a dictionary of Gemma Scope say, as it was published
/// ("gemma-scope-2b-pt-res/layer_20/width_16k/average_l0_71"). The file itself says nothing.
struct GemmaHints {
    enum class Kind { Unknown, Residual, Mlp, Attention, Transcoder, Embedding };
    Kind kind = Kind::Unknown;
    std::optional<int> layer;
    std::optional<double> l0;

    /// Hooks of TransformerLens; empty where the names do not tell.
    std::string reads() const;
    std::string writes() const;

    /// What the person should know of it: a sentence or two.
    std::string note() const;
};

GemmaHints gemmaHints(const std::filesystem::path& folder);

} // namespace microtome
