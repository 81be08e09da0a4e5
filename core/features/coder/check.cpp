#include "core/features/coder/coder.h"
#include "core/work/error.h"

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

constexpr int longestPursuit = 1'000'000; ///< steps for a token

[[noreturn]] void refuse(const std::string& why)
{
    throw Error("This dictionary cannot be used: " + why + ".");
}

std::string shapeOf(const Matrix& matrix)
{
    return std::to_string(matrix.rows()) + " x " + std::to_string(matrix.columns());
}

void checkFinite(const std::string& name, std::span<const float> values, std::size_t columns)
{
    const auto bad
        = std::find_if(values.begin(), values.end(), [](float x) { return !std::isfinite(x); });
    if (bad == values.end())
        return;
    const auto at = static_cast<std::size_t>(bad - values.begin());
    refuse(name + " holds a number that is not finite (row " + std::to_string(at / columns)
        + ", column " + std::to_string(at % columns) + ")");
}

void checkMatrix(
    const std::string& name, const Matrix& matrix, std::size_t rows, std::size_t columns)
{
    if (matrix.rows() != rows || matrix.columns() != columns)
        refuse(name + " is " + shapeOf(matrix) + " where " + std::to_string(rows) + " x "
            + std::to_string(columns) + " fits");
    checkFinite(name, matrix.values(), columns);
}

void checkVector(const std::string& name, const std::vector<float>& values, std::size_t size)
{
    if (values.size() != size)
        refuse(name + " has " + std::to_string(values.size()) + " numbers where "
            + std::to_string(size) + " fit");
    checkFinite(name, values, size);
}

void checkOptional(const std::string& name, const std::vector<float>& values, std::size_t size)
{
    if (!values.empty())
        checkVector(name, values, size);
}

/// "the encoder", or "the encoder of input 2" where there are several.
std::string named(const char* what, const char* place, std::size_t i, std::size_t count)
{
    const std::string name = std::string("the ") + what;
    return count == 1 ? name : name + " of " + place + " " + std::to_string(i + 1);
}

void checkNorm(const InputNorm& norm, std::size_t width)
{
    if (!std::isfinite(norm.scale) || norm.scale <= 0)
        refuse("the scale of its input is no positive number");
    if (!std::isfinite(norm.epsilon) || norm.epsilon < 0)
        refuse("the epsilon of its input's norm is no positive number");
    if (norm.groups < 1 || width % static_cast<std::size_t>(norm.groups) != 0)
        refuse("its input cannot be divided evenly into the " + std::to_string(norm.groups)
            + " parts of its norm");
    width /= static_cast<std::size_t>(norm.groups);
    if (norm.kind == InputNorm::Kind::LayerNorm && norm.unbiased && width < 2)
        refuse("a layer norm needs an input of at least two numbers");
}

/// What only some kinds of activation demand.
struct CheckActivation {
    const SparseCoder& coder;
    std::size_t n;

    void needOneInput(const char* kind) const
    {
        if (coder.inputs.size() != 1)
            refuse(
                std::string(kind) + " reads one place, not " + std::to_string(coder.inputs.size()));
    }

    void checkCount(const char* name, int k, std::size_t most) const
    {
        if (k < 1 || static_cast<std::size_t>(k) > most)
            refuse(std::string(name) + " is " + std::to_string(k) + ", and must be from 1 to "
                + std::to_string(most));
    }

    void checkGroups(int groups) const
    {
        checkCount("the number of groups", groups, n);
        if (n % static_cast<std::size_t>(groups) != 0)
            refuse("its " + std::to_string(n) + " latents cannot be divided evenly into "
                + std::to_string(groups) + " groups");
    }

    void operator()(const ReluActivation&) const { }
    void operator()(const JumpReluActivation& a) const { checkVector("the threshold", a.theta, n); }
    void operator()(const TopKActivation& a) const { checkCount("k", a.k, n); }
    void operator()(const GatedActivation& a) const
    {
        checkVector("the gate's bias", a.gateBias, n);
        checkVector("the magnitude's bias", a.magnitudeBias, n);
        checkVector("the magnitude", a.magnitude, n);
    }
    void operator()(const GroupMaxActivation& a) const { checkGroups(a.groups); }
    void operator()(const GluActivation& a) const
    {
        needOneInput("a gated linear unit");
        checkMatrix("the gate's encoder", a.weights, n, coder.inputs.front().encoder.columns());
        checkVector("the gate's bias", a.bias, n);
        checkOptional("the threshold", a.theta, n);
    }
    void operator()(const CodebookActivation& a) const
    {
        needOneInput("a codebook");
        checkGroups(a.groups);
        checkCount("k", a.k, n / static_cast<std::size_t>(a.groups));
        if (!coder.bias.empty() && !a.linear)
            refuse("a codebook has no encoder's bias");
    }
    void operator()(const MatchingPursuitActivation& a) const
    {
        checkCount("the number of steps", a.k, longestPursuit);
        if (!std::isfinite(a.residual) || a.residual < 0)
            refuse("the residual at which it stops is no positive number");
        if (!coder.bias.empty())
            refuse("matching pursuit has no encoder's bias");
    }
};

} // namespace

void check(const SparseCoder& coder)
{
    const std::size_t ins = coder.inputs.size();
    const std::size_t outs = coder.outputs.size();
    const bool tied = std::holds_alternative<MatchingPursuitActivation>(coder.activation);
    if (ins == 0 || outs == 0)
        refuse("it has no input or no output");
    if (tied && (ins != 1 || outs != 1 || !coder.inputs.front().encoder.empty()))
        refuse("matching pursuit reads and writes one place and has no encoder of its own");
    const std::size_t n = coder.latents();
    if (n == 0)
        refuse("it has no latents");

    const std::size_t tiedWidth = coder.outputs.front().decoder.columns();
    for (std::size_t i = 0; i < ins; ++i) {
        const CoderInput& input = coder.inputs[i];
        const std::size_t width = tied ? tiedWidth : input.encoder.columns();
        if (width == 0)
            refuse(named("encoder", "input", i, ins) + " is empty");
        if (!tied)
            checkMatrix(named("encoder", "input", i, ins), input.encoder, n, width);
        checkOptional(named("subtracted bias", "input", i, ins), input.subtracted, width);
        checkNorm(input.norm, width);
    }
    const std::size_t width = tied ? tiedWidth : coder.inputs.front().encoder.columns();
    for (std::size_t i = 0; i < outs; ++i) {
        const CoderOutput& output = coder.outputs[i];
        const std::size_t made = output.decoder.columns();
        if (made == 0)
            refuse(named("decoder", "output", i, outs) + " is empty");
        checkMatrix(named("decoder", "output", i, outs), output.decoder, n, made);
        checkOptional(named("output's bias", "output", i, outs), output.bias, made);
        if (!output.skip.empty())
            checkMatrix(named("skip", "output", i, outs), output.skip, width, made);
        if (output.scaledBack && coder.inputs[ins == outs ? i : 0].norm.groups > 1)
            refuse("an output cannot be scaled back from a norm of several parts");
        if (output.scaledBack && ins != 1 && ins != outs)
            refuse("it is not clear which of its inputs tells the scale of an output");
    }
    checkOptional("the encoder's bias", coder.bias, n);
    std::visit(CheckActivation{coder, n}, coder.activation);
}

} // namespace microtome
