#pragma once

#include "views/canvas/matrixpicture.h"
#include "views/canvas/picturewidget.h"
#include "views/figure/scene.h"

#include <nlohmann/json.hpp>

namespace microtome {

class Session;

/// The rows and columns of a heat map that can be seen in its widget, as a heat map of its own.
MatrixData seenPart(const MatrixData&, const PictureWidget&);

/// What a figure says about where it comes from.
struct FigureWords {
    QString view; ///< the view's name
    QString title;
    QString caption;
    std::string site; ///< TransformerLens's hook name
    std::string method;
    nlohmann::json parameters;
    nlohmann::json viewState;
};

/// A figure of what a panel shows: a heat map in the part that can be seen, anything else whole.
/// Null when the panel is empty.
std::shared_ptr<const FigureScene> figureOf(
    const Session&, const PictureWidget&, const FigureWords&);

} // namespace microtome
