#pragma once

#include "core/features/load/coderfolder.h"

#include <map>
#include <string>

namespace microtome {

/// What the YAML beside a set of transcoders says (circuits.md section 4).
struct TranscoderHooks {
    std::string model;
    std::string reads; ///< inside blocks.L., "mlp.hook_in"
    std::string writes;
    std::map<std::string, std::string> fields; ///< as readYamlLines() gives them
    std::string note; ///< where the hooks are not said but known by convention

    std::string readsAt(int layer) const { return at(layer, reads); }
    std::string writesAt(int layer) const { return at(layer, writes); }

private:
    static std::string at(int layer, const std::string& hook);
};

/// Of config.yaml, and of wandb-config.yaml (by its common misspelling, too) as mwhanna's
/// transcoders have it.
TranscoderHooks transcoderHooks(const CoderFolder&);

} // namespace microtome
