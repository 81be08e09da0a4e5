#pragma once

#include "views/canvas/picture.h"
#include "views/figure/provenance.h"

#include <memory>

namespace microtome {

/// The paper side of a figure: its size, its letters, its colours.
struct FigureFormat {
    double widthInches = 5.5;
    double heightInches = 3.0;
    double fontPoints
        = 7; ///< the smallest letters, those of axes; others are at most 1.2 times as large
    double dpi = 300; ///< of pixels, where there are pixels
    Theme theme = Theme::light();

    /// Points per unit of the picture, whose axes are set in 10 units.
    double pointsPerUnit() const { return fontPoints / 10; }
    QSizeF sizePoints() const { return {widthInches * 72, heightInches * 72}; }
    QRectF areaUnits() const { return {QPointF(0, 0), sizePoints() / pointsPerUnit()}; }

    /// Throws Error with a sentence when size, letters or dpi are none that can be printed.
    void check() const;
};

/// A figure: a picture with its title, colour scale and caption, painted by one function into any
/// format, and what belongs to it: its numbers and what made them.
class FigureScene {
public:
    FigureScene(std::shared_ptr<const Picture> picture, Provenance provenance);

    QString title;
    QString caption;

    void paint(QPainter& painter, const QRectF& area, const Style& style) const;

    /// Inches in height at which a figure of the format's width has no empty space.
    double fittingHeight(const FigureFormat& format) const;

    const Picture& picture() const { return *m_picture; }
    const Provenance& provenance() const { return m_provenance; }

    /// Exactly the numbers shown.
    Table table() const { return m_picture->table(); }

private:
    /// What of a figure lies above and below the picture, in units.
    double surroundings(double width, const Style& style) const;

    std::shared_ptr<const Picture> m_picture;
    Provenance m_provenance;
};

/// A vector PDF with embedded TrueType fonts and lossless images; the provenance is its metadata.
void writePdf(const FigureScene& scene, const FigureFormat& format, const QString& path);

/// SVG 1.1 with clip paths and text as text; the provenance is its metadata.
void writeSvg(const FigureScene& scene, const FigureFormat& format, const QString& path);

/// A PNG of the format's size at its dpi; the provenance is in a text chunk "microtome".
void writePng(const FigureScene& scene, const FigureFormat& format, const QString& path);

/// The numbers as CSV (RFC 4180), every float32 in digits that read back to the same bits.
void writeCsv(const FigureScene& scene, const QString& path);

/// The provenance as JSON.
void writeSidecar(const FigureScene& scene, const QString& path);

} // namespace microtome
