#pragma once

#include "core/features/coder/encoder.h"
#include "core/features/place/place.h"
#include "core/features/sweep/sweepsource.h"

namespace microtome {

/// A dictionary's latents.
class CoderSource : public SweepSource {
public:
    /// The coder must outlive it.
    CoderSource(const SparseCoder&, CoderReader, Encoder);

    std::vector<Site> wants() const override { return m_reader.wantsToRead(); }
    std::size_t latents() const override { return m_coder.latents(); }
    std::string hash() const override { return m_hash; }
    FiredLatents read(std::span<const Trace> runs, const Progress&) const override;

private:
    const SparseCoder& m_coder;
    CoderReader m_reader;
    Encoder m_encode;
    std::string m_hash;
};

} // namespace microtome
