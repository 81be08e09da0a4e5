#pragma once

#include "core/features/coder/coder.h"
#include "core/features/load/codertensors.h"

#include <nlohmann/json_fwd.hpp>

namespace microtome {

/// Whether a folder is what llamascopium (Language-Model-SAEs) saves: config.json with act_fn and
/// norm_activation beside its weights.
bool describesLlamascopium(const CoderFolder&);

/// The weights beside config.json, whatever file they lie in. Throws Error with a sentence.
CoderTensors llamascopiumTensors(const CoderFolder&);

/// "sae", "clt", "crosscoder", ...
std::string llamascopiumType(const nlohmann::json& config);

/// Whether a folder holds a plain dictionary or transcoder of llamascopium.
bool recognisesLlamascopium(const CoderFolder&);

/// Reads one, of older or newer names of tensors (features-and-steering.md 2.6). Throws Error with
/// a sentence; kinds that are no dictionaries, such as Lorsa, are refused by name.
SparseCoder readLlamascopium(const CoderFolder&);

/// What is known of a coder before its activation is made: what it reads and writes by the numbers
/// in the file, without norms, and what tells its thresholds.
struct LlamascopiumLayer {
    SparseCoder coder;
    std::vector<float> logThreshold; ///< [n]; empty where act_fn has none
    Matrix gate; ///< of a gated linear unit, [n, d_in], or empty
    std::vector<float> gateBias;
};

/// Gives a coder its activation and its norms: g(pre |D|) / |D| where latents are weighed by
/// decoder norms, inputs times sqrt(d) / average norm, outputs divided by theirs.
SparseCoder finishLlamascopium(
    LlamascopiumLayer, const nlohmann::json& config, const CoderTensors&);

} // namespace microtome
