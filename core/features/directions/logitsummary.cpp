#include "core/features/directions/logitsummary.h"

#include "core/features/directions/logitsums.h"

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

constexpr std::size_t stretch = 512; ///< tokens looked at together; most hold nothing of the ends

/// The `most` highest logits times `sign`, of those offered in order of their ids.
class End {
public:
    End(std::size_t most, float sign)
        : m_most(most)
        , m_sign(sign)
    {
    }

    /// `highest`: of all that are offered, times the sign.
    void offer(std::span<const float> logits, std::size_t first, float highest)
    {
        if (m_kept.size() == m_most && !(m_most > 0 && highest > bar()))
            return;
        for (std::size_t i = 0; i < logits.size(); ++i) {
            if (m_kept.size() == m_most && !(logits[i] * m_sign > bar()))
                continue;
            if (m_kept.size() == m_most)
                m_kept.pop_back();
            const ReadOut::Entry entry{static_cast<TokenId>(first + i), logits[i]};
            m_kept.insert(std::upper_bound(m_kept.begin(), m_kept.end(), entry,
                              [this](const auto& a, const auto& b) {
                                  return a.logit * m_sign > b.logit * m_sign;
                              }),
                entry);
        }
    }

    std::vector<ReadOut::Entry> kept() && { return std::move(m_kept); }

private:
    float bar() const { return m_kept.back().logit * m_sign; }

    std::size_t m_most;
    float m_sign;
    std::vector<ReadOut::Entry> m_kept;
};

void fill(std::vector<std::uint32_t>& histogram, std::span<const float> logits, float least,
    float greatest)
{
    const auto last = static_cast<int>(histogram.size()) - 1;
    const float perBin
        = greatest > least ? static_cast<float>(histogram.size()) / (greatest - least) : 0;
    for (const float logit : logits) {
        const int bin = static_cast<int>((logit - least) * perBin);
        ++histogram[static_cast<std::size_t>(std::min(bin, last))];
    }
}

} // namespace

LatentLogits summarised(std::span<float> logits, const LogitTableSettings& settings)
{
    const auto n = static_cast<double>(logits.size());
    const double mean = sumOf(logits) / n;
    if (!std::isfinite(mean))
        throw Error("A logit of the dictionary is not finite: its decoder or the model's "
                    "unembedding holds numbers that are not finite or far too large.");
    LatentLogits made;
    End top(settings.most, 1), bottom(settings.most, -1);
    std::array<double, 3> powers{};
    for (std::size_t first = 0; first < logits.size(); first += stretch) {
        const auto some = logits.subspan(first, std::min(stretch, logits.size() - first));
        const LogitSums sums = centred(some, static_cast<float>(mean));
        made.least = first == 0 ? sums.least : std::min(made.least, sums.least);
        made.greatest = first == 0 ? sums.greatest : std::max(made.greatest, sums.greatest);
        for (std::size_t k = 0; k < powers.size(); ++k)
            powers[k] += sums.powers[k];
        top.offer(some, first, sums.greatest);
        bottom.offer(some, first, -sums.least);
    }
    made.promoted = std::move(top).kept();
    made.suppressed = std::move(bottom).kept();
    made.histogram.resize(settings.bins);
    fill(made.histogram, logits, made.least, made.greatest);
    made.deviation = std::sqrt(powers[0] / n);
    if (made.deviation > 0) {
        made.skew = powers[1] / n / std::pow(made.deviation, 3);
        made.kurtosis = powers[2] / n / std::pow(made.deviation, 4);
    }
    return made;
}

} // namespace microtome
