#pragma once

#include "core/model/architecture.h"
#include "core/model/edit.h"

#include <vector>

namespace microtome {

/// The values of one whole site during a reference pass, in doubles: [tokens][heads * width], or
/// [heads * queries][keys] for AttnScores and Pattern.
struct FakeValue {
    std::size_t rows = 0;
    std::size_t columns = 0;
    std::vector<double> cells;

    double& at(std::size_t row, std::size_t column) { return cells[row * columns + column]; }
    double at(std::size_t row, std::size_t column) const { return cells[row * columns + column]; }
};

/// What an edit needs to know of the sequence it acts on. Positions are absolute: the same token is
/// touched in a run, in a batch and in every step of a generation.
struct FakeSequence {
    std::vector<TokenId> ids;
    std::size_t promptLength = 0; ///< in a plain run every position is prompt
};

/// Throws Error unless the edit makes sense for the model. The rules, beyond those in edit.h:
/// - the site exists; the unit lies within the site's width;
/// - Skip stands at resid_post, attn_out or mlp_out only; Patch has values;
/// - values have as many columns as the site is wide: heads * width, width with a head chosen; with
/// a
///   unit chosen, heads or 1;
/// - AttnScores and Pattern: any number of columns (1 with a unit), cells past the last column are
/// not
///   touched; without a head, rows are heads * queries, one query standing for all;
/// - hook_attn_in of a model with grouped queries cannot be edited (as in TransformerLens): it is
/// not
///   said which of a group's inputs its key and value would come from.
void checkFakeEdit(const Architecture&, const Edit&);

/// The positions an edit touches. `Prompt` and `Generated` are the positions before and from
/// `promptLength`; `Last` is the last position of the prompt, in generation too. A leading BOS is
/// position 0 when its id is the architecture's `bos`.
std::vector<bool> touchedPositions(const Architecture&, const Edit&, const FakeSequence&);

/// Applies one active edit to the value of its site, in place.
/// - Strength 1 gives op(h) itself, else (1 - s) h + s op(h); Add: h + s v.
/// - Mean without values: the mean, for every head and unit by itself, over the prompt's positions
/// of
///   this value as it is now (rows of queries for AttnScores and Pattern), a leading BOS left out
///   when there are other positions.
/// - Freeze: `clean`, the value of the same site in the run without edits.
/// - Skip: `blockInput` (resid_post), or 0.
/// - AttnScores, Pattern: cells above the diagonal are masked and stay -inf and 0 whatever is done.
void applyFakeEdit(const Architecture&, const Edit&, const FakeSequence&, FakeValue& value,
    const FakeValue* clean, const FakeValue* blockInput);

} // namespace microtome
