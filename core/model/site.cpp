#include "core/model/site.h"

#include <array>
#include <charconv>

namespace microtome {

namespace {

enum class Heads { None, Query, KeyValue };

struct PointForm {
    Point point;
    std::string_view name; ///< behind `blocks.L.` for layered points
    std::string_view alias; ///< of get_act_name, without layer
    bool layered;
    Heads heads;
};

constexpr std::array<PointForm, pointCount> forms {{
    {Point::Tokens, "hook_tokens", "tokens", false, Heads::None},
    {Point::Embed, "hook_embed", "embed", false, Heads::None},
    {Point::PosEmbed, "hook_pos_embed", "pos_embed", false, Heads::None},
    {Point::ResidPre, "hook_resid_pre", "resid_pre", true, Heads::None},
    {Point::AttnIn, "hook_attn_in", "attn_in", true, Heads::Query},
    {Point::QInput, "hook_q_input", "q_input", true, Heads::Query},
    {Point::KInput, "hook_k_input", "k_input", true, Heads::KeyValue},
    {Point::VInput, "hook_v_input", "v_input", true, Heads::KeyValue},
    {Point::Ln1Scale, "ln1.hook_scale", "", true, Heads::None},
    {Point::Ln1Normalized, "ln1.hook_normalized", "", true, Heads::None},
    {Point::Q, "attn.hook_q", "q", true, Heads::Query},
    {Point::K, "attn.hook_k", "k", true, Heads::KeyValue},
    {Point::V, "attn.hook_v", "v", true, Heads::KeyValue},
    {Point::RotQ, "attn.hook_rot_q", "rot_q", true, Heads::Query},
    {Point::RotK, "attn.hook_rot_k", "rot_k", true, Heads::KeyValue},
    {Point::AttnScores, "attn.hook_attn_scores", "attn_scores", true, Heads::Query},
    {Point::Pattern, "attn.hook_pattern", "pattern", true, Heads::Query},
    {Point::Z, "attn.hook_z", "z", true, Heads::Query},
    {Point::Result, "attn.hook_result", "result", true, Heads::Query},
    {Point::AttnOut, "hook_attn_out", "attn_out", true, Heads::None},
    {Point::ResidMid, "hook_resid_mid", "resid_mid", true, Heads::None},
    {Point::MlpIn, "hook_mlp_in", "mlp_in", true, Heads::None},
    {Point::Ln2Scale, "ln2.hook_scale", "", true, Heads::None},
    {Point::Ln2Normalized, "ln2.hook_normalized", "", true, Heads::None},
    {Point::MlpPre, "mlp.hook_pre", "mlp_pre", true, Heads::None},
    {Point::MlpPreLinear, "mlp.hook_pre_linear", "mlp_pre_linear", true, Heads::None},
    {Point::MlpPost, "mlp.hook_post", "mlp_post", true, Heads::None},
    {Point::MlpOut, "hook_mlp_out", "mlp_out", true, Heads::None},
    {Point::ResidPost, "hook_resid_post", "resid_post", true, Heads::None},
    {Point::LnFinalScale, "ln_final.hook_scale", "scale", false, Heads::None},
    {Point::LnFinalNormalized, "ln_final.hook_normalized", "normalized", false, Heads::None},
    {Point::Logits, "hook_logits", "logits", false, Heads::None},
}};

const PointForm& form(Point point)
{
    return forms[static_cast<std::size_t>(point)];
}

std::optional<int> number(std::string_view text)
{
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || value < 0 || text.empty())
        return {};
    return value;
}

/// Splits "pattern5" into "pattern" and 5; no digits: none.
std::pair<std::string_view, std::optional<int>> splitDigits(std::string_view text)
{
    auto end = text.size();
    while (end > 0 && text[end - 1] >= '0' && text[end - 1] <= '9')
        --end;
    return {text.substr(0, end), number(text.substr(end))};
}

std::optional<Site> parseName(std::string_view text)
{
    if (text.starts_with("blocks.")) {
        const auto rest = text.substr(7);
        const auto dot = rest.find('.');
        if (dot == std::string_view::npos)
            return {};
        const auto layer = number(rest.substr(0, dot));
        for (const PointForm& f : forms)
            if (layer && f.layered && rest.substr(dot + 1) == f.name)
                return Site {f.point, Layer(*layer), {}};
        return {};
    }
    for (const PointForm& f : forms)
        if (!f.layered && (text == f.name || text == f.alias))
            return Site {f.point, {}, {}};
    const auto [stem, layer] = splitDigits(text);
    if (!layer)
        return {};
    const std::string_view alias = stem == "attn_logits" ? "attn_scores"
        : stem == "attn"                                 ? "pattern"
        : stem == "pre"                                  ? "mlp_pre"
        : stem == "post"                                 ? "mlp_post"
                                                         : stem;
    for (const PointForm& f : forms)
        if (f.layered && !f.alias.empty() && alias == f.alias)
            return Site {f.point, Layer(*layer), {}};
    return {};
}

} // namespace

bool isLayered(Point point)
{
    return form(point).layered;
}

bool isPerHead(Point point)
{
    return form(point).heads != Heads::None;
}

bool isKvHead(Point point)
{
    return form(point).heads == Heads::KeyValue;
}

std::string Site::name() const
{
    const std::string own(form(point).name);
    return isLayered(point) ? "blocks." + std::to_string(layer.value()) + "." + own : own;
}

std::string Site::text() const
{
    return head.valid() ? name() + "[" + std::to_string(head.value()) + "]" : name();
}

std::optional<Site> Site::parse(std::string_view text)
{
    std::optional<int> head;
    if (text.ends_with(']')) {
        const auto open = text.rfind('[');
        if (open == std::string_view::npos)
            return {};
        head = number(text.substr(open + 1, text.size() - open - 2));
        if (!head)
            return {};
        text = text.substr(0, open);
    }
    auto site = parseName(text);
    if (!site || (head && !isPerHead(site->point)))
        return {};
    if (head)
        site->head = Head(*head);
    return site;
}

} // namespace microtome
