#pragma once

#include "core/features/load/saelensconfig.h"
#include "core/model/safetensors.h"

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace microtome {

/// The tensors of sae_weights.safetensors, each held against the shape that cfg.json tells. Throws
/// Error with a sentence where one is missing or has another shape.
class SaeLensTensors {
public:
    SaeLensTensors(std::shared_ptr<const SafeTensors>, const SaeLensConfig&);

    bool has(const std::string& name) const;
    Matrix matrix(const std::string& name, std::int64_t rows, std::int64_t columns) const;
    std::vector<float> vector(const std::string& name, std::int64_t size) const;
    std::vector<float> perLatent(const std::string& name) const;
    float number(const std::string& name) const; ///< a tensor of one number

    /// Throws Error where a tensor that no formula of this architecture has would change what the
    /// dictionary computes; notes what is left out otherwise.
    void refuseOthers(std::vector<std::string>& notes) const;

    bool isHalf() const; ///< float16 or bfloat16

private:
    const SafeTensors::Entry& entry(const std::string& name) const;
    std::vector<std::string> expected() const;

    std::shared_ptr<const SafeTensors> m_file;
    SaeLensKind m_kind;
    bool m_skip;
    std::string m_architecture;
    std::int64_t m_latents;
};

} // namespace microtome
