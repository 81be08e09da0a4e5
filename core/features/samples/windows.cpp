#include "core/features/samples/windows.h"

#include "core/features/samples/draws.h"
#include "core/work/error.h"

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

/// Whether a text explains: its hash as a number in 0 ... 1, below the share.
bool explains(std::span<const std::uint32_t> ids, const WindowSettings& settings)
{
    std::uint64_t hash = Draws(settings.seed).next();
    for (const std::uint32_t id : ids)
        hash = Draws(hash ^ id).next();
    return static_cast<double>(hash >> 11) * 0x1p-53 < settings.explaining;
}

} // namespace

Windows::Windows(const Corpus& corpus, const WindowSettings& settings)
    : m_corpus(corpus)
    , m_settings(settings)
    , m_first{0}
{
    if (settings.width == 0 || settings.stretch == 0 || !(settings.explaining >= 0)
        || settings.explaining > 1)
        throw Error("Windows of a corpus must have at least one token, stretches one window, and "
                    "the share that explains must be from 0 to 1.");
    const std::uint64_t length = std::uint64_t(settings.width) * settings.stretch;
    for (std::uint64_t d = 0; d < corpus.documents(); ++d) {
        const TokenRange document = corpus.document(d);
        const std::uint64_t windows = (document.size() + settings.width - 1) / settings.width;
        m_firstStretch.push_back(m_explains.size());
        m_first.push_back(m_first.back() + windows);
        for (std::uint64_t at = document.begin; at < document.end; at += length) {
            const TokenRange stretch{at, std::min(at + length, document.end)};
            m_explains.push_back(explains(corpus.ids(stretch), settings));
            if (m_explains.back())
                m_explaining += (stretch.size() + settings.width - 1) / settings.width;
        }
    }
}

std::uint64_t Windows::count(Split split) const
{
    switch (split) {
    case Split::Explaining:
        return m_explaining;
    case Split::Scoring:
        return count() - m_explaining;
    case Split::All:
        break;
    }
    return count();
}

std::uint64_t Windows::document(std::uint64_t window) const
{
    const auto after = std::upper_bound(m_first.begin(), m_first.end(), window);
    return static_cast<std::uint64_t>(after - m_first.begin()) - 1;
}

TokenRange Windows::range(std::uint64_t window) const
{
    const std::uint64_t d = document(window);
    const TokenRange all = m_corpus.document(d);
    const std::uint64_t begin = all.begin + (window - m_first[d]) * m_settings.width;
    return {begin, std::min(begin + m_settings.width, all.end)};
}

std::uint64_t Windows::windowOf(std::uint64_t token, std::uint64_t document) const
{
    return m_first[document] + (token - m_corpus.document(document).begin) / m_settings.width;
}

std::uint64_t Windows::stretchOf(std::uint64_t window, std::uint64_t document) const
{
    return m_firstStretch[document] + (window - m_first[document]) / m_settings.stretch;
}

bool Windows::in(std::uint64_t window, Split split) const
{
    if (split == Split::All)
        return true;
    return m_explains[stretchOf(window, document(window))] == (split == Split::Explaining);
}

} // namespace microtome
