#include "tests/fakeedit.h"

#include <algorithm>
#include <cmath>

namespace microtome {

namespace {

bool isSquare(Point point)
{
    return point == Point::AttnScores || point == Point::Pattern;
}

bool hasLeadingBos(const Architecture& a, const FakeSequence& s)
{
    return a.bos >= 0 && !s.ids.empty() && s.ids.front() == a.bos;
}

/// Row of `values` for a position of a head; none: the position is not touched.
std::optional<std::size_t> valueRow(
    const Architecture& a, const Edit& edit, std::size_t position, std::size_t head)
{
    const std::size_t rows = edit.values.rows();
    if (rows == 1)
        return 0;
    if (isSquare(edit.site.point) && !edit.site.head.valid()) {
        const std::size_t queries = rows / static_cast<std::size_t>(a.heads);
        if (queries == 1)
            return head;
        if (position >= queries)
            return {};
        return head * queries + position;
    }
    if (position >= rows)
        return {};
    return position;
}

/// Column of `values` for a unit of a head; none: the unit is not touched.
std::optional<std::size_t> valueColumn(
    const Edit& edit, std::size_t width, std::size_t head, std::size_t unit)
{
    if (edit.unit)
        return edit.site.head.valid() || isSquare(edit.site.point) ? 0 : head;
    if (isSquare(edit.site.point))
        return unit < edit.values.columns() ? std::optional(unit) : std::nullopt;
    return edit.site.head.valid() ? unit : head * width + unit;
}

} // namespace

void checkFakeEdit(const Architecture& a, const Edit& edit)
{
    const Point point = edit.site.point;
    a.check(edit.site);
    const std::string where = "The edit at " + edit.site.text();
    if (edit.operation == Operation::Skip && point != Point::ResidPost && point != Point::AttnOut
        && point != Point::MlpOut)
        throw Error(where + " cannot skip: only resid_post, attn_out and mlp_out can.");
    if (edit.operation == Operation::Patch && edit.values.empty())
        throw Error(where + " has no values to patch in.");
    if (point == Point::AttnIn && a.kvHeads != a.heads)
        throw Error(where
            + " is not possible with grouped queries: use hook_q_input, hook_k_input "
              "and hook_v_input.");
    const auto width = static_cast<std::size_t>(a.widthAt(point));
    if (edit.unit
        && (edit.unit->value() < 0
            || (!isSquare(point) && static_cast<std::size_t>(edit.unit->value()) >= width)))
        throw Error(where + " names a unit that does not exist.");
    if (edit.values.empty())
        return;
    const std::size_t heads
        = edit.site.head.valid() ? 1 : static_cast<std::size_t>(a.headsAt(point));
    const std::size_t columns = isSquare(point) ? 1 : heads * (edit.unit ? 1 : width);
    if ((edit.unit || !isSquare(point)) && edit.values.columns() != columns)
        throw Error(where + " has values of the wrong width.");
    if (isSquare(point) && edit.values.rows() % heads != 0)
        throw Error(where + " has values of the wrong height.");
}

std::vector<bool> touchedPositions(
    const Architecture& a, const Edit& edit, const FakeSequence& sequence)
{
    using Kind = EditPositions::Kind;
    const EditPositions& where = edit.positions;
    const std::size_t n = sequence.ids.size();
    std::vector<bool> touched(n);
    for (std::size_t p = 0; p < n; ++p) {
        const int position = static_cast<int>(p);
        const TokenId id = sequence.ids[p];
        const bool skippedBos = p == 0 && hasLeadingBos(a, sequence)
            && !edit.bos.value_or(edit.operation != Operation::Add);
        switch (where.kind) {
        case Kind::All:
            touched[p] = !skippedBos;
            break;
        case Kind::Prompt:
            touched[p] = p < sequence.promptLength && !skippedBos;
            break;
        case Kind::Generated:
            touched[p] = p >= sequence.promptLength;
            break;
        case Kind::Last:
            touched[p] = p + 1 == sequence.promptLength;
            break;
        case Kind::Range:
            touched[p] = position >= where.from && position < where.to;
            break;
        case Kind::Ids:
            touched[p] = std::find(where.ids.begin(), where.ids.end(), id) != where.ids.end();
            break;
        case Kind::First:
            touched[p] = position < where.first;
            break;
        }
    }
    return touched;
}

void applyFakeEdit(const Architecture& a, const Edit& edit, const FakeSequence& sequence,
    FakeValue& value, const FakeValue* clean, const FakeValue* blockInput)
{
    const Point point = edit.site.point;
    const bool square = isSquare(point);
    const auto heads = static_cast<std::size_t>(a.headsAt(point));
    const std::size_t tokens = sequence.ids.size();
    const std::size_t width = square ? tokens : value.columns / heads;
    const auto cell = [&](std::size_t p, std::size_t head, std::size_t unit) {
        return square ? (head * tokens + p) * value.columns + unit
                      : p * value.columns + head * width + unit;
    };
    const FakeValue before = value;
    const std::vector<bool> touched = touchedPositions(a, edit, sequence);
    const std::size_t firstMean = hasLeadingBos(a, sequence) && sequence.promptLength > 1 ? 1 : 0;
    const auto mean = [&](std::size_t head, std::size_t unit) {
        double sum = 0;
        for (std::size_t p = firstMean; p < sequence.promptLength; ++p)
            sum += before.cells[cell(p, head, unit)];
        return sum / static_cast<double>(sequence.promptLength - firstMean);
    };

    for (std::size_t head = 0; head < heads; ++head) {
        if (edit.site.head.valid() && static_cast<std::size_t>(edit.site.head.value()) != head)
            continue;
        for (std::size_t unit = 0; unit < width; ++unit) {
            if (edit.unit && static_cast<std::size_t>(edit.unit->value()) != unit)
                continue;
            const bool ownMean = edit.operation == Operation::Mean && edit.values.empty();
            const double average = ownMean ? mean(head, unit) : 0;
            for (std::size_t p = 0; p < tokens; ++p) {
                if (!touched[p] || (square && unit > p))
                    continue;
                double given = edit.number;
                if (!edit.values.empty()) {
                    const auto row = valueRow(a, edit, p, head);
                    const auto column = valueColumn(edit, width, head, unit);
                    if (!row || !column)
                        continue;
                    given = edit.values(*row, *column);
                }
                const std::size_t i = cell(p, head, unit);
                const double h = before.cells[i];
                const double s = edit.strength;
                double changed = 0;
                switch (edit.operation) {
                case Operation::Add:
                    value.cells[i] = h + s * given;
                    continue;
                case Operation::Zero:
                    break;
                case Operation::Set:
                case Operation::Patch:
                    changed = given;
                    break;
                case Operation::Scale:
                    changed = edit.number * h;
                    break;
                case Operation::Mean:
                    changed = ownMean ? average : given;
                    break;
                case Operation::Freeze:
                    changed = clean->cells[i];
                    break;
                case Operation::Skip:
                    changed = blockInput ? blockInput->cells[i] : 0;
                    break;
                }
                value.cells[i] = s == 1 ? changed : (1 - s) * h + s * changed;
            }
        }
    }
}

} // namespace microtome
