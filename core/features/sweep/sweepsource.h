#pragma once

#include "core/features/coder/fired.h"
#include "core/model/trace.h"
#include "core/work/progress.h"

#include <span>
#include <string>
#include <vector>

namespace microtome {

/// Something that has features: a dictionary's latents, neurons, heads, directions. What a sweep
/// records.
class SweepSource {
public:
    virtual ~SweepSource() = default;

    /// The sites that a run must capture.
    virtual std::vector<Site> wants() const = 0;

    virtual std::size_t latents() const = 0;

    /// SHA-256 of all that decides the values, as 64 hexadecimal digits.
    virtual std::string hash() const = 0;

    /// Which features fire at the tokens of some runs, one run behind the other.
    virtual FiredLatents read(std::span<const Trace> runs, const Progress&) const = 0;
};

} // namespace microtome
