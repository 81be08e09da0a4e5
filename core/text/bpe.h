#pragma once

#include "core/text/merges.h"
#include "core/text/model.h"

#include <array>
#include <string>

namespace microtome::text {

/// Byte-pair encoding (Sennrich et al. 2016, arXiv:1508.07909): of a piece's characters, the
/// neighbours with the lowest rank are merged until none can be.
class Bpe : public SubwordModel {
public:
    struct Settings {
        std::string unknown; // empty: characters that are not in the vocabulary vanish
        std::string continuingPrefix; // before every character but a piece's first
        std::string endSuffix; // behind a piece's last character
        bool fuseUnknown = false; // neighbouring unknown characters become one token
        bool byteFallback = false; // unknown characters become tokens <0x00>...<0xFF>
        bool ignoreMerges = false; // a piece that is in the vocabulary is not taken apart
    };

    /// `pairs` in order of rank, each two spellings of the vocabulary whose merger is one, too.
    Bpe(Vocabulary vocabulary, const std::vector<std::pair<std::string, std::string>>& pairs,
        Settings settings);

    std::unique_ptr<Run> run() const override;

private:
    friend class BpeRun;

    Settings m_settings;
    Merges m_merges;
    std::int32_t m_unknownId = noId;
    std::array<std::int32_t, 256> m_byteIds{};
    bool m_allBytes = false;
};

std::unique_ptr<const SubwordModel> readBpe(const Fields& file);

} // namespace microtome::text
