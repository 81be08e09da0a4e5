#pragma once

#include "core/nn/attention.h"
#include "core/nn/parameters.h"
#include "core/nn/taps.h"
#include "core/work/progress.h"

#include <optional>
#include <vector>

namespace microtome::nn {

/// Where a pass over the layers begins and ends.
struct Course {
    int start = 0;        ///< first block; `layers` for none
    at::Tensor residual;  ///< [rows, dModel] at its input; undefined: begin with the tokens
    bool onPath = false;  ///< for gradients: captured tensors are those that are computed from
    bool throughout = true; ///< all blocks run; else only as far as captures ask
    Progress progress;      ///< stepped before every block, so that a pass can be stopped
};

/// The forward pass of a decoder over the rows of any number of sequences, lying one behind the other.
class Decoder {
public:
    explicit Decoder(LoadedDecoder);

    const Architecture& architecture() const { return m_architecture; }
    const Parameters& parameters() const { return m_parameters; }

    /// From the tokens, or from a layer's input, to the residual stream behind the last block,
    /// [rows, dModel]. The sequences' caches take the new keys and values; captures land in them.
    /// Undefined when the course ends earlier.
    at::Tensor run(std::vector<Sequence>&, const Course&) const;

    /// The final norm and the unembedding, through their points: rows [n, dModel] of the sequences
    /// that `taps` was made for -> logits [n, outputs].
    at::Tensor normaliseFinally(const at::Tensor& residual, Taps&) const;
    at::Tensor unembed(const at::Tensor& normal) const;

    /// Captures the points behind the last block at every row, where the sequences ask for them.
    void captureEnd(std::vector<Sequence>&, const at::Tensor& residual) const;

    /// Without points: any rows of a residual stream, statistics recomputed.
    at::Tensor normaliseFinally(const at::Tensor& residual) const;

private:
    at::Tensor embed(std::vector<Sequence>&, const Rows&, Taps&) const;
    at::Tensor block(int layer, at::Tensor x, const Rows&, Taps&, int until) const;

    Architecture m_architecture;
    Parameters m_parameters;
    Rotary m_rotary;
};

} // namespace microtome::nn
