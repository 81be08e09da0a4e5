#pragma once

#include "core/analysis/average.h"
#include "core/circuits/patch.h"
#include "views/canvas/matrixpicture.h"
#include "views/canvas/table.h"
#include "views/session/focus.h"

namespace microtome {

class Session;

/// A finished sweep with what it measured, and its mean over a set of pairs where it is one.
struct SweepShown {
    PatchSweep sweep; ///< of a set: the last pair's, with the set's mean as its normalised values
    std::vector<TokenId> answers;
    std::vector<TokenId> wrongs;
    std::optional<AveragedScore> set; ///< of the normalised values

    Bundle toBundle() const;
    static SweepShown fromBundle(const Bundle&);
};

/// The two words and nine kinds in the order of the controls.
QStringList sweepWords();
Sweep sweepAt(int word);

/// A cell of a sweep: its layer, and its position and head where the sweep has them.
struct SweepCell {
    Layer layer;
    Position position;
    Head head;
};
SweepCell sweepCell(const PatchSweep&, const Cell&);
Cell cellOf(const PatchSweep&, const SweepCell&);
Focus focusOf(const PatchSweep&, const SweepCell&);

/// Where a focus lies in a sweep.
std::optional<Cell> cellOf(const PatchSweep&, const Focus&);

/// Layers from bottom to top, positions (or heads, or both) from left to right; coloured by the
/// effect, which is zero where patching changed nothing: the normalised metric of denoising, the
/// normalised metric less 1 of noising.
MatrixData sweepGrid(const Session&, const SweepShown&);

/// What a cell says: its normalised metric and the raw one, with the interval of a set.
QString sweepLine(const Session&, const SweepShown&, const Cell&);

/// A line per cell.
Table sweepTable(const Session&, const SweepShown&);

/// The edit that a cell of the sweep stands for: the value of the other run, kept on the run that
/// was patched.
Edit sweepEdit(Model&, const PatchSweep&, const Prompt& source, const SweepCell&);

} // namespace microtome
