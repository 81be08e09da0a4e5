#pragma once

#include "core/model/matrix.h"
#include "core/model/site.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace microtome {

/// What an edit does to the value h of its site. With strength s the result is (1 - s) h + s op(h),
/// except Add, where s scales the vector: h + s v.
enum class Operation {
    Zero,   ///< 0
    Set,    ///< a number, or a vector
    Add,    ///< h + s v; v a number or a vector
    Scale,  ///< the number times h
    Mean,   ///< the given mean vector; without one, the mean over this run's prompt (BOS excluded)
    Patch,  ///< the value of another run
    Freeze, ///< the value this same run has without any edits
    Skip,   ///< at resid_post: the block's input; at attn_out, mlp_out: nothing is added
};

/// Which positions of a sequence an edit touches.
struct EditPositions {
    enum class Kind { All, Prompt, Generated, Last, Range, Ids, First };
    Kind kind = Kind::All;
    int from = 0; ///< Range: first position
    int to = 0;   ///< Range: one past the last position
    int first = 0; ///< First: the first n positions
    std::vector<TokenId> ids; ///< Ids: positions whose token is one of these

    static EditPositions at(Position p)
    {
        return {Kind::Range, p.value(), p.value() + 1, 0, {}};
    }
    bool operator==(const EditPositions&) const = default;
};

/// One change during a run. A value: equal edits do the same. Order within an `Edits` list is the
/// order of application. Source of the form: the edits file of the terminal program.
struct Edit {
    Site site; ///< with `site.head` set, only that head
    Operation operation = Operation::Zero;
    EditPositions positions;
    std::optional<Unit> unit; ///< one number along the last axis (an MLP unit, a dimension, a key position of a pattern row)

    /// Whether a leading BOS is touched by All and Prompt; unset: not by Add, by everything else.
    /// A position that is named (Range, Ids, First, Last) always counts.
    std::optional<bool> bos;

    double number = 0; ///< for Set, Add, Scale when `values` is empty

    /// One row: the same vector at every touched position. More rows: row p is used at absolute
    /// position p, and positions past the last row are not touched. Columns: the width of the site
    /// (of one head when a head is chosen; of one unit when a unit is). For Pattern and AttnScores
    /// rows are queries and columns keys; without a head, row head * queries + query.
    Matrix values;

    double strength = 1;
    bool enabled = true;

    std::string label; ///< for people; not part of what it does
    std::string source; ///< for people: where `values` came from ("patch from: ...")

    /// Whether it can change anything: enabled and of non-zero strength.
    bool active() const { return enabled && strength != 0; }

    /// Equal in everything that acts (not label, source).
    bool operator==(const Edit&) const;
};

using Edits = std::vector<Edit>;

/// The edits that act, in order.
Edits activeEdits(const Edits&);

/// A sentence for a list line: "zero", "add 2.00 v", "scale × 0.40", ...
std::string describe(const Edit&);

const char* operationName(Operation); ///< the contract's `op` names
std::optional<Operation> operationNamed(std::string_view);

} // namespace microtome
