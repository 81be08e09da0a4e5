#pragma once

#include <QString>

#include <functional>
#include <vector>

namespace microtome {

class Session;
class View;

/// One thing of a view that the tour takes a picture of.
struct TourScene {
    QString name; ///< added to the view's, "-atlas"; empty for the view as it opens
    std::function<void()> enter;
    std::function<void()> leave; ///< back to what was before
};

/// The scenes of a view, one at least: its modes, and for patching a sweep that has run and a cell
/// that was dragged.
std::vector<TourScene> scenesOf(View*, Session&);

/// The prompt with its last token replaced by another of its own, as text that is read as just as
/// many tokens; without a tokenizer ids with commas. Empty when there is no such text.
QString corruptedPrompt(const Session&);

} // namespace microtome
