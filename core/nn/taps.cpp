#include "core/nn/taps.h"

#include "core/nn/editing.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/full.h>
#include <ATen/ops/ones.h>
#include <ATen/ops/tril.h>

namespace microtome::nn {

namespace {

constexpr std::uint8_t editedFlag = 1;
constexpr std::uint8_t wantedFlag = 2;

/// Makes what an edit put in place of everything, and so depends on nothing, differentiable by.
void putOnPath(at::Tensor& value)
{
    if (!value.requires_grad() && value.is_floating_point())
        value = value.detach().requires_grad_();
}

} // namespace

Taps::Taps(const Architecture& architecture, std::vector<Sequence>& sequences, bool onPath)
    : m_architecture(architecture)
    , m_sequences(sequences)
    , m_onPath(onPath)
    , m_order(architecture.layers)
    , m_flags(static_cast<std::size_t>(m_order.count()), 0)
{
    std::int64_t row = 0;
    for (Sequence& s : sequences) {
        s.row = row;
        row += s.rows();
        for (const Edit& e : s.plan->edits())
            m_flags[static_cast<std::size_t>(m_order(e.site))] |= editedFlag;
        for (const Site& w : s.plan->wants()) {
            m_flags[static_cast<std::size_t>(m_order(w))]
                |= static_cast<std::uint8_t>(onPath ? editedFlag | wantedFlag : wantedFlag);
            m_lastCapture = std::max(m_lastCapture, m_order(w));
        }
    }
}

bool Taps::edited(Point point, int layer) const
{
    return m_flags[static_cast<std::size_t>(m_order(point, layer))] & editedFlag;
}

bool Taps::asked(Point point, int layer) const
{
    return m_flags[static_cast<std::size_t>(m_order(point, layer))] != 0;
}

at::Tensor Taps::touched(std::initializer_list<Point> points, int layer) const
{
    std::int64_t count = 0;
    for (const Sequence& s : m_sequences)
        count += s.rows();
    at::Tensor mask = at::full({count}, m_onPath, at::TensorOptions().dtype(at::kBool));
    auto* rows = mask.data_ptr<bool>();
    for (const Sequence& s : m_sequences)
        for (const Point point : points) {
            const Plan::Entry* entry = s.plan->find(point, layer);
            for (const auto index : entry ? entry->edits : std::vector<std::size_t>())
                for (std::int64_t r = 0; r < s.rows(); ++r)
                    rows[s.row + r] |= touches(s.plan->edits()[index],
                        static_cast<std::size_t>(s.from + r), s.ids, s.prompt, m_architecture.bos);
        }
    return mask;
}

void Taps::at(Point point, int layer, at::Tensor& value, const at::Tensor& skipped)
{
    if (!asked(point, layer))
        return;
    const auto heads = m_architecture.headsAt(point);
    const auto sizes = value.sizes().vec();
    at::Tensor rows = value.reshape({value.size(0), heads, -1});
    const at::Tensor skip
        = skipped.defined() ? skipped.reshape({value.size(0), heads, -1}) : at::Tensor();
    const bool alone = m_sequences.size() == 1;
    bool changed = false;
    for (Sequence& s : m_sequences) {
        const Plan::Entry* entry = s.plan->find(point, layer);
        if (!entry || entry->edits.empty() || s.rows() == 0)
            continue;
        at::Tensor own = alone ? rows : rows.narrow(0, s.row, s.rows());
        const at::Tensor before = own;
        for (const auto index : entry->edits)
            own = applyEdit(m_architecture, s, {index, m_copy}, own, s.from,
                skip.defined() ? (alone ? skip : skip.narrow(0, s.row, s.rows())) : skip);
        if (own.is_same(before))
            continue;
        if (alone) {
            rows = own;
        } else {
            if (!changed)
                rows = rows.clone();
            rows.narrow(0, s.row, s.rows()).copy_(own);
        }
        changed = true;
    }
    if (changed || m_onPath)
        value = rows.reshape(sizes);
    if (m_copy != 0)
        return;
    for (Sequence& s : m_sequences) {
        const Plan::Entry* entry = s.plan->find(point, layer);
        if (!entry || entry->wants.empty())
            continue;
        if (m_onPath)
            putOnPath(value);
        const at::Tensor own = alone ? value : value.narrow(0, s.row, s.rows());
        for (const Site& want : entry->wants)
            s.captured[want] = want.head.valid() && !m_onPath
                ? own.reshape({own.size(0), heads, -1}).select(1, want.head.value())
                : own;
    }
}

void Taps::editMap(
    Point point, int layer, Sequence& s, std::int64_t firstQuery, at::Tensor& map, float masked)
{
    const Plan::Entry* entry = s.plan->find(point, layer);
    if (!entry)
        return;
    at::Tensor rows = map.transpose(0, 1);
    const at::Tensor before = rows;
    for (const auto index : entry->edits)
        rows = applyEdit(m_architecture, s, {index, 0}, rows, firstQuery, {});
    if (rows.is_same(before))
        return;
    const auto options = at::TensorOptions().dtype(at::kBool).device(map.device());
    const at::Tensor seen = at::ones({map.size(1), map.size(2)}, options).tril(firstQuery);
    map = rows.transpose(0, 1).masked_fill(seen.logical_not(), masked).contiguous();
}

void Taps::captureMap(Point point, int layer, Sequence& s, at::Tensor& map)
{
    const Plan::Entry* entry = s.plan->find(point, layer);
    if (!entry || entry->wants.empty())
        return;
    if (m_onPath)
        putOnPath(map);
    for (const Site& want : entry->wants)
        s.captured[want] = want.head.valid() && !m_onPath ? map.select(0, want.head.value()) : map;
}

} // namespace microtome::nn
