#pragma once

#include <QPaintDevice>
#include <QRectF>
#include <QString>

#include <memory>

namespace microtome {

class SvgEngine;

/// A paint device whose drawing becomes SVG 1.1: clips as <clipPath>, text as <text>, images as PNG
/// with a pixel per pixel. Qt's own generator writes SVG Tiny without clips.
class SvgDevice final : public QPaintDevice {
public:
    /// `units` is the area painted into, shown `inches` large. `title` and `metadata` become the
    /// elements of these names.
    SvgDevice(const QRectF& units, QSizeF inches, const QString& title, const QString& metadata);
    ~SvgDevice() override;

    QPaintEngine* paintEngine() const override;

    /// The whole document, once the painter has ended.
    QByteArray document() const;

protected:
    int metric(PaintDeviceMetric metric) const override;

private:
    QRectF m_units;
    QSizeF m_inches;
    QString m_title;
    QString m_metadata;
    std::unique_ptr<SvgEngine> m_engine;
};

} // namespace microtome
