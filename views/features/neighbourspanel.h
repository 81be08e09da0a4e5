#pragma once

#include "views/features/featuretable.h"
#include "views/features/reading.h"
#include "views/panel/picturepanel.h"

namespace microtome {

/// Features of the same source that are like this one: by the cosine of decoder or encoder
/// directions, or because they fire together. A click goes there.
class NeighboursPanel : public PicturePanel {
    Q_OBJECT
public:
    explicit NeighboursPanel(const Session&, QWidget* parent = nullptr);

    enum class By { Decoder, Encoder, Partners };

    void setSight(std::shared_ptr<const FeatureSight>, TokenName);
    Words& byWords() const { return *m_by; }

    /// The latents shown, from above.
    std::vector<std::uint32_t> shown() const;
    int rows() const { return static_cast<int>(shown().size()); }

signals:
    void opened(microtome::FeatureKey);
    void redrawn();

private:
    const std::vector<Ranked>& ranked(By) const;
    void draw();
    QString nameOf(std::uint32_t latent) const;

    std::shared_ptr<const FeatureSight> m_sight;
    TokenName m_token;
    Words* m_by;
};

} // namespace microtome
