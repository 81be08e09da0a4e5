#include "core/features/coder/words.h"

#include <cstdio>

namespace microtome {

namespace {

struct Words {
    std::string operator()(const ReluActivation&) const { return "ReLU"; }
    std::string operator()(const JumpReluActivation&) const { return "JumpReLU"; }
    std::string operator()(const TopKActivation& a) const
    {
        return "TopK, k " + std::to_string(a.k) + (a.absolute ? ", by size" : "")
            + (a.byDecoderNorm ? ", by decoder norm" : "");
    }
    std::string operator()(const GatedActivation&) const { return "gated"; }
    std::string operator()(const GroupMaxActivation& a) const
    {
        return "group max, " + std::to_string(a.groups) + " groups";
    }
    std::string operator()(const GluActivation& a) const
    {
        return a.theta.empty() ? "gated linear unit" : "gated linear unit, JumpReLU";
    }
    std::string operator()(const CodebookActivation& a) const
    {
        return "codebook, k " + std::to_string(a.k)
            + (a.groups > 1 ? ", " + std::to_string(a.groups) + " groups" : "");
    }
    std::string operator()(const MatchingPursuitActivation& a) const
    {
        return "matching pursuit, at most " + std::to_string(a.k) + " steps";
    }
};

} // namespace

std::string activationWords(const CoderActivation& activation)
{
    return std::visit(Words(), activation);
}

std::string kindWords(const SparseCoder& coder)
{
    if (std::holds_alternative<CodebookActivation>(coder.activation))
        return "codebook";
    if (coder.inputs.size() > 1)
        return "crosscoder";
    if (coder.outputs.size() > 1)
        return "cross-layer transcoder";
    if (!coder.outputs.front().skip.empty())
        return "skip transcoder";
    return coder.inputs.front().point == coder.outputs.front().point ? "SAE" : "transcoder";
}

std::string normWords(const InputNorm& norm)
{
    switch (norm.kind) {
    case InputNorm::Kind::None:
        break;
    case InputNorm::Kind::Scale: {
        std::array<char, 32> text{};
        std::snprintf(text.data(), text.size(), "times %.4g", static_cast<double>(norm.scale));
        return text.data();
    }
    case InputNorm::Kind::PerToken:
        return "each token to a norm of sqrt(d)";
    case InputNorm::Kind::LayerNorm:
        return "LayerNorm of each token";
    }
    return "not scaled";
}

} // namespace microtome
