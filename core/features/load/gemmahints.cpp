#include "core/features/load/gemmahints.h"

#include <algorithm>
#include <charconv>

namespace microtome {

namespace {

std::optional<int> numberBehind(std::string_view name, std::string_view prefix)
{
    if (!name.starts_with(prefix))
        return std::nullopt;
    name.remove_prefix(prefix.size());
    int value = 0;
    const auto [end, error] = std::from_chars(name.begin(), name.end(), value);
    if (error != std::errc() || end != name.end() || value < 0)
        return std::nullopt;
    return value;
}

/// The kind that one of the words of "gemma-scope-2b-pt-res" stands for.
GemmaHints::Kind kindOf(std::string_view name)
{
    using enum GemmaHints::Kind;
    if (name.find("gemma-scope") == std::string_view::npos)
        return name == "embedding" ? Embedding : Unknown;
    for (std::string_view rest = name; !rest.empty();) {
        const auto end = std::min(rest.find('-'), rest.size());
        const std::string_view word = rest.substr(0, end);
        if (word == "res")
            return Residual;
        if (word == "mlp")
            return Mlp;
        if (word == "att")
            return Attention;
        if (word == "transcoders")
            return Transcoder;
        rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    return Unknown;
}

std::string hook(const GemmaHints& hints, const char* name)
{
    return hints.layer ? "blocks." + std::to_string(*hints.layer) + "." + name : name;
}

} // namespace

GemmaHints gemmaHints(const std::filesystem::path& folder)
{
    GemmaHints hints;
    std::error_code error;
    const auto absolute = std::filesystem::absolute(folder, error);
    for (const auto& part : error ? folder : absolute) {
        const std::string name = part.string();
        if (const auto kind = kindOf(name); kind != GemmaHints::Kind::Unknown)
            hints.kind = kind;
        if (const auto layer = numberBehind(name, "layer_"))
            hints.layer = layer;
        if (const auto l0 = numberBehind(name, "average_l0_"))
            hints.l0 = *l0;
    }
    return hints;
}

std::string GemmaHints::reads() const
{
    switch (kind) {
    case Kind::Residual:
        return hook(*this, "hook_resid_post");
    case Kind::Mlp:
        return hook(*this, "hook_mlp_out");
    case Kind::Attention:
        return hook(*this, "attn.hook_z");
    case Kind::Transcoder:
        return hook(*this, "ln2.hook_normalized");
    case Kind::Embedding:
        return "hook_embed";
    case Kind::Unknown:
        break;
    }
    return {};
}

std::string GemmaHints::writes() const
{
    return kind == Kind::Transcoder ? hook(*this, "hook_mlp_out") : reads();
}

std::string GemmaHints::note() const
{
    if (kind == Kind::Unknown)
        return "Its file does not say whether it is of the residual stream, of an MLP, of "
               "attention or a transcoder, nor of which layer, and no folder's name does: say "
               "where "
               "it reads and writes.";
    std::string told = "Its file does not say where it reads; " + reads()
        + " was told from the names of its folders, so correct it where they are wrong.";
    if (kind == Kind::Transcoder)
        told += " It reads what ln2 gives before its gain.";
    if (kind == Kind::Mlp)
        told += " It reads what the MLP adds after the norm behind it.";
    return told;
}

} // namespace microtome
