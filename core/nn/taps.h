#pragma once

#include "core/nn/sequence.h"

#include <initializer_list>
#include <vector>

namespace microtome::nn {

/// What all sequences of a pass ask at its points: applies edits in the order of the list, then
/// captures. Rows of the sequences lie one behind the other in every value.
class Taps {
public:
    /// Says which rows are whose: a sequence's rows must not change while this lives.
    /// `onPath`: captured values must be the very tensors that later ones are computed from (for
    /// gradients); needs a single sequence.
    Taps(const Architecture&, std::vector<Sequence>&, bool onPath);

    /// Whether the value of a point must exist: somebody edits it, or wants its gradient.
    bool edited(Point, int layer) const;

    /// Whether somebody edits or captures it.
    bool asked(Point, int layer) const;

    /// The rows that an edit of one of these points touches, bool [rows]; every row when captured
    /// values must be on the path. What is computed another way because of an edit is taken for these
    /// rows only, so that all others keep their bits.
    at::Tensor touched(std::initializer_list<Point>, int layer) const;

    /// Which of a point's several copies `at` is given next: copy 0 is edited and captured, the
    /// others are edited only.
    void setCopy(int copy) { m_copy = copy; }

    /// The last point, in the order of a pass, at which anything is captured.
    int lastCapture() const { return m_lastCapture; }
    const PointOrder& order() const { return m_order; }

    /// Passes a value [rows, ...] through the point. `skipped`: what Skip puts in its place.
    void at(Point, int layer, at::Tensor& value, const at::Tensor& skipped = {});

    /// Applies the edits of an attention map [heads, queries, keys] of one sequence; `firstQuery` is
    /// the position of its first row. Cells that a query cannot see keep `masked`.
    void editMap(
        Point, int layer, Sequence&, std::int64_t firstQuery, at::Tensor& map, float masked);

    /// Captures a whole attention map of one sequence where it asks for it.
    void captureMap(Point, int layer, Sequence&, at::Tensor& map);

    std::vector<Sequence>& sequences() const { return m_sequences; }
    bool onPath() const { return m_onPath; }

private:
    const Architecture& m_architecture;
    std::vector<Sequence>& m_sequences;
    bool m_onPath;
    PointOrder m_order;
    std::vector<std::uint8_t> m_flags;
    int m_lastCapture = -1;
    int m_copy = 0;
};

} // namespace microtome::nn
