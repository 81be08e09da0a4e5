#pragma once

#include "core/features/corpus/corpus.h"

#include <cstdint>
#include <vector>

namespace microtome {

/// Which windows samples are taken from.
enum class Split { All, Explaining, Scoring };

/// How a corpus is cut.
struct WindowSettings {
    std::uint32_t width = 32; ///< tokens of a window
    std::uint32_t stretch = 8; ///< windows in a row that go to the same side of the split
    double explaining = 0.5; ///< share of the stretches that explain; the others score
    std::uint64_t seed = 22; ///< of the split
};

/// A corpus cut into windows: every document into pieces of `width` tokens from its beginning, the
/// last one shorter. No token is in two windows. Each window either explains or scores, for all
/// latents alike: what decides is a hash of the ids of its stretch, so that a text that comes twice
/// does not come on both sides (as far as it is cut alike).
class Windows {
public:
    /// The corpus must outlive it. Throws Error for settings that make no sense. Reads the corpus
    /// once; memory: a number for each document and a byte for each stretch.
    explicit Windows(const Corpus&, const WindowSettings& = {});

    const Corpus& corpus() const { return m_corpus; }
    const WindowSettings& settings() const { return m_settings; }

    std::uint64_t count() const { return m_first.back(); }
    std::uint64_t count(Split) const;

    /// The tokens of a window < count().
    TokenRange range(std::uint64_t window) const;
    std::uint64_t document(std::uint64_t window) const;

    /// The window that a token is in; `document` is the token's.
    std::uint64_t windowOf(std::uint64_t token, std::uint64_t document) const;

    bool in(std::uint64_t window, Split) const;

private:
    std::uint64_t stretchOf(std::uint64_t window, std::uint64_t document) const;

    const Corpus& m_corpus;
    WindowSettings m_settings;
    std::vector<std::uint64_t> m_first; ///< window of each document, and behind the last
    std::vector<std::uint64_t> m_firstStretch; ///< of each document
    std::vector<bool> m_explains; ///< of each stretch
    std::uint64_t m_explaining = 0; ///< windows that explain
};

} // namespace microtome
