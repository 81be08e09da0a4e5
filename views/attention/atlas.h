#pragma once

#include "core/analysis/average.h"
#include "core/analysis/heads.h"
#include "core/text/promptset.h"
#include "views/canvas/matrixpicture.h"
#include "views/canvas/table.h"

#include <optional>

namespace microtome {

/// Head scores and, where they are a mean over a set of prompts, its interval.
struct Atlas {
    HeadScores scores;
    std::optional<AveragedScore> set; ///< the six scores below each other

    /// The 95 % interval of one score of one head; nothing without a set.
    std::optional<std::pair<double, double>> interval(HeadScore, int layer, int head) const;

    Bundle toBundle() const;
    static Atlas fromBundle(const Bundle&);
};

QStringList headScoreWords();

/// Scores averaged over the clean prompts of a set. Throws Error when it has none.
Atlas atlasOver(Model&, const PromptSet&, const Edits&, const Progress&);

/// Layers x heads of one score, layer 0 at the bottom.
MatrixData atlasGrid(const Atlas&, HeadScore);

/// What the scores were measured on, in words.
QString atlasWords(const Atlas&);

/// What one head says: every score, the chosen one first, with its interval.
QString atlasLine(const Atlas&, HeadScore, const Cell&);

/// A line per head with all its scores.
Table atlasTable(const Atlas&);

} // namespace microtome
