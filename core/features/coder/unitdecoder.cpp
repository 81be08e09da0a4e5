#include "core/features/coder/norm.h"
#include "core/work/error.h"

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

constexpr double sameNorm = 1e-4; ///< norms that differ less are rounding of one number

void scale(std::vector<float>& values, const std::vector<double>& factors)
{
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = static_cast<float>(static_cast<double>(values[i]) * factors[i]);
}

bool allAlike(const std::vector<double>& norms)
{
    const auto [least, most] = std::minmax_element(norms.begin(), norms.end());
    return *most - *least <= sameNorm * *most;
}

/// What of an activation is in the units of the pre-activations grows with them
/// (features-and-steering.md 2.1, fold_W_dec_norm).
struct Grow {
    const std::vector<double>& norms;

    void operator()(ReluActivation&) const { }
    void operator()(JumpReluActivation& a) const { scale(a.theta, norms); }
    void operator()(GatedActivation& a) const
    {
        scale(a.gateBias, norms);
        scale(a.magnitudeBias, norms);
    }
    void operator()(GluActivation& a) const { scale(a.theta, norms); }
    void operator()(TopKActivation& a) const
    {
        if (!a.byDecoderNorm && !allAlike(norms))
            throw Error(
                "The decoder of this dictionary cannot be brought to norm 1: it keeps the k "
                "largest latents, and others would be the largest.");
        a.byDecoderNorm = false;
    }
    void operator()(GroupMaxActivation&) const
    {
        if (!allAlike(norms))
            throw Error("The decoder of this dictionary cannot be brought to norm 1: it keeps the "
                        "largest latent of each group, and others would be the largest.");
    }
    void operator()(MatchingPursuitActivation&) const
    {
        if (!allAlike(norms) || std::abs(norms.front() - 1) > sameNorm)
            throw Error("The decoder of this dictionary cannot be brought to norm 1: matching "
                        "pursuit also encodes with it.");
    }
    void operator()(CodebookActivation&) const
    {
        throw Error(
            "The codes of a codebook cannot be brought to norm 1: a code is used as it is.");
    }
};

} // namespace

SparseCoder withUnitDecoder(const SparseCoder& coder)
{
    SparseCoder unit = coder;
    const std::vector<double> norms = decoderNorms(coder);
    std::visit(Grow{norms}, unit.activation);
    if (std::holds_alternative<MatchingPursuitActivation>(coder.activation))
        return unit;
    std::vector<double> inverse = norms;
    for (double& norm : inverse)
        norm = norm > 0 ? 1 / norm : 0; // a latent that writes nothing falls silent
    for (CoderInput& input : unit.inputs)
        input.encoder = scaledRows(input.encoder, norms);
    for (CoderOutput& output : unit.outputs)
        output.decoder = scaledRows(output.decoder, inverse);
    scale(unit.bias, norms);
    return unit;
}

} // namespace microtome
