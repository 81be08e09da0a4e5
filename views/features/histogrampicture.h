#pragma once

#include "views/canvas/picture.h"

namespace microtome {

/// Counts of a number in equal parts of its range.
struct HistogramData {
    double low = 0;
    double high = 1;
    std::vector<double> counts;
    QString unit = {}; ///< of the number
    QString what = {}; ///< of the counts: "firings"
    bool logarithmic = true; ///< heights by log10(1 + count)
    bool signedColours = false; ///< bars below and above zero in the colours of signs
};

/// Bars over a number's range, with the number's axis below. Cells are {0, part}.
class HistogramPicture final : public Picture {
public:
    explicit HistogramPicture(HistogramData data);

    void paint(QPainter&, const QRectF& area, const Style&) const override;
    std::optional<Cell> hit(QPointF, const QRectF& area, const Style&) const override;
    QRectF cellRect(const Cell&, const QRectF& area, const Style&) const override;
    QSizeF preferredSize(const Style&) const override;
    std::vector<Label> labels(const QRectF& area, const Style&) const override;
    Cell neighbour(const Cell&, int right, int down) const override;
    QString describe(const Cell&) const override;
    Table table() const override;

    const HistogramData& data() const { return m_data; }

private:
    int count() const { return static_cast<int>(m_data.counts.size()); }
    double edge(int part) const; ///< the number at which a part begins
    QRectF plot(const QRectF& area, const Style&) const;
    double height(int part) const; ///< 0 to 1

    HistogramData m_data;
    double m_most = 0;
    int m_decimals = 2;
};

} // namespace microtome
