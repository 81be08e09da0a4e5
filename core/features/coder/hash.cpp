#include "core/features/coder/hash.h"

#include "core/work/sha256.h"

namespace microtome {

namespace {

/// Feeds numbers and what they are of, each with its size, so that nothing can stand for another.
class Feed {
public:
    void operator()(const ReluActivation&) { }
    void operator()(const JumpReluActivation& a) { numbers(a.theta); }
    void operator()(const TopKActivation& a)
    {
        number(a.k);
        number(a.byDecoderNorm);
        number(a.absolute);
    }
    void operator()(const GatedActivation& a)
    {
        numbers(a.gateBias);
        numbers(a.magnitudeBias);
        numbers(a.magnitude);
    }
    void operator()(const GroupMaxActivation& a) { number(a.groups); }
    void operator()(const GluActivation& a)
    {
        matrix(a.weights);
        numbers(a.bias);
        numbers(a.theta);
    }
    void operator()(const CodebookActivation& a)
    {
        number(a.k);
        number(a.groups);
        number(a.euclidean);
        number(a.linear);
    }
    void operator()(const MatchingPursuitActivation& a)
    {
        number(a.k);
        number(a.residual);
        number(a.stopsWhenRepeated);
    }

    void number(double value) { bytes(std::as_bytes(std::span(&value, 1))); }
    void numbers(std::span<const float> values)
    {
        number(static_cast<double>(values.size()));
        bytes(std::as_bytes(values));
    }
    void matrix(const Matrix& m)
    {
        number(static_cast<double>(m.columns()));
        numbers(m.values());
    }
    std::string hex() const { return m_hash.hex(); }

private:
    void bytes(std::span<const std::byte> some) { m_hash.add(some); }

    Sha256 m_hash;
};

} // namespace

std::string coderHash(const SparseCoder& coder)
{
    Feed feed;
    feed.number(static_cast<double>(coder.inputs.size()));
    for (const CoderInput& input : coder.inputs) {
        feed.number(static_cast<double>(input.norm.kind));
        feed.number(input.norm.scale);
        feed.number(input.norm.epsilon);
        feed.number(input.norm.unbiased);
        feed.number(input.norm.groups);
        feed.matrix(input.encoder);
        feed.numbers(input.subtracted);
    }
    for (const CoderOutput& output : coder.outputs) {
        feed.matrix(output.decoder);
        feed.numbers(output.bias);
        feed.matrix(output.skip);
        feed.number(output.scaledBack);
    }
    feed.numbers(coder.bias);
    feed.number(static_cast<double>(coder.activation.index()));
    std::visit(feed, coder.activation);
    return feed.hex();
}

} // namespace microtome
