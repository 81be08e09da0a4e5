#include "core/features/place/codersite.h"

#include <array>
#include <charconv>
#include <string_view>

namespace microtome {

namespace {

/// What a module of a layer reads and writes. No names of one family mean another thing in a second
/// one, but for post_attention_layernorm, which Gemma 2 and 3 have behind attention.
struct Module {
    std::string_view name;
    Point reads;
    bool readsAfterGain;
    Point writes;
    bool writesAfterGain = false;
};

constexpr std::array modules{
    Module{"mlp", Point::Ln2Normalized, true, Point::MlpOut},
    Module{"feed_forward", Point::Ln2Normalized, true, Point::MlpOut},
    Module{"attn", Point::Ln1Normalized, true, Point::AttnOut},
    Module{"self_attn", Point::Ln1Normalized, true, Point::AttnOut},
    Module{"attention", Point::Ln1Normalized, true, Point::AttnOut},
    Module{"attn.c_proj", Point::Z, false, Point::AttnOut},
    Module{"attn.attention.out_proj", Point::Z, false, Point::AttnOut},
    Module{"self_attn.o_proj", Point::Z, false, Point::AttnOut},
    Module{"self_attn.dense", Point::Z, false, Point::AttnOut},
    Module{"attention.dense", Point::Z, false, Point::AttnOut},
    Module{"mlp.c_fc", Point::Ln2Normalized, true, Point::MlpPre},
    Module{"mlp.dense_h_to_4h", Point::Ln2Normalized, true, Point::MlpPre},
    Module{"mlp.gate_proj", Point::Ln2Normalized, true, Point::MlpPre},
    Module{"mlp.up_proj", Point::Ln2Normalized, true, Point::MlpPreLinear},
    Module{"mlp.c_proj", Point::MlpPost, false, Point::MlpOut},
    Module{"mlp.dense_4h_to_h", Point::MlpPost, false, Point::MlpOut},
    Module{"mlp.down_proj", Point::MlpPost, false, Point::MlpOut},
    Module{"ln_1", Point::ResidPre, false, Point::Ln1Normalized, true},
    Module{"ln_2", Point::ResidMid, false, Point::Ln2Normalized, true},
    Module{"input_layernorm", Point::ResidPre, false, Point::Ln1Normalized, true},
    Module{"post_attention_layernorm", Point::ResidMid, false, Point::Ln2Normalized, true},
    Module{"pre_feedforward_layernorm", Point::ResidMid, false, Point::Ln2Normalized, true},
    Module{"post_feedforward_layernorm", Point::MlpOut, false, Point::MlpOut},
};

constexpr std::array embeddings{"wte", "embed_tokens", "embed_in"};

bool cutEnd(std::string_view& text, std::string_view end)
{
    if (!text.ends_with(end))
        return false;
    text.remove_suffix(end.size());
    return true;
}

/// A name's last part.
std::string_view last(std::string_view name)
{
    return name.substr(name.rfind('.') == std::string_view::npos ? 0 : name.rfind('.') + 1);
}

/// Whether text is a layer's module, "model.layers.3.mlp": its number and what is behind it.
std::optional<std::pair<Layer, std::string_view>> inLayer(std::string_view text)
{
    for (const std::string_view list : {"layers.", "h.", "blocks.", "layer."}) {
        const auto at = text.find(list);
        if (at == std::string_view::npos || (at > 0 && text[at - 1] != '.'))
            continue;
        const char* const from = text.data() + at + list.size();
        int layer = -1;
        const auto [end, fault] = std::from_chars(from, text.data() + text.size(), layer);
        std::string_view rest(end, static_cast<std::size_t>(text.data() + text.size() - end));
        if (fault != std::errc() || layer < 0 || (!rest.empty() && rest.front() != '.'))
            continue;
        if (!rest.empty())
            rest.remove_prefix(1);
        return std::pair(Layer(layer), rest);
    }
    return {};
}

/// Hooks of TransformerLens's bridge, which are modules' inputs and outputs.
std::string_view withoutBridge(std::string_view module, bool& input)
{
    if (cutEnd(module, "hook_in"))
        input = true;
    else
        cutEnd(module, "hook_out");
    cutEnd(module, ".");
    return module == "ln1" ? "ln_1" : module == "ln2" ? "ln_2" : module;
}

} // namespace

std::string CoderSite::text() const
{
    return site.text() + (afterGain ? ", after its gain" : "") + (centred ? ", centred" : "");
}

std::optional<CoderSite> coderSiteNamed(const std::string& point)
{
    if (const auto site = Site::parse(point))
        return CoderSite{*site};
    std::string_view text = point;
    bool input = cutEnd(text, ".input");
    cutEnd(text, ".output");
    cutEnd(text, ".codebook_layer");
    const auto found = inLayer(text);
    if (!found) {
        for (const std::string_view name : embeddings)
            if (!input && last(text) == name)
                return CoderSite{{Point::Embed, {}, {}}};
        return {};
    }
    const auto [layer, rest] = *found;
    const std::string_view name = withoutBridge(rest, input);
    if (name.empty())
        return CoderSite{{input ? Point::ResidPre : Point::ResidPost, layer, {}}};
    for (const Module& module : modules)
        if (module.name == name)
            return CoderSite{{input ? module.reads : module.writes, layer, {}},
                input ? module.readsAfterGain : module.writesAfterGain};
    return {};
}

int widthAt(const CoderSite& place, const Architecture& architecture)
{
    const int one = architecture.widthAt(place.site.point);
    return isPerHead(place.site.point) && !place.site.head.valid()
        ? one * architecture.headsAt(place.site.point)
        : one;
}

} // namespace microtome
