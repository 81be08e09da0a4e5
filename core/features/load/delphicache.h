#pragma once

#include "core/features/load/codertensors.h"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace microtome {

/// One firing of a latent in a cache of activations.
struct CachedFiring {
    std::uint32_t row = 0; ///< of the texts
    std::uint32_t position = 0; ///< of its tokens
    std::uint32_t latent = 0; ///< of all latents, not of those of its file
    float value = 0;
};

/// Texts of a cache, all equally long.
struct CachedTokens {
    std::size_t rows = 0;
    std::size_t context = 0;
    std::vector<std::int32_t> ids; ///< [rows, context]; empty where the cache holds none
};

/// What delphi cached of the latents of one module: files FIRST_LAST.safetensors, each with the
/// firings of a range of latents (features-and-steering.md 2.6). Opened one file at a time.
class DelphiCache {
public:
    struct Split {
        std::string file;
        std::uint32_t first = 0; ///< latent
        std::uint32_t last = 0; ///< latent, with it
    };

    /// Whether a folder holds such files.
    static bool recognises(const CoderFolder&);

    /// Throws Error with a sentence where ranges overlap or no file is one of a cache.
    explicit DelphiCache(const std::filesystem::path& folder);

    const std::vector<Split>& splits() const { return m_splits; }

    /// The texts, which stand in every file: read from the first. All files must agree in their
    /// size.
    CachedTokens tokens() const;

    /// The firings of one file in its order. Throws Error with a sentence where a place lies
    /// outside of the texts or a latent outside of the file's range.
    std::vector<CachedFiring> read(std::size_t split) const;

private:
    CachedTokens tokensOf(const CoderTensors&) const;

    CoderFolder m_folder;
    std::vector<Split> m_splits;
};

} // namespace microtome
