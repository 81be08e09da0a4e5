#include "core/nn/editing.h"

#include "core/work/error.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/from_blob.h>
#include <ATen/ops/full.h>
#include <ATen/ops/index_copy.h>
#include <ATen/ops/index_select.h>
#include <ATen/ops/tensor.h>
#include <ATen/ops/zeros_like.h>

#include <cmath>

namespace microtome::nn {

namespace {

bool isMap(const Site& site)
{
    return site.point == Point::AttnScores || site.point == Point::Pattern;
}

/// Rows of the value that the edit touches, as positions of the sequence.
std::vector<std::int64_t> touchedPositions(
    const Architecture& a, const Sequence& s, const Edit& e, std::int64_t first, std::int64_t rows)
{
    const std::size_t perHead = isMap(e.site) && !e.site.head.valid()
        ? static_cast<std::size_t>(a.heads)
        : 1;
    const std::size_t given = e.values.rows() / perHead;
    std::vector<std::int64_t> touched;
    for (std::int64_t p = first; p < first + rows; ++p)
        if (touches(e, static_cast<std::size_t>(p), s.ids, s.prompt, a.bos)
            && (given <= 1 || static_cast<std::size_t>(p) < given))
            touched.push_back(p);
    return touched;
}

/// Makes the last axis as long as the value's; columns that are missing are cells that no query of
/// the prompt sees, so they hold `masked`.
at::Tensor fitColumns(const at::Tensor& t, std::int64_t columns, double masked = 0)
{
    if (t.size(-1) == columns)
        return t;
    return t.size(-1) > columns ? t.narrow(-1, 0, columns)
                                : at::constant_pad_nd(t, {0, columns - t.size(-1)}, masked);
}

/// The edit's own values at the touched positions, [positions or 1, heads or 1, width or 1].
at::Tensor ownValues(
    const Architecture& a, const Edit& e, const std::vector<std::int64_t>& positions, const at::Tensor& part)
{
    if (e.values.empty())
        return at::full({1, 1, 1}, e.number, part.options());
    const auto rows = static_cast<std::int64_t>(e.values.rows());
    const auto columns = static_cast<std::int64_t>(e.values.columns());
    auto* data = const_cast<float*>(e.values.values().data());
    at::Tensor t = at::from_blob(data, {rows, columns}, at::TensorOptions().dtype(at::kFloat));
    if (isMap(e.site))
        t = e.site.head.valid() ? t.unsqueeze(1) : t.view({a.heads, -1, columns}).transpose(0, 1);
    else
        t = t.view({rows, part.size(1), -1});
    if (t.size(0) > 1) {
        const bool run = positions.back() - positions.front() + 1
            == static_cast<std::int64_t>(positions.size());
        t = run ? t.narrow(0, positions.front(), static_cast<std::int64_t>(positions.size()))
                : t.index_select(0, at::tensor(positions, at::kLong));
    }
    if (isMap(e.site))
        t = fitColumns(t, part.size(2));
    return t.to(part.device(), part.scalar_type());
}

/// The mean over the prompt's positions, a leading BOS left out where there are others.
at::Tensor promptMean(const Architecture& a, Sequence& s, Application which, const at::Tensor& value,
    std::int64_t first)
{
    auto found = s.means.find(which);
    if (found == s.means.end()) {
        const auto prompt = static_cast<std::int64_t>(s.prompt);
        if (first != 0 || value.size(0) < prompt)
            throw Error("A mean over the prompt needs a run from its first position.");
        const bool skipsBos = prompt > 1 && a.bos >= 0 && s.ids.front() == a.bos;
        const at::Tensor rows = value.narrow(0, skipsBos, prompt - skipsBos);
        found = s.means.emplace(which, rows.mean(0, true)).first;
    }
    return found->second;
}

} // namespace

at::Tensor applyEdit(const Architecture& a, Sequence& s, Application which, const at::Tensor& value,
    std::int64_t first, const at::Tensor& skipped)
{
    const Edit& e = s.plan->edits()[which.edit];
    at::Tensor mean;
    if (e.operation == Operation::Mean && e.values.empty())
        mean = promptMean(a, s, which, value, first);
    const auto positions = touchedPositions(a, s, e, first, value.size(0));
    if (positions.empty() || (e.unit && e.unit->value() >= value.size(2)))
        return value;

    at::Tensor rows;
    const bool all = static_cast<std::int64_t>(positions.size()) == value.size(0);
    if (!all) {
        auto relative = positions;
        for (auto& p : relative)
            p -= first;
        rows = at::tensor(relative, at::TensorOptions().dtype(at::kLong).device(value.device()));
    }
    // Cells of a map behind the last column of the edit's values are not touched.
    const auto reach = isMap(e.site) && !e.unit && !e.values.empty()
        ? std::min(static_cast<std::int64_t>(e.values.columns()), value.size(2))
        : value.size(2);
    const auto select = [&](const at::Tensor& t) { return all ? t : t.index_select(0, rows); };
    const auto cut = [&](at::Tensor t) {
        if (e.site.head.valid() && t.size(1) > 1)
            t = t.narrow(1, e.site.head.value(), 1);
        if (e.unit && t.size(2) > 1)
            t = t.narrow(2, e.unit->value(), 1);
        return t.size(2) > reach ? t.narrow(2, 0, reach) : t;
    };
    const at::Tensor touched = select(value);
    const at::Tensor h = cut(touched);

    at::Tensor op;
    switch (e.operation) {
    case Operation::Zero:
        op = at::zeros_like(h);
        break;
    case Operation::Scale:
        op = h * e.number;
        break;
    case Operation::Mean:
        op = e.values.empty()
            ? cut(fitColumns(mean, value.size(2), e.site.point == Point::AttnScores ? -INFINITY : 0))
            : ownValues(a, e, positions, h);
        break;
    case Operation::Freeze:
        op = cut(select(s.frozen->at(e.site.whole()).reshape(value.sizes())));
        break;
    case Operation::Skip:
        op = skipped.defined() ? cut(select(skipped)) : at::zeros_like(h);
        break;
    case Operation::Set:
    case Operation::Add:
    case Operation::Patch:
        op = ownValues(a, e, positions, h);
        break;
    }
    at::Tensor result;
    if (e.operation == Operation::Add)
        result = h + e.strength * op;
    else if (e.strength == 1)
        result = op.expand(h.sizes());
    else
        result = (1 - e.strength) * h + e.strength * op;

    if (e.site.head.valid() || e.unit || reach < value.size(2)) {
        at::Tensor whole = touched.clone();
        cut(whole).copy_(result);
        result = whole;
    }
    return all ? result.contiguous() : value.index_copy(0, rows, result.contiguous());
}

} // namespace microtome::nn
