#include "core/features/score/labelmatch.h"

#include "core/work/error.h"

#include <algorithm>

namespace microtome {

namespace {

/// Which tokens have each label, and which side of the split each token is on.
class Known {
public:
    Known(const Windows& windows, const std::vector<TokenLabel>& labels)
        : m_words((labels.size() + 63) / 64)
        , m_explains(windows.corpus().tokens())
        , m_has(windows.corpus().tokens() * m_words)
    {
        for (std::uint64_t w = 0; w < windows.count(); ++w)
            if (windows.in(w, Split::Explaining))
                for (TokenRange range = windows.range(w); range.begin < range.end; ++range.begin)
                    m_explains[range.begin] = true;
        for (std::size_t l = 0; l < labels.size(); ++l)
            for (const std::uint32_t token : labels[l].tokens) {
                if (token >= m_explains.size())
                    throw Error("The label " + labels[l].name + " names token "
                        + std::to_string(token) + ", and the corpus has "
                        + std::to_string(m_explains.size()) + ".");
                m_has[token * m_words + l / 64] |= std::uint64_t(1) << l % 64;
            }
    }

    bool explains(std::uint32_t token) const { return m_explains[token]; }
    std::uint64_t explaining() const
    {
        return static_cast<std::uint64_t>(std::ranges::count(m_explains, true));
    }

    template <class Use> void eachLabel(std::uint32_t token, Use&& use) const
    {
        for (std::size_t w = 0; w < m_words; ++w)
            for (std::uint64_t word = m_has[token * m_words + w]; word != 0; word &= word - 1)
                use(w * 64 + static_cast<std::size_t>(std::countr_zero(word)));
    }

private:
    std::size_t m_words; ///< of a token
    std::vector<bool> m_explains;
    std::vector<std::uint64_t> m_has; ///< [tokens, words]: a bit for each label
};

struct Value {
    float value = 0;
    std::uint32_t token = 0;
};

/// F1 = 2 TP / (firing + labelled).
double f1(std::uint64_t both, std::uint64_t fires, std::uint64_t labelled)
{
    return fires + labelled == 0
        ? 0
        : 2.0 * static_cast<double>(both) / static_cast<double>(fires + labelled);
}

/// Tries one latent on all labels: thresholds from its largest value down.
class Trial {
public:
    Trial(const Known& known, const std::vector<std::uint64_t>& labelled)
        : m_known(known)
        , m_labelled(labelled)
        , m_both(labelled.size())
        , m_best(labelled.size())
    {
    }

    void run(std::uint32_t latent, std::vector<Value>& values)
    {
        std::ranges::sort(values, [](const Value& a, const Value& b) { return a.value > b.value; });
        std::ranges::fill(m_both, 0);
        std::vector<std::size_t> touched;
        for (std::size_t i = 0; i < values.size(); ++i) {
            m_known.eachLabel(values[i].token, [&](std::size_t label) {
                ++m_both[label];
                touched.push_back(label);
            });
            if (i + 1 < values.size() && values[i + 1].value == values[i].value)
                continue;
            for (const std::size_t label : touched) // F1 rises only where the label was met
                offer(label, latent, values[i].value, i + 1);
            touched.clear();
        }
    }

    const std::vector<LabelMatch>& best() const { return m_best; }

private:
    void offer(std::size_t label, std::uint32_t latent, float threshold, std::uint64_t fires)
    {
        const double score = f1(m_both[label], fires, m_labelled[label]);
        if (score > m_best[label].chosen) {
            m_best[label].chosen = score;
            m_best[label].latent = latent;
            m_best[label].threshold = threshold;
        }
    }

    const Known& m_known;
    const std::vector<std::uint64_t>& m_labelled;
    std::vector<std::uint64_t> m_both;
    std::vector<LabelMatch> m_best;
};

} // namespace

std::vector<LabelMatch> matchLabels(const FeatureIndex& index, const Windows& windows,
    const std::vector<TokenLabel>& labels, const Progress& progress)
{
    checkMadeOver(index, windows.corpus());
    const Known known(windows, labels);
    std::vector<std::uint64_t> explaining(labels.size());
    std::vector<std::uint64_t> scoring(labels.size());
    for (std::size_t l = 0; l < labels.size(); ++l)
        for (const std::uint32_t token : labels[l].tokens)
            ++(known.explains(token) ? explaining : scoring)[l];

    Trial trial(known, explaining);
    std::vector<Value> values;
    for (std::uint32_t latent = 0; latent < index.latents(); ++latent) {
        progress.step(latent / static_cast<double>(index.latents()), "Matching labels");
        values.clear();
        eachFiring(index.postings(latent), [&](std::uint32_t token, float value) {
            if (value > 0 && known.explains(token))
                values.push_back({value, token});
        });
        trial.run(latent, values);
    }

    const std::uint64_t half = known.explaining() / 2;
    std::vector<LabelMatch> matches;
    for (std::size_t l = 0; l < labels.size(); ++l) {
        LabelMatch match = trial.best()[l];
        if (match.chosen == 0 || scoring[l] == 0 || explaining[l] > half)
            continue;
        match.label = labels[l].name;
        match.tokens = scoring[l];
        std::uint64_t fires = 0;
        std::uint64_t both = 0;
        eachFiring(index.postings(match.latent), [&](std::uint32_t token, float value) {
            if (value < match.threshold || known.explains(token))
                return;
            ++fires;
            known.eachLabel(token, [&](std::size_t label) { both += label == l; });
        });
        match.precision = fires > 0 ? static_cast<double>(both) / static_cast<double>(fires) : 0;
        match.recall = static_cast<double>(both) / static_cast<double>(scoring[l]);
        match.f1 = f1(both, fires, scoring[l]);
        matches.push_back(std::move(match));
    }
    return matches;
}

} // namespace microtome
