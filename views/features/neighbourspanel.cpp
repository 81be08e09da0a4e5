#include "views/features/neighbourspanel.h"

#include "views/canvas/barspicture.h"
#include "views/session/words.h"

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

constexpr std::size_t most = 8;

} // namespace

NeighboursPanel::NeighboursPanel(const Session& session, QWidget* parent)
    : PicturePanel(tr("Neighbours"), session, parent)
    , m_by(addWords(tr("Neighbours"), {tr("Decoder"), tr("Encoder"), tr("Together")}))
{
    connect(m_by, &Words::chosen, this, &NeighboursPanel::draw);
    connect(this, &PicturePanel::clicked, this, [this](const Cell& cell) {
        const auto latents = shown();
        if (m_sight && cell.row >= 0 && static_cast<std::size_t>(cell.row) < latents.size())
            emit opened({m_sight->detail.key.source, latents[static_cast<std::size_t>(cell.row)]});
    });
    connect(this, &PicturePanel::scrubbed, this, [this](const Cell& cell) { mark(cell); });
    connect(&canvas(), &PictureWidget::doubleClicked, this,
        [this](const Cell& cell) { emit clicked(cell, {}); });
}

const std::vector<Ranked>& NeighboursPanel::ranked(By by) const
{
    const FeatureDetail& detail = m_sight->detail;
    return by == By::Decoder ? detail.decoderNeighbours
        : by == By::Encoder  ? detail.encoderNeighbours
                             : detail.partners;
}

std::vector<std::uint32_t> NeighboursPanel::shown() const
{
    std::vector<std::uint32_t> latents;
    if (!m_sight || !picture())
        return latents;
    for (const Ranked& one : ranked(static_cast<By>(m_by->active())))
        if (latents.size() < most)
            latents.push_back(one.id);
    return latents;
}

void NeighboursPanel::setSight(std::shared_ptr<const FeatureSight> sight, TokenName token)
{
    m_sight = std::move(sight);
    m_token = std::move(token);
    constexpr std::array all{By::Decoder, By::Encoder, By::Partners};
    int first = -1;
    for (const By by : all) {
        const int index = static_cast<int>(by);
        const bool any = !ranked(by).empty();
        m_by->setWordEnabled(index, any, tr("These were not computed for this source"));
        if (any && first < 0)
            first = index;
    }
    if (first >= 0 && ranked(static_cast<By>(m_by->active())).empty()) {
        const QSignalBlocker quiet(m_by);
        m_by->setActive(first);
    }
    draw();
}

QString NeighboursPanel::nameOf(std::uint32_t latent) const
{
    const QString number = QString::number(latent);
    const auto known = m_sight->others.find(latent);
    if (known == m_sight->others.end())
        return number;
    const FeatureRow& row = known->second;
    if (!row.label.empty())
        return number + QStringLiteral("  ") + QString::fromStdString(row.label);
    const double token = row.numbers.empty() ? -1 : row.numbers.front();
    if (std::isnan(token) || token < 0)
        return number;
    return number + QStringLiteral("  ")
        + tr("mostly %1").arg(m_token(row.key.source, static_cast<TokenId>(token)));
}

void NeighboursPanel::draw()
{
    std::vector<Bar> bars;
    if (m_sight)
        for (const Ranked& one : ranked(static_cast<By>(m_by->active())))
            if (bars.size() < most)
                bars.push_back({nameOf(one.id), static_cast<double>(one.value), true});
    const bool together = static_cast<By>(m_by->active()) == By::Partners;
    setSubtitle(together ? tr("fire at the same tokens") : tr("cosine of directions"));
    if (bars.empty())
        setSentence(tr("No neighbours were computed for this source."));
    else
        setPicture(std::make_shared<BarsPicture>(std::move(bars), QString(), 2, false));
    mark({});
    emit redrawn();
}

} // namespace microtome
