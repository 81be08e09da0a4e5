#include "core/features/interpret/score/scoringwindows.h"

#include "core/features/index/tokencounts.h"
#include "core/features/samples/draws.h"
#include "core/features/samples/firingwindows.h"
#include "core/work/error.h"

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

constexpr std::size_t commonIds = 3; // that look like firing

/// Chooses windows of one latent, none twice.
class Chooser {
public:
    Chooser(const FeatureIndex& index, const Windows& windows, std::uint32_t latent,
        const ScoringSettings& settings)
        : m_index(index)
        , m_windows(windows)
        , m_latent(latent)
        , m_settings(settings)
        , m_draws(settings.seed + latent)
        , m_firing(firingWindows(index, windows, latent, Split::Scoring, Strength::Magnitude))
    {
        for (const FiringWindow& window : m_firing)
            m_taken.push_back(window.window);
    }

    void firing()
    {
        auto strong = m_firing;
        std::erase_if(strong,
            [&](const FiringWindow& window) { return !(window.strength > m_settings.above); });
        std::ranges::stable_sort(strong, {}, &FiringWindow::strength);
        for (std::size_t q = 0; q < m_settings.quantiles; ++q) {
            const std::size_t begin = q * strong.size() / m_settings.quantiles;
            const std::size_t end = (q + 1) * strong.size() / m_settings.quantiles;
            for (const std::uint64_t i : m_draws.some(end - begin, m_settings.perQuantile)) {
                add(strong[begin + i].window, WindowGroup::Firing);
                m_chosen.back().quantile = q;
                m_chosen.back().strength = strong[begin + i].strength;
            }
        }
        m_left = m_chosen.size();
    }

    void sameToken()
    {
        const auto ids = topIds();
        std::vector<std::uint64_t> alike;
        for (std::uint64_t w = 0; w < m_windows.count(); ++w)
            if (isFree(w) && std::ranges::find_first_of(textOf(w), ids) != textOf(w).end())
                alike.push_back(w);
        const std::size_t before = m_chosen.size();
        some(alike, m_settings.sameToken, WindowGroup::SameToken);
        for (std::size_t i = before; i < m_chosen.size(); ++i) {
            const auto text = m_windows.corpus().ids(m_chosen[i].tokens);
            for (std::uint32_t t = 0; t < text.size(); ++t)
                if (std::ranges::count(ids, text[t]) > 0)
                    m_chosen[i].lookalikes.push_back(t);
        }
    }

    void firingOf(
        const FeatureIndex& index, std::uint32_t latent, std::size_t count, WindowGroup group)
    {
        std::vector<std::uint64_t> found;
        for (const FiringWindow& window :
            firingWindows(index, m_windows, latent, Split::Scoring, Strength::Signed))
            if (isFree(window.window))
                found.push_back(window.window);
        some(found, count, group);
    }

    void silent()
    {
        std::vector<std::uint64_t> found;
        for (std::uint64_t w = 0; w < m_windows.count(); ++w)
            if (isFree(w))
                found.push_back(w);
        some(found, m_left, WindowGroup::Silent);
    }

    std::vector<ScoringWindow> chosen()
    {
        fillValues();
        for (std::size_t i = m_chosen.size(); i > 1; --i)
            std::swap(m_chosen[i - 1], m_chosen[m_draws.below(i)]);
        return std::move(m_chosen);
    }

private:
    std::span<const std::uint32_t> textOf(std::uint64_t window) const
    {
        return m_windows.corpus().ids(m_windows.range(window));
    }

    bool isFree(std::uint64_t window) const
    {
        return m_windows.in(window, Split::Scoring) && !std::ranges::binary_search(m_taken, window);
    }

    void add(std::uint64_t window, WindowGroup group)
    {
        ScoringWindow& one = m_chosen.emplace_back();
        one.tokens = m_windows.range(window);
        one.group = group;
        one.values.resize(one.tokens.size());
    }

    void some(const std::vector<std::uint64_t>& from, std::size_t count, WindowGroup group)
    {
        for (const std::uint64_t i : m_draws.some(from.size(), std::min(count, m_left))) {
            add(from[i], group);
            m_taken.push_back(from[i]);
            --m_left;
        }
        std::ranges::sort(m_taken);
    }

    /// The ids at which the latent fires most often, anywhere.
    std::vector<std::uint32_t> topIds() const
    {
        TokenCounts counts(m_windows.corpus().vocabulary());
        eachFiring(m_index.postings(m_latent),
            [&](std::uint32_t token, float) { counts.add(m_windows.corpus().id(token)); });
        auto ids = counts.seen();
        std::ranges::sort(ids, [&](std::uint32_t a, std::uint32_t b) {
            return counts.count(a) != counts.count(b) ? counts.count(a) > counts.count(b) : a < b;
        });
        ids.resize(std::min(ids.size(), commonIds));
        return ids;
    }

    void fillValues()
    {
        std::ranges::sort(m_chosen, {}, [](const ScoringWindow& w) { return w.tokens.begin; });
        auto next = m_chosen.begin();
        eachFiring(m_index.postings(m_latent), [&](std::uint32_t token, float value) {
            while (next != m_chosen.end() && next->tokens.end <= token)
                ++next;
            if (next != m_chosen.end() && next->tokens.begin <= token)
                next->values[token - next->tokens.begin] = value;
        });
    }

    const FeatureIndex& m_index;
    const Windows& m_windows;
    std::uint32_t m_latent;
    const ScoringSettings& m_settings;
    Draws m_draws;
    std::vector<FiringWindow> m_firing;
    std::vector<std::uint64_t> m_taken; ///< or firing, ascending
    std::vector<ScoringWindow> m_chosen;
    std::size_t m_left = 0; ///< windows that do not fire and are still to be chosen
};

} // namespace

std::vector<ScoringWindow> scoringWindows(const FeatureIndex& index, const Windows& windows,
    std::uint32_t latent, const ScoringSettings& settings, std::span<const std::uint32_t> partners,
    const FeatureIndex* near)
{
    if (settings.quantiles == 0)
        throw Error("Scoring needs at least one quantile; put the settings right.");
    if (near && !(near->source() == index.source()))
        throw Error("The near misses were collected over another corpus or dictionary; build both "
                    "indices in one sweep.");
    Chooser chooser(index, windows, latent, settings);
    chooser.firing();
    if (near)
        chooser.firingOf(*near, latent, settings.near, WindowGroup::Near);
    for (std::size_t p = 0; p < partners.size(); ++p) {
        const std::size_t count = (p + 1) * settings.partners / partners.size()
            - p * settings.partners / partners.size();
        chooser.firingOf(index, partners[p], count, WindowGroup::Partner);
    }
    chooser.sameToken();
    chooser.silent();
    return chooser.chosen();
}

} // namespace microtome
