#pragma once

#include "core/model/index.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace microtome {

/// The named, readable and writable points of a decoder, in the order in which a forward pass meets
/// them. Names and shapes are TransformerLens's (see `Architecture::shape`).
enum class Point : std::uint8_t {
    Tokens,
    Embed,
    PosEmbed,
    ResidPre,
    AttnIn,
    QInput,
    KInput,
    VInput,
    Ln1Scale,
    Ln1Normalized,
    Q,
    K,
    V,
    RotQ,
    RotK,
    AttnScores,
    Pattern,
    Z,
    Result,
    AttnOut,
    ResidMid,
    MlpIn,
    Ln2Scale,
    Ln2Normalized,
    MlpPre,
    MlpPreLinear,
    MlpPost,
    MlpOut,
    ResidPost,
    LnFinalScale,
    LnFinalNormalized,
    Logits,
};

inline constexpr int pointCount = static_cast<int>(Point::Logits) + 1;

bool isLayered(Point);  ///< has a layer
bool isPerHead(Point);  ///< has a head axis (query heads or, for K, V, RotK, KInput, VInput, kv heads)
bool isKvHead(Point);   ///< the head axis counts key/value heads

/// The address of any activation of a model: a point, its layer where the point has one, and
/// optionally one head of a point that has a head axis.
struct Site {
    Point point = Point::ResidPost;
    Layer layer;
    Head head;

    /// TransformerLens's hook name: `blocks.3.attn.hook_pattern`; the head is not part of it.
    std::string name() const;

    /// `name()`, followed by `[h]` where a head is chosen: what a person types and reads.
    std::string text() const;

    /// Reads what `text()` writes, and TransformerLens's short forms of `utils.get_act_name`
    /// (`q3`, `pattern5`, `resid_pre4`, `mlp_post0`, `ln_final.hook_scale`, ...).
    static std::optional<Site> parse(std::string_view text);

    Site whole() const { return {point, layer, {}}; }

    auto operator<=>(const Site&) const = default;
};

} // namespace microtome

template <>
struct std::hash<microtome::Site> {
    std::size_t operator()(const microtome::Site& s) const noexcept
    {
        return (static_cast<std::size_t>(s.point) << 40)
            ^ (static_cast<std::size_t>(s.layer.value() + 1) << 20)
            ^ static_cast<std::size_t>(s.head.value() + 1);
    }
};
