#include "core/features/load/transcoderhooks.h"

#include "core/features/load/yamllines.h"

namespace microtome {

std::string TranscoderHooks::at(int layer, const std::string& hook)
{
    return hook.empty() ? hook : "blocks." + std::to_string(layer) + "." + hook;
}

TranscoderHooks transcoderHooks(const CoderFolder& folder)
{
    TranscoderHooks hooks;
    if (folder.has("config.yaml"))
        hooks.fields = readYamlLines(folder.text("config.yaml"));
    const auto field = [&](const char* name) {
        const auto found = hooks.fields.find(name);
        return found == hooks.fields.end() ? std::string() : found->second;
    };
    hooks.model = field("model_name");
    hooks.reads = field("feature_input_hook");
    hooks.writes = field("feature_output_hook");
    if (!hooks.reads.empty() && !hooks.writes.empty())
        return hooks;
    if (folder.has("wandb-config.yaml") || folder.has("wanb-config.yaml")) {
        hooks.reads = "mlp.hook_in";
        hooks.writes = "hook_mlp_out";
        hooks.note = "Its configuration does not say where it reads; mlp.hook_in and hook_mlp_out, "
                     "with norms not folded, are the convention of transcoders with such a file.";
    } else {
        hooks.note = "No config.yaml beside it says where it reads and writes.";
    }
    return hooks;
}

} // namespace microtome
